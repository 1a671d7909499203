"""Give workspaces the zone whose days they live by; those of before have lived by UTC."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_flag_labeling_leads"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="zone",
            field=models.CharField(db_default="UTC", default="UTC", max_length=64),
        ),
        AddConstraintNotValid(
            model_name="workspace",
            constraint=models.CheckConstraint(
                condition=models.Q(("zone", ""), _negated=True), name="workspace_has_a_zone"
            ),
        ),
    ]

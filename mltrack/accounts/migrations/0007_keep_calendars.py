"""Keep when weeks and fiscal years begin."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_check_zones_of_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="first_weekday",
            field=models.PositiveSmallIntegerField(choices=[(0, "Monday"), (6, "Sunday")], db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="workspace",
            name="fiscal_month",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        AddConstraintNotValid(
            model_name="workspace",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_weekday__in", [0, 6])), name="workspace_week_begins"
            ),
        ),
        AddConstraintNotValid(
            model_name="workspace",
            constraint=models.CheckConstraint(
                condition=models.Q(("fiscal_month__range", (1, 12))), name="workspace_year_begins"
            ),
        ),
    ]

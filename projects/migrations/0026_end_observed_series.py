"""When somebody said that nothing more will come of a series."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0025_ask_for_observations"),
    ]

    operations = [
        migrations.AddField(
            model_name="observedseries",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

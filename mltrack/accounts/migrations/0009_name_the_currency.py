"""The word for what amounts of money are in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_check_calendars_of_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="currency",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
    ]

"""Flag members who may see figures of single annotators."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_create_heartbeats"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="is_labeling_lead",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]

"""Index observations by time, while people go on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("projects", "0023_widen_kinds_of_findings"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="observation",
            index=models.Index(fields=["time", "id"], name="observation_by_time"),
        ),
    ]

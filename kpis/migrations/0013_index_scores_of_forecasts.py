"""Index what forecasts are scored by, while people go on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("kpis", "0012_withdraw_estimates"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="forecast",
            index=models.Index(
                fields=["initiative", "as_of"],
                include=("p50", "p85", "mass50", "mass85", "target_date", "reached_on", "cancelled_on"),
                name="forecast_scores",
            ),
        ),
    ]

"""Forecasts as they were made, and people's estimates of checks."""

import django.db.models.deletion
import kpis.models.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0008_keep_label_standings"),
        ("projects", "0012_plan_sprints_and_tasks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckEstimate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.estimate_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("check_id", models.CharField(max_length=80)),
                ("earliest", models.DateField()),
                ("likely", models.DateField()),
                ("latest", models.DateField()),
                ("created_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="estimates",
                        to="projects.initiative",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["initiative", "check_id", "-id"], name="estimate_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("check_id", ""), _negated=True), name="estimate_has_a_check"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("earliest__lte", models.F("likely")), ("likely__lte", models.F("latest"))),
                        name="estimate_days_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.forecast_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("as_of", models.DateField()),
                ("p50", models.DateField(null=True)),
                ("p85", models.DateField(null=True)),
                ("mass50", models.FloatField(null=True)),
                ("mass85", models.FloatField(null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=120)),
                ("reason", models.TextField(blank=True, default="")),
                ("target_date", models.DateField(null=True)),
                ("document", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("reached_on", models.DateField(null=True)),
                ("cancelled_on", models.DateField(null=True)),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecasts",
                        to="projects.initiative",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["initiative", "-id"], name="forecast_newest"),
                    models.Index(
                        condition=models.Q(("cancelled_on", None), ("reached_on", None)),
                        fields=["initiative"],
                        name="forecast_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mass50", None), ("mass85", None), ("p50", None), ("p85", None)),
                            models.Q(
                                ("mass50__gte", 0.5),
                                ("mass85__gte", 0.85),
                                ("p50__gte", models.F("as_of")),
                                ("p85__gte", models.F("p50")),
                            ),
                            _connector="OR",
                        ),
                        name="forecast_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("p85", None), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="forecast_has_dates_or_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reached_on", None), ("cancelled_on", None), _connector="OR"),
                        name="forecast_one_outcome",
                    ),
                ],
            },
        ),
    ]

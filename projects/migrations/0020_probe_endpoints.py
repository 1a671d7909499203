"""Endpoints of what is live are asked whether they answer, and the answers kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0019_keep_rollbacks"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndpointProbe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("environment", models.CharField(max_length=60)),
                ("interval_seconds", models.PositiveIntegerField(default=300)),
                ("expected", models.CharField(blank=True, default="", max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("unknown", "Unknown"), ("up", "Up"), ("down", "Down")],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("last_ms", models.PositiveIntegerField(null=True)),
                ("last_words", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="probes", to="projects.initiative"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="endpoint_probe_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("initiative", "environment"), name="endpoint_probe_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["unknown", "up", "down"])), name="endpoint_probe_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("interval_seconds__gte", 60), ("interval_seconds__lte", 86400)),
                        name="endpoint_probe_interval_bounded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProbeResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("ok", models.BooleanField()),
                ("ms", models.PositiveIntegerField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("words", models.CharField(blank=True, default="", max_length=300)),
                (
                    "deployment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.deployment",
                    ),
                ),
                (
                    "probe",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="projects.endpointprobe",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["probe", "-id"], name="probe_result_newest")]},
        ),
    ]

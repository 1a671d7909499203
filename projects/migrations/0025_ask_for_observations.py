"""What is asked where for observations of an initiative."""

import django.db.models.deletion
import projects.models.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0024_index_observations_by_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="ObservationSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.observation_source_id,
                        editable=False,
                        max_length=24,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("volume", "Volume"),
                            ("drift", "Drift"),
                            ("quality", "Quality"),
                            ("latency", "Latency"),
                            ("errors", "Errors"),
                            ("cost", "Cost"),
                        ],
                        max_length=7,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("statement", models.TextField()),
                ("options", models.JSONField(default=dict)),
                ("threshold", models.FloatField(blank=True, null=True)),
                ("method", models.CharField(blank=True, default="", max_length=60)),
                ("begins", models.DateField()),
                ("paused", models.BooleanField(default=False)),
                ("read_until", models.DateTimeField(null=True)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("last_ok", models.DateTimeField(null=True)),
                ("error_code", models.CharField(blank=True, default="", max_length=40)),
                ("error_text", models.TextField(blank=True, default="")),
                ("warning", models.TextField(blank=True, default="")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observation_sources",
                        to="projects.connection",
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observation_sources",
                        to="projects.initiative",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("initiative", "kind", "name"), name="observation_source_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["volume", "drift", "quality", "latency", "errors", "cost"])),
                        name="observation_source_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="observation_source_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("statement", ""), _negated=True), name="observation_source_asks"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("threshold", None),
                            models.Q(
                                models.Q(("kind", "volume"), _negated=True),
                                ("threshold__gt", float("-inf")),
                                ("threshold__lt", float("inf")),
                            ),
                            _connector="OR",
                        ),
                        name="observation_source_threshold_sane",
                    ),
                ],
            },
        ),
    ]

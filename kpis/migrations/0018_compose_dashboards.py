"""Keep dashboards that people compose, and their panels."""

import django.db.models.constraints
import django.db.models.deletion
import kpis.models.dashboards
import kpis.models.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_name_the_currency"),
        ("kpis", "0017_derive_kpis"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dashboard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=160)),
                ("team", models.CharField(blank=True, default="", max_length=80)),
                ("description", models.CharField(blank=True, default="", max_length=500)),
                ("version", models.PositiveIntegerField(default=1)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dashboards", to="accounts.workspace"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "key"), name="dashboard_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[a-z][a-z0-9]*(-[a-z0-9]+)*$")), name="dashboard_key_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="dashboard_has_a_name"
                    ),
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="dashboard_version_counts"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Panel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.panel_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(null=True)),
                ("removed_from", models.PositiveSmallIntegerField(null=True)),
                (
                    "kind",
                    models.CharField(choices=kpis.models.dashboards.panel_kinds, max_length=20, verbose_name="kind"),
                ),
                ("title", models.CharField(max_length=120)),
                ("width", models.PositiveSmallIntegerField(default=4)),
                ("settings", models.JSONField(default=dict)),
                (
                    "dashboard",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="panels",
                        to="kpis.dashboard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("dashboard", "position"),
                        name="panel_position_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("position", None), ("removed_from__isnull", False)),
                            models.Q(("position__isnull", False), ("removed_from", None)),
                            _connector="OR",
                        ),
                        name="panel_there_or_removed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("width__gte", 1), ("width__lte", 4)), name="panel_width_in_columns"
                    ),
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="panel_has_a_title"),
                ]
            },
        ),
    ]

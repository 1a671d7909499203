"""What is observed of data and of production, where it comes from and when it stops by plan."""

import django.core.validators
import django.db.models.deletion
import projects.models.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_name_the_currency"),
        ("projects", "0020_probe_endpoints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.data_source_id, editable=False, max_length=24, unique=True
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
                                "A source's key is small letters and digits, parts joined by a hyphen.",
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("note", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_sources",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "key"), name="data_source_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[a-z][a-z0-9]*(-[a-z0-9]+)*$")), name="data_source_key_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="data_source_has_a_name"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ObservedSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.observed_series_id,
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
                ("segment", models.CharField(blank=True, default="", max_length=120)),
                ("period_days", models.PositiveSmallIntegerField(default=1)),
                ("last_at", models.DateTimeField(blank=True, null=True)),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observed_series",
                        to="projects.initiative",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observed_series",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("initiative", "kind", "name", "segment"), name="observed_series_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["volume", "drift", "quality", "latency", "errors", "cost"])),
                        name="observed_series_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="observed_series_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_days__gte", 1), ("period_days__lte", 366)),
                        name="observed_series_period_sane",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("time", models.DateTimeField()),
                ("value", models.FloatField()),
                ("n", models.BigIntegerField(blank=True, null=True)),
                ("method", models.CharField(blank=True, default="", max_length=60)),
                ("threshold", models.FloatField(blank=True, null=True)),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("recorded_at", models.DateTimeField()),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observations",
                        to="projects.observedseries",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("series", "time"), name="observation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", float("-inf")), ("value__lt", float("inf"))),
                        name="observation_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("threshold", None),
                            models.Q(("threshold__gt", float("-inf")), ("threshold__lt", float("inf"))),
                            _connector="OR",
                        ),
                        name="observation_threshold_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("n", None), ("n__gte", 0), _connector="OR"), name="observation_n_sane"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="PlannedStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.planned_stop_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("segment", models.CharField(blank=True, default="", max_length=120)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_stops",
                        to="projects.initiative",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_stops",
                        to="projects.datasource",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_stops",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))), name="planned_stop_days_ordered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="planned_stop_has_a_reason"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="SourceFeature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feature", models.CharField(max_length=120)),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="source_features",
                        to="projects.initiative",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="features",
                        to="projects.datasource",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "initiative", "feature"), name="source_feature_once"),
                    models.CheckConstraint(
                        condition=models.Q(("feature", ""), _negated=True), name="source_feature_has_a_name"
                    ),
                ]
            },
        ),
    ]

"""Evaluations, their counts, and what pairs two of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import projects.models.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_create_heartbeats"),
        ("projects", "0002_lighten_writes_of_runs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="initiative",
            name="candidate_rule",
            field=models.CharField(
                choices=[
                    ("best", "Best run: meets most targets, then best at the first target"),
                    ("latest", "Latest finished run"),
                    ("champion", "Model version with an alias"),
                    ("evaluation", "Best evaluation: meets most targets, then the newest"),
                ],
                default="best",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.evaluation_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("external_id", models.CharField(blank=True, default="", max_length=250)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("upload", "Uploaded rows"),
                            ("statistics", "Reported counts"),
                            ("connection", "Pulled from a connection"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("validation", "Validation"),
                            ("test", "Test"),
                            ("shadow", "Shadow"),
                            ("production", "Production"),
                        ],
                        default="test",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("family", models.CharField(blank=True, default="", max_length=120)),
                (
                    "members",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300), blank=True, default=list, size=None
                    ),
                ),
                ("commit", models.CharField(blank=True, default="", max_length=100)),
                ("components", models.JSONField(blank=True, default=dict)),
                ("scope", models.TextField(blank=True, default="")),
                ("abstention", models.TextField(blank=True, default="")),
                ("favourable", models.CharField(blank=True, default="", max_length=200)),
                (
                    "slice_columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                (
                    "group_columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                ("n", models.PositiveBigIntegerField()),
                ("right", models.PositiveBigIntegerField()),
                ("abstained", models.PositiveBigIntegerField(default=0)),
                ("metrics", models.JSONField(blank=True, default=dict)),
                ("confusion", models.JSONField(blank=True, default=list)),
                ("cost", models.FloatField(blank=True, null=True)),
                ("cases_until", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "connection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="evaluations",
                        to="projects.connection",
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="evaluations",
                        to="projects.datasetversion",
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evaluations",
                        to="projects.initiative",
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="evaluations",
                        to="projects.modelversion",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="evaluations",
                        to="projects.run",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evaluations", to="accounts.workspace"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["initiative", "-at", "-id"], name="evaluation_newest"),
                    models.Index(
                        condition=models.Q(("commit", ""), _negated=True),
                        fields=["workspace", "commit"],
                        name="evaluation_by_commit",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("initiative", "external_id"),
                        name="evaluation_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["validation", "test", "shadow", "production"])),
                        name="evaluation_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["upload", "statistics", "connection"])),
                        name="evaluation_origin_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("abstained__lte", models.F("n")), ("n__gte", 1), ("right__lte", models.F("n"))
                        ),
                        name="evaluation_counts_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost__isnull", True),
                            models.Q(("cost__gte", 0), ("cost__lt", float("inf"))),
                            _connector="OR",
                        ),
                        name="evaluation_cost_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("n", models.PositiveIntegerField()),
                ("ids", models.BinaryField()),
                ("levels", models.BinaryField()),
                ("right", models.BinaryField()),
                ("strata", models.BinaryField()),
                (
                    "evaluation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="case_blocks",
                        to="projects.evaluation",
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("evaluation", "number"), name="case_block_once")]},
        ),
        migrations.CreateModel(
            name="EvaluationStratum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "slices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                (
                    "groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("positive", models.BooleanField(null=True)),
                ("selected", models.BooleanField(null=True)),
                (
                    "levels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "right",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveBigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "wrong",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveBigIntegerField(), default=list, size=None
                    ),
                ),
                ("abstained_right", models.PositiveBigIntegerField(default=0)),
                ("abstained_wrong", models.PositiveBigIntegerField(default=0)),
                (
                    "evaluation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="strata",
                        to="projects.evaluation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("evaluation", "number"), name="stratum_number_once"),
                    models.UniqueConstraint(
                        fields=("evaluation", "slices", "groups", "positive", "selected"),
                        name="stratum_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("levels__len", models.F("right__len")), ("right__len", models.F("wrong__len"))
                        ),
                        name="stratum_arrays_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("positive__isnull", True), ("selected__isnull", True)),
                            models.Q(("positive__isnull", False), ("selected__isnull", False)),
                            _connector="OR",
                        ),
                        name="stratum_classes_together",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Pairing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counts", models.JSONField()),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "challenger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pairings", to="projects.evaluation"
                    ),
                ),
                (
                    "champion",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.evaluation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("champion", "challenger"), name="pairing_once"),
                    models.CheckConstraint(
                        condition=models.Q(("champion", models.F("challenger")), _negated=True), name="pairing_of_two"
                    ),
                ]
            },
        ),
    ]

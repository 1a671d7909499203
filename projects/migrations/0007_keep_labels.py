"""Labeling projects, their tasks, annotations by pseudonyms, snapshots, and the sums of them."""

import django.db.models.deletion
import projects.models.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_flag_labeling_leads"),
        ("projects", "0006_sum_evaluations_by_coverage"),
    ]

    operations = [
        migrations.CreateModel(
            name="LabelingProject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.labeling_project_id,
                        editable=False,
                        max_length=24,
                        unique=True,
                    ),
                ),
                ("external_id", models.CharField(blank=True, default="", max_length=250)),
                ("name", models.CharField(blank=True, default="", max_length=300)),
                ("url", models.URLField(blank=True, default="", max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("gone", "Deleted in the tool")], default="active", max_length=8
                    ),
                ),
                ("overlap", models.PositiveIntegerField(null=True)),
                ("total", models.PositiveBigIntegerField(null=True)),
                ("labeled", models.PositiveBigIntegerField(null=True)),
                ("finished", models.PositiveBigIntegerField(null=True)),
                ("skipped", models.PositiveBigIntegerField(null=True)),
                ("reviewed", models.PositiveBigIntegerField(null=True)),
                ("annotations", models.PositiveBigIntegerField(null=True)),
                ("predictions", models.PositiveBigIntegerField(null=True)),
                ("ground_truth", models.PositiveBigIntegerField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labeling_projects",
                        to="projects.connection",
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labeling_projects",
                        to="projects.initiative",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labeling_projects",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "external_id"), name="labeling_once_per_connection"),
                    models.UniqueConstraint(
                        condition=models.Q(("connection__isnull", True)),
                        fields=("initiative",),
                        name="labeling_pushed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["active", "gone"])), name="labeling_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("connection__isnull", True), ("external_id", "")),
                            models.Q(("connection__isnull", False), models.Q(("external_id", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="labeling_has_one_source",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Annotator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("pseudonym", models.CharField(max_length=40)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="annotators",
                        to="projects.labelingproject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "number"), name="annotator_number_once"),
                    models.UniqueConstraint(fields=("project", "pseudonym"), name="annotator_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="annotator_numbers_from_one"),
                ]
            },
        ),
        migrations.CreateModel(
            name="LabelingSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("time", models.DateTimeField()),
                ("day", models.DateField()),
                ("total", models.PositiveBigIntegerField()),
                ("labeled", models.PositiveBigIntegerField()),
                ("reviewed", models.PositiveBigIntegerField(null=True)),
                ("skipped", models.PositiveBigIntegerField(null=True)),
                ("per_class", models.JSONField(null=True)),
                ("recorded_at", models.DateTimeField(auto_now=True)),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labeling_snapshots",
                        to="projects.initiative",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshots",
                        to="projects.labelingproject",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["initiative", "-time", "-id"], name="labeling_snapshot_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("project__isnull", False)),
                        fields=("project", "day"),
                        name="labeling_snapshot_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("project__isnull", True)),
                        fields=("initiative", "time"),
                        name="labeling_snapshot_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabelingTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.CharField(blank=True, default="", max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("state", "Tasks by state"),
                            ("class", "Labeled tasks by class"),
                            ("day", "Labeled tasks by day of their first label"),
                            ("pattern", "Labeled tasks by pattern of labels and week of their last label"),
                            ("pair", "Tasks by two annotators and their labels"),
                        ],
                        max_length=8,
                    ),
                ),
                ("day", models.DateField(null=True)),
                ("digest", models.CharField(max_length=32)),
                ("key", models.JSONField()),
                ("n", models.BigIntegerField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="projects.labelingproject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "kind", "batch", "day", "digest"),
                        name="labeling_tally_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(condition=models.Q(("n__gte", 0)), name="labeling_tally_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["state", "class", "day", "pattern", "pair"])),
                        name="labeling_tally_kind_known",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="LabelTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=250)),
                ("batch", models.CharField(blank=True, default="", max_length=200)),
                ("url", models.URLField(blank=True, default="", max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("labeled", "Labeled"), ("skipped", "Skipped")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("is_reviewed", models.BooleanField(null=True)),
                ("gold", models.CharField(blank=True, default="", max_length=200)),
                ("predictions", models.PositiveIntegerField(default=0)),
                ("labels", models.JSONField(blank=True, default=list)),
                ("label", models.CharField(blank=True, default="", max_length=200)),
                ("disagreement", models.FloatField(null=True)),
                ("first_label_at", models.DateTimeField(null=True)),
                ("last_label_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="projects.labelingproject",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True), ("disagreement__gt", 0)),
                        fields=["project", "-disagreement", "external_id"],
                        name="label_task_disputed",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "external_id"), name="label_task_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "labeled", "skipped"])), name="label_task_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_label_at__isnull", False),
                                ("last_label_at__isnull", False),
                                ("state", "labeled"),
                            ),
                            models.Q(
                                models.Q(("state", "labeled"), _negated=True),
                                ("first_label_at__isnull", True),
                                ("last_label_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="label_task_labeled_has_labels",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("disagreement__isnull", True),
                            models.Q(("disagreement__gte", 0), ("disagreement__lte", 1)),
                            _connector="OR",
                        ),
                        name="label_task_disagreement_is_a_ratio",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Annotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(blank=True, default="", max_length=250)),
                ("label", models.CharField(blank=True, max_length=200, null=True)),
                ("time", models.DateTimeField()),
                ("lead_time", models.FloatField(null=True)),
                ("is_ground_truth", models.BooleanField(default=False)),
                (
                    "annotator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="annotations",
                        to="projects.annotator",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="annotations", to="projects.labeltask"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["annotator", "task"], name="annotation_of_annotator")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("task", "external_id"),
                        name="annotation_once_per_tool",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", "")),
                        fields=("task", "annotator", "time"),
                        name="annotation_once_per_push",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lead_time__isnull", True),
                            models.Q(("lead_time__gte", 0), ("lead_time__lt", float("inf"))),
                            _connector="OR",
                        ),
                        name="annotation_lead_time_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("label__isnull", True), models.Q(("label", ""), _negated=True), _connector="OR"
                        ),
                        name="annotation_label_not_empty",
                    ),
                ],
            },
        ),
    ]

"""Samples of labeled tasks that are labeled again, and their tasks."""

import django.db.models.deletion
import projects.models.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0007_keep_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LabelAudit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.label_audit_id, editable=False, max_length=24, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("random", "Random"),
                            ("by_class", "Stratified by class"),
                            ("by_batch", "Stratified by batch"),
                        ],
                        default="random",
                        max_length=8,
                    ),
                ),
                ("seed", models.CharField(max_length=64)),
                ("wanted", models.PositiveIntegerField()),
                ("least", models.PositiveIntegerField(default=0)),
                ("drawn", models.PositiveIntegerField()),
                ("relabeled", models.PositiveIntegerField(default=0)),
                ("cells", models.JSONField()),
                ("labels_digest", models.CharField(blank=True, default="", max_length=128)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed"), ("discarded", "Discarded")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drawn_by",
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
                        related_name="label_audits",
                        to="projects.initiative",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["initiative", "-closed_at", "-id"], name="label_audit_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("initiative",), name="label_audit_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["random", "by_class", "by_batch"])),
                        name="label_audit_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "closed", "discarded"])),
                        name="label_audit_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("drawn__gte", 1), ("relabeled__lte", models.F("drawn")), ("wanted__gte", 1)
                        ),
                        name="label_audit_counts_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seed", ""), _negated=True), name="label_audit_has_a_seed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True), ("closed_at__gte", models.F("drawn_at"))
                            ),
                            _connector="OR",
                        ),
                        name="label_audit_open_until_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "discarded"), models.Q(("reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "discarded"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="label_audit_discarded_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True), ("relabeled__gte", 1), _connector="OR"
                        ),
                        name="label_audit_closed_with_relabels",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditedTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("project_key", models.CharField(max_length=24)),
                ("external_id", models.CharField(max_length=250)),
                ("stratum", models.CharField(blank=True, default="", max_length=200)),
                ("label", models.CharField(max_length=200)),
                ("relabel", models.CharField(blank=True, max_length=200, null=True)),
                ("relabeled_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("here", "On the page"),
                            ("csv", "As CSV"),
                            ("api", "By REST"),
                            ("tool", "From the labeling tool"),
                        ],
                        default="",
                        max_length=4,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="audited",
                        to="projects.labeltask",
                    ),
                ),
                (
                    "audit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="projects.labelaudit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("audit", "number"), name="audited_task_number_once"),
                    models.UniqueConstraint(fields=("audit", "project_key", "external_id"), name="audited_task_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="audited_task_numbers_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), _negated=True), name="audited_task_had_a_label"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("relabel__isnull", True), ("relabeled_at__isnull", True), ("source", "")),
                            models.Q(
                                ("relabel__isnull", False),
                                ("relabeled_at__isnull", False),
                                ("source__in", ["here", "csv", "api", "tool"]),
                            ),
                            _connector="OR",
                        ),
                        name="audited_task_relabel_has_time_and_source",
                    ),
                ]
            },
        ),
    ]

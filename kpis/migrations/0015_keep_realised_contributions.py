"""What initiatives moved and cost, and what was decided on their value."""

import django.db.models.deletion
import kpis.models.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0014_watch_kpis"),
        ("projects", "0016_keep_changes_with_updates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExperimentResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.experiment_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("external_id", models.CharField(blank=True, default="", max_length=250)),
                ("name", models.CharField(max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("shares", "How many of the cases"), ("means", "A mean of the cases")], max_length=6
                    ),
                ),
                ("treated_n", models.PositiveIntegerField()),
                ("treated", models.FloatField()),
                ("treated_deviation", models.FloatField(blank=True, null=True)),
                ("control_n", models.PositiveIntegerField()),
                ("control", models.FloatField()),
                ("control_deviation", models.FloatField(blank=True, null=True)),
                ("scale", models.FloatField(default=1.0)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("link", models.CharField(blank=True, default="", max_length=1000)),
                ("note", models.TextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField(auto_now=True)),
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
                        related_name="experiments",
                        to="projects.initiative",
                    ),
                ),
                (
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="experiments", to="kpis.kpi"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["initiative", "-id"], name="experiment_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("initiative", "external_id"),
                        name="experiment_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["shares", "means"])), name="experiment_outcome_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="experiment_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("control_n__gte", 2),
                            ("treated_n__gte", 2),
                            ("control__gt", float("-inf")),
                            ("control__lt", float("inf")),
                            ("treated__gt", float("-inf")),
                            ("treated__lt", float("inf")),
                            ("scale__gt", float("-inf")),
                            ("scale__lt", float("inf")),
                            models.Q(("scale", 0), _negated=True),
                        ),
                        name="experiment_numbers_finite",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("control__gte", 0),
                                ("outcome", "shares"),
                                ("treated__gte", 0),
                                ("control__lte", models.F("control_n")),
                                ("treated__lte", models.F("treated_n")),
                            ),
                            models.Q(
                                ("control_deviation__gte", 0),
                                ("outcome", "means"),
                                ("treated_deviation__gte", 0),
                                ("control_deviation__isnull", False),
                                ("treated_deviation__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="experiment_groups_fit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContributionResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.result_id, editable=False, max_length=24, unique=True
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("experiment", "Experiment"),
                            ("did", "Difference in differences"),
                            ("its", "Interrupted time series"),
                            ("before_after", "Before and after"),
                            ("claim", "Claim"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("A", "A: experiment"),
                            ("B", "B: difference in differences"),
                            ("C", "C: interrupted time series"),
                            ("D", "D: before and after"),
                            ("E", "E: claim"),
                        ],
                        max_length=1,
                    ),
                ),
                ("since", models.DateField()),
                ("first", models.DateField(null=True)),
                ("last", models.DateField(null=True)),
                ("segment", models.CharField(blank=True, default="", max_length=120)),
                ("control_segment", models.CharField(blank=True, default="", max_length=120)),
                ("effect", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("n_before", models.PositiveIntegerField(default=0)),
                ("n_after", models.PositiveIntegerField(default=0)),
                ("problem", models.TextField(blank=True, default="")),
                ("digest", models.CharField(max_length=64)),
                ("document", models.JSONField()),
                ("note", models.TextField(blank=True, default="")),
                ("as_of", models.DateTimeField()),
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
                    "control_kpi",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="kpis.kpi"
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="projects.initiative",
                    ),
                ),
                (
                    "kpi",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="kpis.kpi",
                    ),
                ),
                (
                    "experiment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="results",
                        to="kpis.experimentresult",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kpi", "initiative", "-id"], name="result_newest_of_kpi"),
                    models.Index(fields=["initiative", "kpi", "-id"], name="result_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["experiment", "did", "its", "before_after", "claim"])),
                        name="result_method_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade__in", ["A", "B", "C", "D", "E"])), name="result_grade_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("effect__isnull", True),
                                ("high__isnull", True),
                                ("low__isnull", True),
                                models.Q(("problem", ""), _negated=True),
                            ),
                            models.Q(
                                ("high__gte", models.F("effect")),
                                ("low__lte", models.F("effect")),
                                ("problem", ""),
                                ("effect__isnull", False),
                                ("high__lt", float("inf")),
                                ("low__gt", float("-inf")),
                            ),
                            _connector="OR",
                        ),
                        name="result_has_an_effect_or_a_problem",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InitiativeCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.cost_id, editable=False, max_length=24, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("people", "People"),
                            ("labeling", "Labeling"),
                            ("compute", "Compute"),
                            ("other", "Other"),
                        ],
                        max_length=8,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("weeks", models.FloatField(blank=True, null=True)),
                ("amount", models.FloatField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="costs", to="projects.initiative"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["people", "labeling", "compute", "other"])),
                        name="cost_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="cost_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weeks__isnull", True),
                            models.Q(("kind", "people"), ("weeks__gt", 0), ("weeks__lt", float("inf"))),
                            _connector="OR",
                        ),
                        name="cost_weeks_are_of_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("amount__isnull", False), ("amount__lt", float("inf"))),
                            models.Q(("amount__isnull", True), ("weeks__isnull", False)),
                            _connector="OR",
                        ),
                        name="cost_says_something",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ValueDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.value_decision_id, editable=False, max_length=24, unique=True
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("sustain", "Sustain"),
                            ("expand", "Expand"),
                            ("adjust", "Adjust"),
                            ("retire", "Retire"),
                        ],
                        max_length=7,
                    ),
                ),
                ("reason", models.TextField()),
                ("review_on", models.DateField(blank=True, null=True)),
                ("at", models.DateTimeField()),
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
                        related_name="value_decisions",
                        to="projects.initiative",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["initiative", "-id"], name="value_decision_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["sustain", "expand", "adjust", "retire"])),
                        name="value_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="value_decision_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision", "retire"), ("review_on__isnull", False), _connector="OR"),
                        name="value_decision_is_looked_at_again",
                    ),
                ],
            },
        ),
    ]

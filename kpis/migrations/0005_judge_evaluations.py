"""Targets on evaluations, the bridge from a decision to a KPI, when to stop trying, and what a gate spends."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0004_drop_the_second_index_of_readings"),
        ("projects", "0003_keep_evaluations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bridge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("volume", models.FloatField()),
                ("value_per_correct", models.FloatField()),
                ("cost_per_error", models.FloatField()),
                ("formula", models.CharField(blank=True, default="", max_length=500)),
                ("inputs", models.JSONField(blank=True, default=dict)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("volume__gte", 0),
                            ("volume__lt", float("inf")),
                            ("value_per_correct__gt", float("-inf")),
                            ("value_per_correct__lt", float("inf")),
                            ("cost_per_error__gt", float("-inf")),
                            ("cost_per_error__lt", float("inf")),
                        ),
                        name="bridge_numbers_finite",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="StopRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(default="accuracy", max_length=300)),
                ("gain", models.FloatField()),
                ("attempts", models.PositiveSmallIntegerField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("attempts__gte", 1), ("gain__gte", 0), ("gain__lt", float("inf"))),
                        name="stop_rule_sane",
                    )
                ]
            },
        ),
        migrations.AddField(
            model_name="gatedecision",
            name="test_set",
            field=models.CharField(blank=True, db_default="", default="", max_length=24),
        ),
        migrations.AddField(
            model_name="target",
            name="dataset_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=128),
        ),
        migrations.AddField(
            model_name="target",
            name="grid_step",
            field=models.FloatField(db_default=0.01, default=0.01),
        ),
        migrations.AddField(
            model_name="target",
            name="threshold",
            field=models.FloatField(blank=True, null=True),
        ),
        AddConstraintNotValid(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("threshold__isnull", True), models.Q(("threshold__gte", 0), ("threshold__lte", 1)), _connector="OR"
                ),
                name="target_threshold_is_a_ratio",
            ),
        ),
        AddConstraintNotValid(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("grid_step__gte", 0.0001), ("grid_step__lte", 0.5)), name="target_grid_sane"
            ),
        ),
        migrations.AddField(
            model_name="bridge",
            name="author",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bridge",
            name="contribution",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="bridge", to="kpis.contribution"
            ),
        ),
        migrations.AddField(
            model_name="stoprule",
            name="author",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="stoprule",
            name="initiative",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="stop_rule", to="projects.initiative"
            ),
        ),
    ]

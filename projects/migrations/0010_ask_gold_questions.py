"""Gold questions have sums by annotator, and a labeling lead may see figures of annotators."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

KINDS = ["state", "class", "day", "pattern", "pair", "gold"]


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_split_datasets"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="AnnotatorFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(auto_now_add=True)),
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="annotator_figures",
                        to="projects.initiative",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="labelingtally",
            name="kind",
            field=models.CharField(
                choices=[
                    ("state", "Tasks by state"),
                    ("class", "Labeled tasks by class"),
                    ("day", "Labeled tasks by day of their first label"),
                    ("pattern", "Labeled tasks by pattern of labels and week of their last label"),
                    ("pair", "Tasks by two annotators and their labels"),
                    ("gold", "Gold tasks by annotator, right label and label given"),
                ],
                max_length=8,
            ),
        ),
        migrations.RemoveConstraint(model_name="labelingtally", name="labeling_tally_kind_known"),
        AddConstraintNotValid(
            model_name="labelingtally",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="labeling_tally_kind_known"
            ),
        ),
    ]

"""Batches of label tasks are of a dataset version."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0013_mirror_trackers")]

    operations = [
        migrations.CreateModel(
            name="BatchDataset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.CharField(blank=True, default="", max_length=200)),
                ("named", models.CharField(blank=True, default="", max_length=430)),
                ("recorded_at", models.DateTimeField(auto_now=True)),
                (
                    "dataset",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="label_batches",
                        to="projects.datasetversion",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batch_datasets",
                        to="projects.labelingproject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "batch"), name="batch_of_one_dataset"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dataset__isnull", False), models.Q(("named", ""), _negated=True), _connector="OR"
                        ),
                        name="batch_dataset_is_told",
                    ),
                ],
            },
        ),
    ]

"""What two dataset versions share, where one measures a model that was trained on the other."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0014_tie_batches_to_datasets")]

    operations = [
        migrations.CreateModel(
            name="VersionOverlap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rows", models.PositiveBigIntegerField()),
                ("groups", models.PositiveBigIntegerField(null=True)),
                ("is_counted", models.BooleanField(default=False)),
                ("recorded_at", models.DateTimeField(auto_now=True)),
                (
                    "measured",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shared_with",
                        to="projects.datasetversion",
                    ),
                ),
                (
                    "trained",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shared_by",
                        to="projects.datasetversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("measured", "trained"), name="version_overlap_once"),
                    models.CheckConstraint(
                        condition=models.Q(("measured", models.F("trained")), _negated=True),
                        name="version_overlap_of_two_versions",
                    ),
                ],
            },
        ),
    ]

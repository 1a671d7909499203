"""Splits of dataset versions with what they share, and where data lies, how large it is and who told of it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0008_draw_label_audits"),
    ]

    operations = [
        migrations.CreateModel(
            name="DatasetSplit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("rows", models.PositiveBigIntegerField()),
                ("digest", models.CharField(blank=True, default="", max_length=128)),
                ("duplicates", models.PositiveBigIntegerField(null=True)),
                ("groups", models.PositiveBigIntegerField(null=True)),
                ("class_counts", models.JSONField(null=True)),
                ("recorded_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duplicates__isnull", True), ("duplicates__lte", models.F("rows")), _connector="OR"
                        ),
                        name="dataset_split_duplicates_are_rows",
                    )
                ]
            },
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="files",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="leaked_groups",
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="leaked_rows",
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="size",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="source",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="uri",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.CreateModel(
            name="SplitHashes",
            fields=[
                (
                    "split",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="hashes",
                        serialize=False,
                        to="projects.datasetsplit",
                    ),
                ),
                ("rows", models.BinaryField()),
                ("groups", models.BinaryField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="datasetsplit",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="splits",
                to="projects.datasetversion",
            ),
        ),
        migrations.CreateModel(
            name="SplitOverlap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rows", models.PositiveBigIntegerField()),
                ("groups", models.PositiveBigIntegerField(null=True)),
                (
                    "left",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overlaps_left",
                        to="projects.datasetsplit",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overlaps_right",
                        to="projects.datasetsplit",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overlaps",
                        to="projects.datasetversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("left", "right"), name="split_overlap_once"),
                    models.CheckConstraint(
                        condition=models.Q(("left__lt", models.F("right"))), name="split_overlap_in_order"
                    ),
                ]
            },
        ),
        migrations.AddConstraint(
            model_name="datasetsplit",
            constraint=models.UniqueConstraint(fields=("version", "name"), name="dataset_split_once"),
        ),
    ]

"""Tasks of checks go to trackers, sprints may be gone there, and what is not read is counted."""

import django.db.models.deletion
import django.utils.timezone
import projects.models.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0016_keep_changes_with_updates"),
    ]

    operations = [
        migrations.AddField(
            model_name="sprint",
            name="gone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="syncattempt",
            name="unread",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.CreateModel(
            name="SentTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "marker",
                    models.CharField(
                        default=projects.models.identifiers.task_marker, editable=False, max_length=48, unique=True
                    ),
                ),
                ("back", models.CharField(blank=True, default="", max_length=500)),
                ("place", models.CharField(blank=True, default="", max_length=300)),
                ("wanted_open", models.BooleanField(default=True)),
                ("told_open", models.BooleanField(blank=True, null=True)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("refusal", models.TextField(blank=True, default="")),
                ("trouble", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.connection"
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sent", to="projects.task"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("place", ""), ("told_open", None)),
                            models.Q(("told_open__isnull", False), models.Q(("place", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="sent_task_there_at_a_place",
                    )
                ],
            },
        ),
    ]

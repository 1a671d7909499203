"""Every change of a deployment is kept, and rollbacks with their rehearsals."""

import django.db.models.deletion
import projects.models.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0018_keep_why_initiatives_stop"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeploymentChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.CharField(blank=True, default="", max_length=12)),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("live", "Live"),
                            ("shadow", "Shadow"),
                            ("canary", "Canary"),
                            ("failed", "Failed"),
                            ("rolled_back", "Rolled Back"),
                            ("retired", "Retired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="projects.deployment"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("after__in", ["live", "shadow", "canary", "failed", "rolled_back", "retired"])
                        ),
                        name="deployment_change_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("before", models.F("after")), _negated=True),
                        name="deployment_change_is_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rollback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=projects.models.identifiers.rollback_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("environment", models.CharField(max_length=60)),
                ("kind", models.CharField(choices=[("real", "Real"), ("rehearsal", "Rehearsal")], max_length=10)),
                ("from_version", models.CharField(blank=True, default="", max_length=120)),
                ("to_version", models.CharField(blank=True, default="", max_length=120)),
                ("at", models.DateTimeField()),
                ("seconds", models.PositiveIntegerField(null=True)),
                ("link", models.CharField(blank=True, default="", max_length=500)),
                ("note", models.TextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_deployment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rollbacks_from",
                        to="projects.deployment",
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rollbacks", to="projects.initiative"
                    ),
                ),
                (
                    "to_deployment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rollbacks_to",
                        to="projects.deployment",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["initiative", "-at", "-id"], name="rollback_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["real", "rehearsal"])), name="rollback_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "real"), ("seconds__isnull", False), _connector="OR"),
                        name="rollback_rehearsal_is_timed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "rehearsal")),
                        fields=("initiative", "environment", "at"),
                        name="rollback_rehearsed_once",
                    ),
                ],
            },
        ),
    ]

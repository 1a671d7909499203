"""Weekly words keep what had changed, and are asked for in a rhythm."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_flag_labeling_leads"),
        ("projects", "0015_share_rows_between_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="update",
            name="changes",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="update",
            name="computed_health",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="update",
            name="in_the_way",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="update",
            name="next_steps",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="update",
            name="since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="update",
            name="stale_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="UpdateRhythm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "every",
                    models.CharField(
                        choices=[("weekly", "Every week"), ("fortnightly", "Every two weeks"), ("off", "Off")],
                        default="weekly",
                        max_length=11,
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(default=4)),
                ("hour", models.PositiveSmallIntegerField(default=10)),
                ("zone", models.CharField(default="UTC", max_length=64)),
                ("since", models.DateTimeField()),
                (
                    "initiative",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rhythm",
                        to="projects.initiative",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rhythms", to="accounts.workspace"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("initiative", None)), fields=("workspace",), name="rhythm_of_workspace_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("every__in", ["weekly", "fortnightly", "off"])), name="rhythm_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="rhythm_has_a_weekday"),
                    models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="rhythm_has_an_hour"),
                ],
            },
        ),
    ]

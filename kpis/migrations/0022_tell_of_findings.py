import django.db.models.deletion
from django.db import migrations, models

WHY_SAFE = "Notices are few, one for each alert that opened: their constraints are checked at once."

KINDS = [
    ("silent", "Silent segment"),
    ("stopped", "Stopped"),
    ("drift", "Drift"),
    ("quality", "Quality"),
    ("latency", "Latency"),
    ("errors", "Errors"),
    ("cost", "Cost"),
    ("endpoint", "Endpoint"),
    ("readiness", "Readiness"),
    ("evaluation", "Evaluation"),
]
SEVERITIES = [("info", "Information"), ("warning", "Warning"), ("critical", "Critical")]
ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_name_the_currency"),
        ("kpis", "0021_watch_observations"),
        ("projects", "0023_widen_kinds_of_findings"),
    ]

    operations = [
        migrations.CreateModel(
            name="CauseEpisode",
            fields=[
                ("id", ID),
                ("cause", models.CharField(max_length=400)),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                ("source", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("severity", models.CharField(choices=SEVERITIES, max_length=8)),
                ("words", models.CharField(max_length=500)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closing_words", models.CharField(blank=True, default="", max_length=500)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("workspace", "cause"),
                        name="cause_episode_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                        ),
                        name="cause_episode_closes_after_it_opens",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["info", "warning", "critical"])),
                        name="cause_episode_severity_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CauseFinding",
            fields=[
                ("id", ID),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="kpis.causeepisode"
                    ),
                ),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="told", to="projects.finding"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FindingMute",
            fields=[
                ("id", ID),
                ("cause", models.CharField(blank=True, default="", max_length=400)),
                ("source", models.CharField(blank=True, default="", max_length=60)),
                ("name", models.CharField(blank=True, default="", max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "cause", "source", "name"), name="finding_mute_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("cause", ""), _negated=True), ("name", ""), ("source", "")),
                            models.Q(("cause", ""), models.Q(("source", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="finding_mute_says_what",
                    ),
                ],
            },
        ),
        migrations.AlterField(
            model_name="notice",
            name="episode",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="kpis.alertepisode",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="cause",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="kpis.causeepisode",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("cause", "member"), name="notice_of_cause_once"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause__isnull", False), ("episode", None)),
                    models.Q(("cause", None), ("episode__isnull", False)),
                    _connector="OR",
                ),
                name="notice_about_one_thing",
            ),
        ),
    ]

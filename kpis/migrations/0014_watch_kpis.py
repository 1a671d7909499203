"""Keep notes, alerts and notices of KPIs."""

import django.db.models.deletion
import kpis.models.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_keep_calendars"),
        ("kpis", "0013_index_scores_of_forecasts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertWatch",
            fields=[
                (
                    "kpi",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="kpis.kpi",
                    ),
                ),
                ("due_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name="mailchoice",
            name="alerts",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.CreateModel(
            name="KpiAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.alert_id, editable=False, max_length=24, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("threshold", "Threshold"),
                            ("pace", "Pace"),
                            ("missing", "Missing reading"),
                            ("anomaly", "Anomaly"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        blank=True, choices=[("above", "Above"), ("below", "Below")], default="", max_length=5
                    ),
                ),
                ("value", models.FloatField(blank=True, null=True)),
                ("margin", models.FloatField(default=0.0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "kpi",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alerts", to="kpis.kpi"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["threshold", "pace", "missing", "anomaly"])),
                        name="alert_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "threshold"),
                                ("margin__gte", 0),
                                ("side__in", ["above", "below"]),
                                ("value__isnull", False),
                            ),
                            models.Q(
                                ("margin", 0),
                                ("side", ""),
                                ("value__isnull", True),
                                models.Q(("kind", "threshold"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="alert_threshold_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__isnull", True),
                            models.Q(("value__gt", float("-inf")), ("value__lt", float("inf"))),
                            _connector="OR",
                        ),
                        name="alert_value_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("margin__lt", float("inf"))), name="alert_margin_is_a_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "threshold"), _negated=True),
                        fields=("kpi", "kind"),
                        name="alert_kind_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "threshold")),
                        fields=("kpi", "side", "value"),
                        name="alert_threshold_once",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="AlertMute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.member"
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mutes", to="kpis.kpialert"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("alert", "member"), name="alert_mute_once")]},
        ),
        migrations.CreateModel(
            name="AlertEpisode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                ("words", models.CharField(max_length=300)),
                ("value", models.FloatField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closing_words", models.CharField(blank=True, default="", max_length=300)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="episodes", to="kpis.kpialert"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("alert",), name="alert_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                        ),
                        name="alert_closes_after_it_opens",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="KpiNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.note_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("day", models.DateField()),
                ("text", models.CharField(max_length=500)),
                ("removed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                    "kpi",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="kpis.kpi"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="kpi_note_says_something"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.notice_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("why", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("snoozed_until", models.DateTimeField(null=True)),
                (
                    "episode",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="kpis.alertepisode",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="accounts.member"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("episode", "member"), name="notice_once")]},
        ),
        migrations.CreateModel(
            name="AlertMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("claimed", "Being sent"),
                            ("sent", "Sent"),
                            ("not_sent", "Not sent"),
                            ("nothing_new", "Nothing new"),
                        ],
                        default="claimed",
                        max_length=11,
                    ),
                ),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("claimed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mail", to="kpis.notice"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "claimed")), fields=["claimed_at"], name="alert_mail_claimed"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["claimed", "sent", "not_sent", "nothing_new"])),
                        name="alert_mail_state_known",
                    )
                ],
            },
        ),
    ]

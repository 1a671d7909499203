"""Members are reminded of updates that are due, and sent a digest, once a period."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_flag_labeling_leads"),
        ("kpis", "0010_link_calendars"),
        ("projects", "0016_keep_changes_with_updates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DigestMail",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digests",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "claimed")), fields=["claimed_at"], name="digest_mail_claimed"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "period"), name="digest_mail_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["claimed", "sent", "not_sent", "nothing_new"])),
                        name="digest_mail_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reminders", models.BooleanField(default=True)),
                ("digest", models.BooleanField(default=False)),
                ("weekday", models.PositiveSmallIntegerField(default=0)),
                ("hour", models.PositiveSmallIntegerField(default=8)),
                ("zone", models.CharField(default="UTC", max_length=64)),
                ("since", models.DateTimeField()),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mail_choice", to="accounts.member"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="digest_has_a_weekday"),
                    models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="digest_has_an_hour"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UpdateReminder",
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
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="projects.initiative",
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "claimed")), fields=["claimed_at"], name="reminder_claimed"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("initiative", "period"), name="reminder_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["claimed", "sent", "not_sent", "nothing_new"])),
                        name="reminder_state_known",
                    ),
                ],
            },
        ),
    ]

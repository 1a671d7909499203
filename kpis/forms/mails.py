"""What mails a person wants, and in which rhythm updates are asked for."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from mltrack.days import ZONES
from projects.models import Rhythmic

HOURS: Final = [(hour, f"{hour:02}:00") for hour in range(24)]
FOLLOW: Final = "follow"


class WhenForm(forms.Form):
    """An hour of a weekday in a zone."""

    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=list(WEEKDAYS.items()), coerce=int)
    hour = forms.TypedChoiceField(label=_("Hour"), choices=HOURS, coerce=int)
    zone = forms.ChoiceField(label=_("Time zone"), choices=[(name, name) for name in sorted(ZONES)])


class MailForm(WhenForm):
    """What mails a person wants of a workspace."""

    field_order = ("reminders", "alerts", "digest", "weekday", "hour", "zone")
    reminders = forms.BooleanField(label=_("Remind me of updates that are due on my initiatives"), required=False)
    alerts = forms.BooleanField(
        label=_("Tell me when an alert opens on a KPI that I own"),
        required=False,
        help_text=_("And when a finding hits an initiative that I own, once for each cause."),
    )
    digest = forms.BooleanField(
        label=_("Send me a weekly digest"), required=False, help_text=_("Only when somebody posted an update.")
    )


class RhythmForm(WhenForm):
    """How often updates are asked for."""

    field_order = ("every", "weekday", "hour", "zone")
    every = forms.ChoiceField(label=_("How often"), choices=Rhythmic.choices)


class OwnRhythmForm(RhythmForm):
    """How often an update of one initiative is asked for; it may follow the workspace."""

    every = forms.ChoiceField(label=_("How often"), choices=[(FOLLOW, _("As the workspace")), *Rhythmic.choices])

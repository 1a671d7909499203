"""A view that is sent at an hour."""

from __future__ import annotations

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from kpis.forms.mails import HOURS
from kpis.forms.shares import ViewForm
from kpis.models import Channel
from kpis.services.webhooks import LONGEST
from mltrack.days import ZONES


class TimesForm(forms.Form):
    """When it is sent, and to which address where a channel has one."""

    weekdays = forms.TypedMultipleChoiceField(label=_("Days"), choices=list(WEEKDAYS.items()), coerce=int)
    hour = forms.TypedChoiceField(label=_("Hour"), choices=HOURS, coerce=int)
    zone = forms.ChoiceField(label=_("Time zone"), choices=[(name, name) for name in sorted(ZONES)])
    only_if_changed = forms.BooleanField(label=_("Only when a number changed"), required=False)
    secret_url = forms.CharField(
        label=_("Webhook address"),
        required=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Of the channel; mail needs none. It is kept sealed and never shown again."),
    )


class SubscriptionForm(ViewForm, TimesForm):
    """Which view, by what, and when."""

    field_order = ("kind", "target", "query", "channel", "secret_url", "weekdays", "hour", "zone", "only_if_changed")
    channel = forms.ChoiceField(label=_("Sent by"), choices=Channel.choices, initial=Channel.MAIL)


class SubscriptionEditForm(TimesForm):
    """Another time, another address, or none of it until a day."""

    field_order = ("weekdays", "hour", "zone", "only_if_changed", "muted_until", "secret_url")
    muted_until = forms.DateField(
        label=_("Muted until the end of"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

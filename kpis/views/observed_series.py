"""Ending a series where it is listed, and taking that back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.forms.observed_series import SeriesEndForm
from kpis.views.shell import page_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.services.observations import end_series


@require_POST
@page(Power.WRITE_READINGS)
def end(request: PageRequest, key: str) -> HttpResponse:
    """Say that nothing more will come of a series, or with no `ended` that it goes on."""
    initiative, form = initiative_of(request.principal, key), SeriesEndForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a series of the list."))
        return redirect(page_of(initiative, "kpis:data"))
    told = form.cleaned_data
    try:
        end_series(request.principal, initiative, **told)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        text = _("%(series)s has ended: nothing judges it until something newer comes.")
        series = {"series": f"{told['name']} {told['segment']}".rstrip()}
        messages.success(request, (text if told["ended"] else _("%(series)s goes on.")) % series)
    return redirect(page_of(initiative, "kpis:data"))

"""The workspace's scorecard: read, exported, and changed after a rehearsal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import show_errors
from kpis.forms.workspace import ScorecardForm
from kpis.selectors.scorecard_page import scorecard_page
from kpis.selectors.scorecards import source_of
from kpis.services.scorecards import VerdictChange, import_scorecard, rehearse_scorecard, use_default_scorecard
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power


@page(Power.READ, write=Power.ADMINISTER)
def scorecard(request: PageRequest) -> HttpResponse:
    """Show the checks that decide; POST rehearses another scorecard, and with `activate` puts it in force."""
    workspace = request.principal.workspace
    if request.method != "POST":
        return _show(request, ScorecardForm(initial={"source": source_of(workspace)}))
    form = ScorecardForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    source = form.cleaned_data["source"]
    try:
        if "activate" not in request.POST:
            changes = rehearse_scorecard(workspace, source)
            return _show(request, ScorecardForm(initial={"source": source}), changes=changes, rehearsed=source)
        kept = import_scorecard(request.principal, source)
    except ValidationError as error:
        show_errors(form, error)
        return _show(request, form, status=422)
    messages.success(request, _("Version %(n)d is in force. Verdicts follow.") % {"n": kept.number})
    return redirect("kpis:scorecard", workspace=workspace.key)


def _show(
    request: PageRequest,
    form: ScorecardForm,
    *,
    changes: list[VerdictChange] | None = None,
    rehearsed: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "found": scorecard_page(request.principal.workspace),
        "form": form,
        "changes": changes,
        "rehearsed": rehearsed,
        "tab": "scorecard",
    }
    return render(request, "kpis/scorecard/index.html", context, status=status)


@require_safe
@page()
def export(request: PageRequest) -> HttpResponse:
    """Answer the scorecard in force as a TOML file."""
    workspace = request.principal.workspace
    response = HttpResponse(source_of(workspace), content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{workspace.key}-scorecard.toml"'
    return response


@require_POST
@page(Power.ADMINISTER)
def reset(request: PageRequest) -> HttpResponse:
    """Go back to the scorecard that ships with MLTrack."""
    if use_default_scorecard(request.principal):
        messages.success(request, _("The default scorecard is in force. Verdicts follow."))
    return redirect("kpis:scorecard", workspace=request.principal.workspace.key)

"""What a KPI must reach: its versions, a new one, and the decision on one that waits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import goal_of, kpi_of
from kpis.forms.errors import in_words, show_errors
from kpis.forms.kpis import GoalForm
from kpis.models import KPI
from kpis.models.kpis import GoalState
from kpis.selectors.approvals import may_reject
from kpis.selectors.facts import GOAL_FIELDS
from kpis.selectors.kpi_pages import KpiPage, page_of_kpi
from kpis.selectors.kpis import kpi_detail
from kpis.services.goals import approve_goal, reject_goal
from kpis.services.kpis import edit_kpi
from kpis.views.kpi_frame import kpi_frame, url_of
from mltrack.accounts.access import require
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.services.versions import VersionConflict


@page(Power.READ, write=Power.WRITE_TARGETS)
def goal(request: PageRequest, key: str) -> HttpResponse:
    """Show every version of the goal; POST writes a new one, which waits where it asks for less than before."""
    context = kpi_frame(request, key, "goal")
    kpi: KPI = context["kpi"]
    found = page_of_kpi(kpi_detail(kpi))
    if request.method != "POST":
        return _show(request, context, found, GoalForm(kpi=kpi, initial=_present(found)))
    form = GoalForm(request.POST, kpi=kpi)
    if not form.is_valid():
        return _show(request, context, found, form, 422)
    same = form.cleaned_data["was"] == _present(found)["was"]
    try:
        if not same:
            raise VersionConflict(kpi.version)
        edit_kpi(
            request.principal,
            kpi,
            form.changes(),
            reason=form.cleaned_data["reason"],
            expected_version=kpi.version,
        )
    except VersionConflict:
        return _conflict(request, context, kpi)
    except ValidationError as error:
        show_errors(form, error)
        return _show(request, context, found, form, 422)
    messages.success(request, _outcome(kpi, found))
    return redirect(url_of(kpi, "kpis:kpi_goal"))


def _outcome(kpi: KPI, before: KpiPage) -> str:
    """Say what became of the version sent; one that waited before is not it."""
    newest = max((each.goal.number for each in before.goals), default=0)
    written = kpi.goals.filter(number__gt=newest).order_by("number").last()
    if written is None:
        return _("Nothing changed: the goal in force stays.")
    if written.state == GoalState.PROPOSED:
        return _("This asks for less: it waits for an approver.")
    return _("The goal is set.")


def _present(found: KpiPage) -> dict[str, Any]:
    goal = found.line.standing.goal
    return {name: getattr(goal, name, None) for name in GOAL_FIELDS} | {"was": goal.number if goal else 0}


def _show(
    request: PageRequest, context: dict[str, Any], found: KpiPage, form: GoalForm, status: int = 200, **more: Any
) -> HttpResponse:
    return render(request, "kpis/kpi/goal.html", context | {"page": found, "form": form} | more, status=status)


def _conflict(request: PageRequest, context: dict[str, Any], kpi: KPI) -> HttpResponse:
    """Show what was typed beside the goal of now: nothing is overwritten unseen, and nothing typed is lost."""
    found = page_of_kpi(kpi_detail(kpi))
    values = request.POST.copy()
    values["was"] = str(_present(found)["was"])
    return _show(request, context, found, GoalForm(values, kpi=kpi), 412, conflict=True)


@require_POST
@page()
def decide(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Approve or reject a version that waits, as an approver; take back one's own."""
    kpi = kpi_of(request.principal, key)
    version, decision = goal_of(kpi, public_id), request.POST.get("decision", "")
    deeds = {"approve": approve_goal, "reject": reject_goal}
    if decision not in deeds:
        return HttpResponseBadRequest("Approve or reject.")
    if decision == "approve" or not may_reject(request.principal, version.author_id):
        require(request.principal, Power.APPROVE)
    try:
        deeds[decision](request.principal, version)
        messages.success(request, _("Done. Verdicts follow within seconds."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(url_of(kpi, "kpis:kpi_goal"))

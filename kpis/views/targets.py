"""The targets tab: set, change, withdraw and decide targets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.access import target_of
from kpis.charts import target_figure
from kpis.forms.errors import in_words, show_errors
from kpis.forms.targets import AliasForm, BaselineForm, CandidateForm, RuleForm, TargetForm, form_of
from kpis.selectors.approvals import may_reject
from kpis.selectors.target_history import history_of
from kpis.selectors.targets_page import targets_page
from kpis.services.targets import approve_target, propose_target, reject_target, withdraw_target
from kpis.views.figures import end_of_hour, figure_answer
from kpis.views.shell import page_of, shell
from mltrack.accounts.access import require
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of
from projects.connectors.registry import needs_initiative
from projects.models import Initiative


@page(Power.READ, write=Power.WRITE_TARGETS)
def targets(request: PageRequest, key: str) -> HttpResponse:
    """Show the targets; with `change`, a form that begins with one; POST sets one, or a new version of it."""
    context = shell(request, key, "targets")
    if request.method != "POST":
        return render_targets(request, context, target=_changed(request, context["initiative"]))
    form = TargetForm(request.POST)
    if form.is_valid():
        try:
            kept = propose_target(request.principal, context["initiative"], **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            waits = _("This asks for less than before: it waits for an approver who is not you.")
            messages.success(request, waits if kept.state == "proposed" else _("The target is in force."))
            return redirect(page_of(context["initiative"], "kpis:targets"))
    return render_targets(request, context, target=form)


def _changed(request: PageRequest, initiative: Initiative) -> TargetForm | None:
    wanted = request.GET.get("change", "")
    return form_of(target_of(initiative, wanted)) if wanted else None


def render_targets(request: PageRequest, context: dict[str, Any], **forms: Any) -> HttpResponse:
    """Answer the tab; a form that was filled in wrongly is given by its name and answered with 422."""
    initiative = context["initiative"]
    found = targets_page(initiative, context["header"].document)
    fields = ("version", "candidate_rule", "candidate_alias", "sample_size_key")
    given = {name: form for name, form in forms.items() if form is not None}
    values = {
        "page": found,
        "target": TargetForm(),
        "alias": AliasForm(),
        "baseline": BaselineForm(),
        "rule": RuleForm(connections=connection_choices(found.connections)),
        "candidate": CandidateForm(initial={name: getattr(initiative, name) for name in fields}),
        "columns": [_("Ended"), _("Run"), _("Best so far")],
        "changing": request.GET.get("change", ""),
        **given,
    }
    status = 422 if any(form.is_bound for form in given.values()) else 200
    return render(request, "kpis/initiative/targets.html", context | values, status=status)


def connection_choices(connections: Any) -> list[tuple[str, str]]:
    """Return connections to choose from: those that bring runs."""
    return [(each.public_id, each.name) for each in connections if not needs_initiative(each.kind)]


@require_safe
@page()
def figure(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Answer the chart of a target, which any of its versions names, as JSON with an ETag."""
    initiative = initiative_of(request.principal, key)
    history = history_of(initiative, target_of(initiative, public_id))
    return figure_answer(request, target_figure(history, end_of_hour()))


@require_POST
@page()
def decide(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Approve or reject a version that waits, as an approver, or take back one's own; withdraw one as a manager."""
    initiative = initiative_of(request.principal, key)
    target, decision = target_of(initiative, public_id), request.POST.get("decision", "")
    try:
        if decision == "withdraw":
            require(request.principal, Power.WRITE_TARGETS)
            withdraw_target(request.principal, target, reason=request.POST.get("reason", ""))
        elif decision in ("approve", "reject"):
            if decision == "approve" or not may_reject(request.principal, target.author_id):
                require(request.principal, Power.APPROVE)
            (approve_target if decision == "approve" else reject_target)(request.principal, target)
        else:
            return HttpResponseBadRequest("Approve, reject or withdraw.")
        messages.success(request, _("Done. The verdict follows within seconds."))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(page_of(initiative, "kpis:targets"))

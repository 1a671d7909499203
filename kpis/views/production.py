"""The production tab: what runs where, what is beside it, how that went, and the deeds with it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words, show_errors
from kpis.forms.production import ProbeForm, RehearsalForm
from kpis.scoring.evaluations.continuous_rows import audit_rows
from kpis.scoring.evaluations.rival_words import headline
from kpis.selectors.production_audit import audit_of, production_audit
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.access import deployment_of, initiative_of
from projects.models import EndpointProbe, Initiative
from projects.selectors.finding_causes import open_findings
from projects.selectors.probes import probes_of
from projects.selectors.production import EnvironmentNow, deployment_lines, production_of, run_behind
from projects.services.probes import remove_probe, set_probe
from projects.services.rollbacks import promote_deployment, record_rehearsal, roll_back

EXAMPLE: Final = """\
curl -X POST "{origin}/api/v1/initiatives/{key}/deployments/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"environment": "production", "version": "7", "state": "canary",
       "image_digest": "sha256:9f2c", "endpoint": "https://models.example.org/churn"}}'"""


@page(Power.READ, write=Power.WRITE_DEPLOYMENTS)
def production(request: PageRequest, key: str) -> HttpResponse:
    """Show what runs where; POST records a rehearsal of going back."""
    context = shell(request, key, "production")
    initiative = context["initiative"]
    form = RehearsalForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            record_rehearsal(request.principal, initiative, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The rehearsal is recorded. The verdict follows within seconds."))
            return redirect(page_of(initiative, "kpis:production"))
    found, probes = production_of(initiative, timezone.now()), probes_of(initiative)
    values = {
        "page": found,
        "findings": open_findings(initiative),
        **_audit(initiative, found.main),
        "places": [_place(number, each, probes.get(each.name)) for number, each in enumerate(found.environments, 1)],
        "may_probe": request.principal.may(Power.WRITE_CONNECTIONS),
        "form": form,
        "may_deploy": request.principal.may(Power.WRITE_DEPLOYMENTS),
        "example": EXAMPLE.format(origin=request.build_absolute_uri("/").rstrip("/"), key=initiative.key),
    }
    return render(request, "kpis/production/index.html", context | values, status=422 if form.errors else 200)


def _audit(initiative: Initiative, main: EnvironmentNow | None) -> dict[str, Any]:
    """Return what is measured of what is live, and when to train it again."""
    now, champion, shadow = timezone.now(), main.champion if main else None, main.shadow if main else None
    found = production_audit(initiative, champion, shadow, now)
    run = run_behind(champion) if champion else None
    due = found.due(run.ended_at if run else None)
    says = headline(found.shadow) if found.shadow else ""
    return {"audit": found, "shadow_says": says, "retrain_at": due, "is_overdue": due is not None and due <= now}


def _place(number: int, place: EnvironmentNow, probe: EndpointProbe | None) -> dict[str, Any]:
    """Return what an environment's panel shows: its probe, and the form that sets it."""
    initial = {"interval_seconds": probe.interval_seconds, "expected": probe.expected} if probe else None
    return {"now": place, "probe": probe, "form": ProbeForm(initial=initial, auto_id=f"probe-{number}-%s")}


@require_safe
@page()
def deployments_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer all deployments as a file."""
    initiative = initiative_of(request.principal, key)
    return file_answer(request, deployment_lines(initiative), f"{initiative.key}-deployments")


@require_safe
@page()
def audit_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer what is measured of what is live as a file."""
    initiative, now = initiative_of(request.principal, key), timezone.now()
    found = audit_of(initiative, now)
    return file_answer(request, audit_rows(found.thens, found.shadow, now), f"{initiative.key}-audit")


@require_POST
@page(Power.WRITE_DEPLOYMENTS)
def promote(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Make a canary or shadow live."""
    initiative = initiative_of(request.principal, key)
    found = deployment_of(initiative, public_id)
    try:
        made, _state = promote_deployment(request.principal, found)
    except ValidationError as error:
        messages.error(request, in_words(error))
    else:
        where = {"version": made.version, "environment": made.environment}
        messages.success(request, _("%(version)s is live in %(environment)s.") % where)
    return redirect(page_of(initiative, "kpis:production"))


@require_POST
@page(Power.WRITE_DEPLOYMENTS)
def rollback(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Take a live version back for the one before it."""
    initiative = initiative_of(request.principal, key)
    found = deployment_of(initiative, public_id)
    try:
        kept = roll_back(request.principal, found)
    except ValidationError as error:
        messages.error(request, in_words(error))
    else:
        where = {"old": kept.from_version, "new": kept.to_version, "environment": kept.environment}
        words = _("In %(environment)s %(old)s is recorded as taken back, and %(new)s as live again.")
        messages.success(request, words % where)
    return redirect(page_of(initiative, "kpis:production"))


@require_POST
@page(Power.WRITE_CONNECTIONS)
def probe(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Ask the endpoint of what is live in a deployment's environment from now on, or stop that."""
    initiative = initiative_of(request.principal, key)
    found, form = deployment_of(initiative, public_id), ProbeForm(request.POST)
    if request.POST.get("remove"):
        remove_probe(request.principal, found)
        messages.success(request, _("The endpoint is not asked any more."))
    elif not form.is_valid():
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
    else:
        try:
            set_probe(request.principal, found, **form.cleaned_data)
        except ValidationError as error:
            messages.error(request, in_words(error))
        else:
            messages.success(request, _("The endpoint is asked within seconds."))
    return redirect(page_of(initiative, "kpis:production"))

"""The doors to judgement: every object is reached through the principal's workspace, a stranger's is 404."""

from __future__ import annotations

from django.http import Http404

from kpis.models import (
    KPI,
    Attestation,
    Contribution,
    ContributionResult,
    Dashboard,
    GateDecision,
    Goal,
    InitiativeCost,
    KpiAlert,
    KpiNote,
    KpiSource,
    Notice,
    Panel,
    Target,
    Waiver,
)
from mltrack.accounts.access import Principal
from projects.models import Connection, Initiative


def kpi_of(principal: Principal, key: str, *, lock: bool = False) -> KPI:
    """Return the KPI with this key in the principal's workspace. Raises Http404.

    `lock` holds it until the end of the transaction, so that its version can be compared and then changed.
    """
    ours = KPI.objects.select_related("workspace", "owner", "formula").filter(workspace=principal.workspace, key=key)
    found = (ours.select_for_update(of=("self",), no_key=True) if lock else ours).first()
    if found is None:
        raise Http404(f"No KPI {key[:60]} here.")
    return found


def note_of(kpi: KPI, public_id: str) -> KpiNote:
    """Return a note on a KPI's chart, a removed one too. Raises Http404."""
    found = kpi.notes.select_related("kpi__workspace", "author").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such note on this KPI.")
    return found


def alert_of(kpi: KPI, public_id: str) -> KpiAlert:
    """Return one of a KPI's alerts. Raises Http404."""
    found = kpi.alerts.select_related("kpi__workspace").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such alert of this KPI.")
    return found


def notice_of(principal: Principal, public_id: str) -> Notice:
    """Return one of the person's own notices here. Raises Http404 for another's."""
    ours = Notice.objects.filter(member__workspace=principal.workspace, member__user=principal.user)
    found = ours.select_related("member", "episode__alert__kpi__workspace", "cause").filter(public_id=public_id).first()
    if found is None or principal.user is None:
        raise Http404("No such notice.")
    return found


def target_of(initiative: Initiative, public_id: str) -> Target:
    """Return a version of one of the initiative's targets. Raises Http404."""
    found = initiative.targets.select_related("author", "approver").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such target in this initiative.")
    return found


def waiver_of(initiative: Initiative, public_id: str) -> Waiver:
    """Return one of the initiative's waivers. Raises Http404."""
    found = initiative.waivers.select_related("requester", "approver").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such waiver in this initiative.")
    return found


def attestation_of(initiative: Initiative, public_id: str) -> Attestation:
    """Return a person's word on one of the initiative's checks. Raises Http404."""
    found = initiative.attestations.select_related("author", "initiative").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such attestation in this initiative.")
    return found


def gate_decision_of(initiative: Initiative, public_id: str) -> GateDecision:
    """Return one of the initiative's kept gate decisions. Raises Http404."""
    found = initiative.gate_decisions.select_related("actor", "token").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such decision in this initiative.")
    return found


def goal_of(kpi: KPI, public_id: str) -> Goal:
    """Return a version of the KPI's goal. Raises Http404."""
    found = kpi.goals.select_related("author", "approver").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such version of this KPI's goal.")
    return found


def source_of(kpi: KPI, public_id: str, *, lock: bool = False) -> KpiSource:
    """Return one of the KPI's sources, until the end of the transaction with `lock`.

    Its connection is held first then, as a pull does. Raises Http404.
    """
    if lock:
        held = Connection.objects.select_for_update(of=("self",), no_key=True)
        held.filter(kpi_sources__kpi=kpi, kpi_sources__public_id=public_id).first()
    ours = kpi.sources.select_related("connection__workspace", "kpi__workspace").filter(public_id=public_id)
    found = (ours.select_for_update(of=("self",)) if lock else ours).first()
    if found is None:
        raise Http404("This KPI has no such source.")
    return found


def contribution_of(initiative: Initiative, kpi_key: str) -> Contribution:
    """Return the initiative's tie to a KPI. Raises Http404."""
    ours = initiative.contributions.select_related("kpi", "bridge", "initiative__workspace")
    found = ours.filter(kpi__key=kpi_key).first()
    if found is None:
        raise Http404("This KPI is not tied to this initiative.")
    return found


def result_of(initiative: Initiative, public_id: str) -> ContributionResult:
    """Return a kept answer about the initiative. Raises Http404."""
    ours = initiative.results.select_related("kpi", "control_kpi", "experiment", "author")
    found = ours.filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such result of this initiative.")
    return found


def cost_of(initiative: Initiative, public_id: str) -> InitiativeCost:
    """Return one of the initiative's costs. Raises Http404."""
    found = initiative.costs.select_related("initiative").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such cost of this initiative.")
    return found


def dashboard_of(principal: Principal, key: str, *, lock: bool = False) -> Dashboard:
    """Return a stored dashboard of the principal's workspace, one put away too. Raises Http404.

    `lock` holds it until the end of the transaction, so that its version can be compared and then changed.
    """
    ours = Dashboard.objects.select_related("workspace").filter(workspace=principal.workspace, key=key)
    found = (ours.select_for_update(of=("self",)) if lock else ours).first()
    if found is None:
        raise Http404(f"No dashboard {key[:60]} here that could be changed.")
    return found


def panel_of(dashboard: Dashboard, public_id: str) -> Panel:
    """Return a panel of a stored dashboard, a removed one too. Raises Http404."""
    found = dashboard.panels.select_related("dashboard__workspace").filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such panel on this dashboard.")
    return found

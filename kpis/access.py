"""The doors to judgement: every object is reached through the principal's workspace, a stranger's is 404."""

from __future__ import annotations

from django.http import Http404

from kpis.models import KPI, Attestation, Contribution, GateDecision, Goal, Target, Waiver
from mltrack.accounts.access import Principal
from projects.models import Initiative


def kpi_of(principal: Principal, key: str, *, lock: bool = False) -> KPI:
    """Return the KPI with this key in the principal's workspace. Raises Http404.

    `lock` holds it until the end of the transaction, so that its version can be compared and then changed.
    """
    ours = KPI.objects.select_related("workspace", "owner").filter(workspace=principal.workspace, key=key)
    found = (ours.select_for_update(of=("self",)) if lock else ours).first()
    if found is None:
        raise Http404(f"No KPI {key[:60]} here.")
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


def contribution_of(initiative: Initiative, kpi_key: str) -> Contribution:
    """Return the initiative's tie to a KPI. Raises Http404."""
    ours = initiative.contributions.select_related("kpi", "bridge", "initiative__workspace")
    found = ours.filter(kpi__key=kpi_key).first()
    if found is None:
        raise Http404("This KPI is not tied to this initiative.")
    return found

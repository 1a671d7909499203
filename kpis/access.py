"""The doors to judgement: every object is reached through the principal's workspace, a stranger's is 404."""

from __future__ import annotations

from django.http import Http404

from kpis.models import KPI, Target, Waiver
from mltrack.accounts.access import Principal
from projects.models import Initiative


def kpi_of(principal: Principal, key: str) -> KPI:
    """Return the KPI with this key in the principal's workspace. Raises Http404."""
    found = KPI.objects.select_related("workspace", "owner").filter(workspace=principal.workspace, key=key).first()
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

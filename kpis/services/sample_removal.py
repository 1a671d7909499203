"""Taking the sample stories out of their workspace: what people added themselves stays."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from kpis.models import KPI
from kpis.samples.story import stories
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative


@dataclass(frozen=True, slots=True)
class Removed:
    """How much of the sample went."""

    initiatives: int
    kpis: int


@transaction.atomic
def remove_sample(principal: Principal) -> Removed:
    """Delete the sample's initiatives with all their facts, and its KPIs that nothing else is tied to.

    The workspace stays, no longer marked as a sample. Nothing happens to a workspace that is none.
    """
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    if not workspace.is_sample:
        return Removed(0, 0)
    texts = [story.text for story in stories()]
    initiatives = Initiative.objects.filter(workspace=workspace, key__in=[text["key"] for text in texts])
    gone = initiatives.count()
    initiatives.delete()
    kpis = KPI.objects.filter(
        workspace=workspace, key__in=[text["kpi"]["key"] for text in texts], contributions__isnull=True
    )
    removed = Removed(gone, kpis.count())
    kpis.delete()
    workspace.is_sample = False
    workspace.save(update_fields=["is_sample"])
    record_audit(
        principal, "remove", "sample", workspace.key, before={"initiatives": removed.initiatives, "kpis": removed.kpis}
    )
    return removed

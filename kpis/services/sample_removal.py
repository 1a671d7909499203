"""Taking the sample stories out of their workspace: what people added themselves stays."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from kpis.models import KPI
from kpis.samples.past import PROBLEM, past
from kpis.samples.plan import SPRINTS
from kpis.samples.story import stories
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models import DataSource, Initiative, Sprint


@dataclass(frozen=True, slots=True)
class Removed:
    """How much of the sample went."""

    initiatives: int
    kpis: int


@transaction.atomic
def remove_sample(principal: Principal) -> Removed:
    """Delete the sample's initiatives with all their facts, and its KPIs, sprints and sources that nothing else is tied
    to.

    The workspace stays, no longer marked as a sample. Nothing happens to a workspace that is none.
    """
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    if not workspace.is_sample:
        return Removed(0, 0)
    texts = [story.text for story in stories()]
    told = Initiative.objects.filter(workspace=workspace, key__in=[text["key"] for text in texts])
    gone = told.count()
    ours = [*told.values_list("pk", flat=True), *_past_of(workspace)]
    initiatives = Initiative.objects.filter(pk__in=ours)
    initiatives.delete()
    kpis = KPI.objects.filter(
        workspace=workspace, key__in=[text["kpi"]["key"] for text in texts], contributions__isnull=True
    )
    removed = Removed(gone, kpis.count())
    kpis.delete()
    sources = [text["source"]["key"] for text in texts if "source" in text]
    DataSource.objects.filter(workspace=workspace, key__in=sources, features=None).delete()
    sprints = Sprint.objects.filter(workspace=workspace, connection=None, name__in=SPRINTS)
    sprints.filter(tasks=None, moves_in=None, moves_out=None).delete()
    workspace.is_sample = False
    workspace.save(update_fields=["is_sample"])
    record_audit(
        principal, "remove", "sample", workspace.key, before={"initiatives": removed.initiatives, "kpis": removed.kpis}
    )
    return removed


def _past_of(workspace: Workspace) -> list[int]:
    """Return the initiatives of the past that the sample made, none that a person made by such a key."""
    made = Initiative.objects.filter(workspace=workspace, key__in=[each.key for each in past()], problem=PROBLEM)
    return list(made.values_list("pk", flat=True))

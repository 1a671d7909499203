"""The lists of the API: querysets with their declared filters, to be paged; what each item shows comes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet

from kpis.models import (
    KPI,
    AlertEpisode,
    Attestation,
    CheckEstimate,
    Contribution,
    KpiAlert,
    KpiNote,
    LabelQuota,
    MetricAlias,
    PlainBaseline,
    Reading,
    Target,
    Waiver,
)
from kpis.selectors.kpis import with_goals
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.selectors.lists import columns_asked


def target_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[Target]:
    """Return all versions of the initiative's targets; asked may hold metric and state."""
    wanted = columns_asked(asked, metric="metric", state="state")
    return Target.objects.filter(initiative=initiative, **wanted).select_related("author", "approver")


def quota_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[LabelQuota]:
    """Return all versions of the initiative's quotas; asked may hold class."""
    wanted = columns_asked(asked, **{"class": "class_name"})
    return LabelQuota.objects.filter(initiative=initiative, **wanted).select_related("author")


def alias_list(initiative: Initiative) -> QuerySet[MetricAlias]:
    """Return the other names of metrics."""
    return MetricAlias.objects.filter(initiative=initiative)


def baseline_list(initiative: Initiative) -> QuerySet[PlainBaseline]:
    """Return the plain baselines that were stated."""
    return PlainBaseline.objects.filter(initiative=initiative).select_related("author")


def contribution_list(initiative: Initiative) -> QuerySet[Contribution]:
    """Return the initiative's ties to KPIs."""
    return Contribution.objects.filter(initiative=initiative).select_related("kpi")


def attestation_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[Attestation]:
    """Return people's words on checks; asked may hold check."""
    return Attestation.objects.filter(initiative=initiative, **columns_asked(asked, check="check_id")).select_related(
        "author"
    )


def estimate_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[CheckEstimate]:
    """Return people's estimates of checks; asked may hold check."""
    wanted = columns_asked(asked, check="check_id")
    return CheckEstimate.objects.filter(initiative=initiative, **wanted).select_related("author")


def waiver_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[Waiver]:
    """Return the waivers; asked may hold check and state."""
    wanted = columns_asked(asked, check="check_id", state="state")
    return Waiver.objects.filter(initiative=initiative, **wanted).select_related("requester", "approver")


def kpi_list(principal: Principal, asked: Mapping[str, Any]) -> QuerySet[KPI]:
    """Return the workspace's KPIs with their open goals; asked may hold owner, direction and archived."""
    wanted = columns_asked(asked, owner="owner__email", direction="direction")
    ours = KPI.objects.filter(workspace=principal.workspace, **wanted)
    return with_goals(ours.filter(archived_at__isnull=not asked.get("archived", False)))


def kpi_with_goals(kpi: KPI) -> KPI:
    """Return a KPI as it is now, with its open goals as `open_goals`."""
    return with_goals(KPI.objects.filter(pk=kpi.pk)).get()


def reading_list(kpi: KPI, asked: Mapping[str, Any]) -> QuerySet[Reading]:
    """Return a KPI's readings; asked may hold segment, since (from then on) and until (before then)."""
    return Reading.objects.filter(
        kpi=kpi, **columns_asked(asked, segment="segment", since="time__gte", until="time__lt")
    )


def note_list(kpi: KPI) -> QuerySet[KpiNote]:
    """Return the notes on a KPI's history that are not removed."""
    return KpiNote.objects.filter(kpi=kpi, removed_at=None).select_related("author")


def alert_list(kpi: KPI) -> QuerySet[KpiAlert]:
    """Return a KPI's alerts with the episode that lasts as `lasting`."""
    lasting = Prefetch("episodes", AlertEpisode.objects.filter(closed_at=None), to_attr="lasting")
    return KpiAlert.objects.filter(kpi=kpi).select_related("author").prefetch_related(lasting)

"""What is observed, in the order that lists and the API show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from mltrack.accounts.access import Principal
from projects.models import DataSource, Initiative, Observation, ObservedSeries, PlannedStop, SourceFeature


def observation_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[Observation]:
    """Return the initiative's observations with their series; asked may hold kind, name, segment and since."""
    series = ObservedSeries.objects.filter(initiative=initiative)
    if "kind" in asked:
        series = series.filter(kind=asked["kind"])
    if "name" in asked:
        series = series.filter(name=asked["name"])
    if "segment" in asked:
        series = series.filter(segment=asked["segment"])
    found = Observation.objects.filter(series__in=series).select_related("series")
    return found.filter(time__gte=asked["since"]) if "since" in asked else found


def recorded_observation(initiative: Initiative, series: str, time: str) -> Observation:
    """Return the observation of a series, by its public id, at a moment in ISO 8601, to be shown."""
    found = Observation.objects.select_related("series")
    return found.get(
        series__initiative=initiative, series__public_id=series, time=datetime.fromisoformat(time).astimezone(UTC)
    )


def source_list(principal: Principal, asked: Mapping[str, Any]) -> QuerySet[DataSource]:
    """Return the sources with what they feed; asked may hold archived (False) and initiative."""
    ours = DataSource.objects.filter(workspace=principal.workspace)
    ours = ours.filter(archived_at__isnull=not asked.get("archived", False))
    if "initiative" in asked:
        fed = SourceFeature.objects.filter(initiative__key=asked["initiative"])
        ours = ours.filter(pk__in=fed.values("source"))
    return with_features(ours)


def with_features(sources: QuerySet[DataSource]) -> QuerySet[DataSource]:
    """Return the sources with their owners and what they feed."""
    feeds = SourceFeature.objects.select_related("initiative").order_by("initiative__key", "feature")
    return sources.select_related("owner").prefetch_related(Prefetch("features", feeds))


def one_source(source: DataSource) -> DataSource:
    """Return a source as it is now, with its owner and what it feeds."""
    return with_features(DataSource.objects.filter(pk=source.pk)).get()


def stop_list(principal: Principal, asked: Mapping[str, Any]) -> QuerySet[PlannedStop]:
    """Return the stops that were not withdrawn; asked may hold withdrawn (those that were), initiative and source."""
    ours = PlannedStop.objects.filter(workspace=principal.workspace)
    if "initiative" in asked:
        ours = ours.filter(initiative__key=asked["initiative"])
    if "source" in asked:
        ours = ours.filter(source__key=asked["source"])
    ours = ours.filter(withdrawn_at__isnull=not asked.get("withdrawn", False))
    return ours.select_related("initiative", "source", "author")

"""The history of a metric, asked of the run's own server when somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from projects.connectors.base import ConnectorError, FetchesMetricHistory
from projects.connectors.records import HistoryPoint
from projects.models import MetricValue, Run
from projects.services.clients import PAGE_PATIENCE, open_connection


@dataclass(frozen=True, slots=True)
class History:
    """Points in order, at most 2,000; where they could not be had, `problem` says why and the latest value stands.

    `cut_at` is after how many points the server had more than are read, None where all were read.
    """

    key: str
    points: Sequence[HistoryPoint]
    problem: str = ""
    cut_at: int | None = None


def metric_history(run: Run, key: str) -> History:
    """Return the history of one metric of a run; of a pushed run, the stored value alone."""
    if run.connection is None:
        return History(key, _stored(run, key))
    try:
        with open_connection(run.connection, PAGE_PATIENCE) as (connector, _):
            if not isinstance(connector, FetchesMetricHistory):
                return History(key, _stored(run, key))
            found = connector.fetch_metric_history([run.external_id], key)[run.external_id]
            return History(key, found.points, cut_at=None if found.is_whole else found.read)
    except ConnectorError as error:
        return History(key, _stored(run, key), error.text)


def _stored(run: Run, key: str) -> list[HistoryPoint]:
    value = MetricValue.objects.filter(run=run, key=key).first()
    if value is None:
        return []
    return [HistoryPoint(value.step or 0, value.time, value.value, value.special or None)]  # type: ignore[arg-type]

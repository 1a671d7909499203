"""The MLflow connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mltrack.outbound import OutboundClient
from projects.connectors.ahead import ahead
from projects.connectors.base import plain_auth
from projects.connectors.mlflow.api import Api, in_words, repeating
from projects.connectors.mlflow.history import parse_points, thinned
from projects.connectors.mlflow.options import Options
from projects.connectors.mlflow.progress import Progress
from projects.connectors.mlflow.pull import Pull
from projects.connectors.records import ChoiceRecord, HistoryRecord, Page, ServerReport
from projects.connectors.texts import storable

_BULK_RUNS = 100
_BULK_POINTS = 25_000
_MOST_HISTORY_PAGES = 40


class MLflowConnector:
    """Pulls runs and the model registry of one MLflow server.

    `options` are those of `Options`; unknown keys raise ConnectorError `bad_options`. Every method raises
    ConnectorError. The client stays the caller's: close it when done.
    """

    title = "MLflow"
    auth_of = staticmethod(plain_auth)

    def __init__(self, client: OutboundClient, options: Mapping[str, Any]) -> None:
        self.options = Options.read(options)
        self._client = client
        self._api = Api(client, self.options)
        self._link = str(client.base_url)

    def test(self) -> ServerReport:
        """Return the server's version and how many experiments are visible."""
        with in_words():
            version = self._api.version()
            count = len(self._api.experiments())
        seen = f"{count} experiment{'' if count == 1 else 's'} visible" if count else "no experiment is visible"
        hint = "" if count else " Check the permissions of these credentials."
        return ServerReport(version, count, f"MLflow {version or 'of unknown version'} answers: {seen}.{hint}")

    def list_choices(self) -> list[ChoiceRecord]:
        """Return the active experiments that these credentials see, by name."""
        with in_words():
            raw = self._api.experiments()
        found = [ChoiceRecord(str(each.get("experiment_id")), storable(str(each.get("name")))) for each in raw]
        return sorted(found, key=lambda each: each.name.casefold())

    def fetch_runs(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[Page]:
        """Yield the pages of one pull; the next page is fetched while the caller stores this one.

        Store each page with its cursor; begin the next pull from the cursor that was stored last. `now` is an
        aware datetime.
        """
        return ahead(self._pages(cursor, now))

    def fetch_metric_history(self, run_ids: Sequence[str], metric_key: str) -> dict[str, HistoryRecord]:
        """Return each run's history of one metric, at most 2,000 points a run, extremes kept.

        Of a history of more than 1,000,000 points the first ones are read, and it is marked as not whole.
        """
        raw: dict[str, list[dict[str, Any]]] = {each: [] for each in run_ids}
        cut: set[str] = set()
        with in_words():
            for start in range(0, len(run_ids), _BULK_RUNS):
                group = run_ids[start : start + _BULK_RUNS]
                points = self._api.history_bulk(group, metric_key, _BULK_POINTS)
                if len(points) < _BULK_POINTS:
                    for point in points:
                        raw.get(str(point.get("run_id")), []).append(point)
                    continue
                for each in group:
                    if not self._read_history(each, metric_key, raw[each]):
                        cut.add(each)
        return {
            each: HistoryRecord(thinned(parse_points(points)), len(points), each not in cut)
            for each, points in raw.items()
        }

    def _read_history(self, each: str, metric_key: str, points: list[dict[str, Any]]) -> bool:
        """Add a run's history page by page, and say whether that was all of it."""
        token = ""
        for _ in range(_MOST_HISTORY_PAGES):
            found, following = self._api.history_page(each, metric_key, token)
            points += found
            if not following:
                return True
            if following == token:
                raise repeating()
            token = following
        return False

    def _pages(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[Page]:
        with in_words():
            yield from Pull(self._api, self.options, self._link, Progress.load(cursor), now).pages()

"""The MLflow connector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mltrack.outbound import OutboundClient
from projects.connectors.ahead import ahead
from projects.connectors.base import ConnectorError
from projects.connectors.mlflow.api import Api, in_words, repeating
from projects.connectors.mlflow.history import parse_points, thinned
from projects.connectors.mlflow.options import Options
from projects.connectors.mlflow.paging import Query, RunPager, Runs
from projects.connectors.mlflow.parse import parse_aliases, parse_runs, parse_versions, run_id
from projects.connectors.mlflow.progress import MOST_OPEN, Job, Progress
from projects.connectors.mlflow.values import storable
from projects.connectors.records import ExperimentRecord, HistoryPoint, Page, RejectedRecord, RunRecord, ServerReport

_OPEN = " and ".join(f"attributes.status != '{each}'" for each in ("FINISHED", "FAILED", "KILLED"))
_BULK_RUNS = 100
_BULK_POINTS = 25_000
_MOST_HISTORY_PAGES = 40


class MLflowConnector:
    """Pulls runs and the model registry of one MLflow server.

    `options` are those of `Options`; unknown keys raise ConnectorError `bad_options`. Every method raises
    ConnectorError. The client stays the caller's: close it when done.
    """

    title = "MLflow"

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

    def list_experiments(self) -> list[ExperimentRecord]:
        """Return the active experiments that these credentials see, by name."""
        with in_words():
            raw = self._api.experiments()
        found = [
            ExperimentRecord(
                str(each.get("experiment_id")),
                storable(str(each.get("name"))),
                str(each.get("lifecycle_stage") or "active"),
            )
            for each in raw
        ]
        return sorted(found, key=lambda each: each.name.casefold())

    def fetch_runs(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[Page]:
        """Yield the pages of one pull; the next page is fetched while the caller stores this one.

        Store each page with its cursor; begin the next pull from the cursor that was stored last. `now` is an
        aware datetime.
        """
        return ahead(self._pages(cursor, now))

    def fetch_metric_history(self, run_ids: Sequence[str], metric_key: str) -> dict[str, list[HistoryPoint]]:
        """Return each run's history of one metric, at most 2,000 points a run, extremes kept."""
        raw: dict[str, list[dict[str, Any]]] = {each: [] for each in run_ids}
        with in_words():
            for start in range(0, len(run_ids), _BULK_RUNS):
                group = run_ids[start : start + _BULK_RUNS]
                points = self._api.history_bulk(group, metric_key, _BULK_POINTS)
                if len(points) >= _BULK_POINTS:
                    points = [point for each in group for point in self._whole_history(each, metric_key)]
                for point in points:
                    raw.get(str(point.get("run_id")), []).append(point)
        return {each: thinned(parse_points(points)) for each, points in raw.items()}

    def _whole_history(self, each: str, metric_key: str) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(_MOST_HISTORY_PAGES):
            points, following = self._api.history_page(each, metric_key, token)
            yield from ({**point, "run_id": each} for point in points)
            if not following:
                return
            if following == token:
                raise repeating()
            token = following

    def _pages(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[Page]:
        with in_words():
            yield from Pull(self._api, self.options, self._link, Progress.load(cursor), now).pages()


class Pull:
    """One pull: its progress, and what it has seen."""

    def __init__(self, api: Api, options: Options, link: str, progress: Progress, now: datetime) -> None:
        self._api = api
        self._options = options
        self._link = link
        self._progress = progress
        self._now = int(now.timestamp() * 1000)
        self._pager = RunPager(api, options.page_size)
        self._names: dict[str, str] = {}
        self._missing = set(progress.open_ids)
        self._open: list[str] = []
        self._counted = api.client.requests

    def pages(self) -> Iterator[Page]:
        """Yield what is new, then what was deleted when that is due, then the registry with `last`."""
        visible = self._visible()
        gone = sorted(set(self._progress.marks) - set(visible))
        for job in self._progress.plan(visible, self._options, self._now):
            yield from self._job(job)
        yield from self._vanished(visible)
        if self._now - self._progress.deleted_at >= self._options.deleted_seconds * 1000:
            yield from self._deleted([*visible, *gone])
            self._progress.forget(gone)
            self._progress.deleted_at = self._now
        yield self._registry()

    def _visible(self) -> list[str]:
        self._names = {
            str(each.get("experiment_id")): storable(str(each.get("name"))) for each in self._api.experiments()
        }
        chosen = self._options.experiment_ids
        visible = [each for each in chosen or self._names if each in self._names]
        if chosen and not visible:
            text = "None of the chosen experiments is visible with these credentials."
            raise ConnectorError(text, permanent=True, code="no_experiment")
        return visible

    def _job(self, job: Job) -> Iterator[Page]:
        for runs, at in self._pager.pages(Query(job.experiment_ids, job.key, job.since)):
            self._progress.partial = Job(job.experiment_ids, job.key, at)
            if runs:
                yield self._page(runs)
        if not job.whole:
            for runs, _ in self._pager.pages(Query(job.experiment_ids, "start_time", condition=_OPEN)):
                if runs:
                    yield self._page(runs)
        self._progress.finish(job, self._now)

    def _vanished(self, visible: Sequence[str]) -> Iterator[Page]:
        """Ask by id for the runs that were open in the last pull and came neither as ended nor as open."""
        missing = sorted(self._missing)
        for start in range(0, len(missing), _BULK_RUNS):
            runs = self._pager.by_ids(visible, missing[start : start + _BULK_RUNS])
            if runs:
                yield self._page(runs)

    def _deleted(self, experiment_ids: Sequence[str]) -> Iterator[Page]:
        query = Query(experiment_ids, "start_time", view="DELETED_ONLY")
        for runs, _ in self._pager.pages(query):
            if runs:
                yield Page(
                    deleted_ids=[run_id(run) for run in runs],
                    cursor=self._progress.dump(),
                    requests=self._count(),
                )

    def _registry(self) -> Page:
        models = self._api.registered_models()
        versions, rejected = parse_versions(self._api.model_versions() if models else [], parse_aliases(models))
        self._progress.open_ids = tuple(self._open[:MOST_OPEN])
        return Page(
            model_versions=versions,
            rejected=rejected,
            cursor=self._progress.dump(),
            last=True,
            requests=self._count(),
        )

    def _page(self, runs: Runs) -> Page:
        records, rejected = parse_runs(runs, self._names, self._link)
        self._note(records, rejected)
        return Page(records, rejected=rejected, cursor=self._progress.dump(), requests=self._count())

    def _note(self, records: Iterable[RunRecord], rejected: Iterable[RejectedRecord]) -> None:
        for record in records:
            self._missing.discard(record.external_id)
            if record.status == "running":
                self._open.append(record.external_id)
        self._missing.difference_update(each.external_id for each in rejected)

    def _count(self) -> int:
        sent = self._api.client.requests - self._counted
        self._counted += sent
        return sent

"""One pull of runs and registry, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from projects.connectors.base import ConnectorError
from projects.connectors.mlflow.api import Api
from projects.connectors.mlflow.files import Files
from projects.connectors.mlflow.options import Options
from projects.connectors.mlflow.paging import Query, RunPager, Runs
from projects.connectors.mlflow.parse import parse_aliases, parse_runs, parse_versions, run_id
from projects.connectors.mlflow.progress import MOST_OPEN, Job, Progress, groups
from projects.connectors.records import Page, RejectedRecord, RunRecord
from projects.connectors.texts import storable

_OPEN = " and ".join(f"attributes.status != '{each}'" for each in ("FINISHED", "FAILED", "KILLED"))
_IDS_AT_ONCE = 100


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
        self._files = Files(api, progress)
        self._counted = api.client.requests

    def pages(self) -> Iterator[Page]:
        """Yield what is new, then what began of late and what was deleted when that is due, then the registry."""
        visible = self._visible()
        gone = sorted(set(self._progress.marks) - set(visible))
        jobs = self._progress.plan(visible, self._options, self._now)
        for job in jobs:
            yield from self._job(job)
        yield from self._vanished(visible)
        if self._now - self._progress.deleted_at >= self._options.deleted_seconds * 1000:
            whole = {each for job in jobs if job.whole for each in job.experiment_ids}
            yield from self._begun([each for each in visible if each not in whole])
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
        for start in range(0, len(missing), _IDS_AT_ONCE):
            runs = self._pager.by_ids(visible, missing[start : start + _IDS_AT_ONCE])
            if runs:
                yield self._page(runs)

    def _begun(self, experiment_ids: Sequence[str]) -> Iterator[Page]:
        """Read again what began within the window: a run that is finished without an end is in no tail."""
        since = max(0, min(self._progress.deleted_at, self._now) - self._options.window_seconds * 1000)
        for ids in groups(experiment_ids):
            for runs, _ in self._pager.pages(Query(ids, "start_time", since)):
                if runs:
                    yield self._page(runs)

    def _deleted(self, experiment_ids: Sequence[str]) -> Iterator[Page]:
        query = Query(experiment_ids, "start_time", view="DELETED_ONLY")
        for runs, _ in self._pager.pages(query):
            if runs:
                # An id that cannot be stored names no run that is kept.
                yield Page(
                    deleted_ids=[name for name in map(run_id, runs) if storable(name) == name],
                    cursor=self._progress.dump(),
                    requests=self._count(),
                )

    def _registry(self) -> Page:
        models = self._api.registered_models()
        versions, rejected = parse_versions(self._api.model_versions() if models else [], parse_aliases(models))
        self._progress.open_ids = tuple(dict.fromkeys(self._open))[:MOST_OPEN]
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
        evaluations, refused = self._files.of(records)
        return Page(
            records,
            evaluations=evaluations,
            rejected=[*rejected, *refused],
            cursor=self._progress.dump(),
            requests=self._count(),
        )

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

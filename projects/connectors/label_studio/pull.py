"""One pull of labels: counts of all projects, then of each project what changed, then what was deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mltrack.outbound import OutboundError
from projects.connectors.base import ConnectorError
from projects.connectors.label_studio.api import Api
from projects.connectors.label_studio.labels import Control, deciding
from projects.connectors.label_studio.options import Options
from projects.connectors.label_studio.paging import TaskPager
from projects.connectors.label_studio.parse import Reading, id_of, number_of, parse_counts, parse_tasks
from projects.connectors.label_studio.progress import Progress, ProjectProgress
from projects.connectors.labeling_records import LabelingPage, LabelingProjectRecord
from projects.connectors.records import RejectedRecord


class Pull:
    """One pull: its progress, and what it has seen."""

    def __init__(self, api: Api, options: Options, link: str, progress: Progress, now: datetime) -> None:
        self._api = api
        self._options = options
        self._link = link
        self._progress = progress
        self._now = now
        self._seconds = int(now.timestamp())
        self._pager = TaskPager(api, options.page_size, with_data=bool(options.batch_key or options.dataset_key))
        self._counted = api.client.requests

    def pages(self) -> Iterator[LabelingPage]:
        """Yield what changed by project, and last what was deleted there. Raises what the server does."""
        counts, refused = self._counts()
        began = self._api.client.server_time or self._now
        gone = [each for each in self._missing(counts) if not self._api.has_project(each)]
        if gone:
            yield self._gone(gone)
        if self._options.project_ids and not counts:
            text = "None of the chosen projects is there any more, or visible with this token. Choose others."
            raise ConnectorError(text, permanent=True, code="no_project")
        self._settle(counts)
        for project_id, raw in counts.items():
            if project_id in self._progress.projects:
                yield from self._project(project_id, raw, began)
        yield self._page(None, rejected=refused, last=True)

    def _counts(self) -> tuple[dict[str, Mapping[str, Any]], list[RejectedRecord]]:
        """Return the counts of the projects that are asked for and there, by id."""
        found: dict[str, Mapping[str, Any]] = {}
        refused: list[RejectedRecord] = []
        for raw in self._api.counts(self._chosen) if self._chosen or not self._options.project_ids else ():
            try:
                found[str(id_of(raw.get("id")))] = raw
            except ValueError as error:
                refused.append(RejectedRecord("?", f"A project was left out: {error}."))
        return found, refused

    @property
    def _chosen(self) -> list[str]:
        return [each for each in self._options.project_ids if each not in self._progress.gone]

    def _missing(self, counts: Mapping[str, Any]) -> list[str]:
        """Return projects that were chosen, or read before, and are not among those that are there."""
        return [each for each in dict.fromkeys([*self._chosen, *self._progress.projects]) if each not in counts]

    def _gone(self, gone: Sequence[str]) -> LabelingPage:
        known = [each for each in gone if self._progress.projects.pop(each, None) is not None]
        self._progress.gone += tuple(each for each in gone if each in self._options.project_ids)
        never = [RejectedRecord(each, "There is no such project.") for each in gone if each not in known]
        return self._page(None, gone=known, rejected=never)

    def _settle(self, counts: Mapping[str, Any]) -> None:
        """Read name, overlap and configuration of projects that are new here, and of all once in a while."""
        known, every = self._progress.projects, self._options.present_seconds
        old = [each for each in counts if each not in known or self._seconds - known[each].settings_at >= every]
        for raw in self._api.projects(old) if old else ():
            project = known.setdefault(str(raw.get("id")), ProjectProgress(present_at=self._seconds))
            project.settings_at = self._seconds
            project.name, project.overlap = str(raw.get("title") or ""), _overlap(raw.get("maximum_annotations"))
            project.control = deciding(raw.get("parsed_label_config"), self._options.control)
            project.refused = _refused(project.control, self._options.control)

    def _project(self, project_id: str, raw: Mapping[str, Any], began: datetime) -> Iterator[LabelingPage]:
        progress = self._progress.projects[project_id]
        try:
            record = parse_counts(raw, progress.name, progress.overlap, self._link, self._now)
        except ValueError as error:
            yield self._page(None, rejected=[RejectedRecord(project_id, f"The project was left out: {error}.")])
            return
        try:
            yield from self._changed(record, progress, began)
            yield from self._present(record, progress)
        except OutboundError as error:
            if error.status != 404 or self._api.has_project(project_id):
                raise
            yield self._gone([project_id])

    def _changed(
        self, record: LabelingProjectRecord, progress: ProjectProgress, began: datetime
    ) -> Iterator[LabelingPage]:
        partial = progress.begin(self._options, began, self._seconds)
        keys = self._options.batch_key, self._options.dataset_key
        reading = Reading(record.external_id, self._link, progress.control, *keys)
        for raw, after in self._pager.changed(record.external_id, partial.since, partial.after):
            tasks, rejected = parse_tasks(raw, reading)
            partial = partial.advanced(after, (each.changed_at for each in tasks if each.changed_at is not None))
            progress.partial = partial
            yield self._page(record, tasks=tasks, rejected=rejected)
        progress.finish(self._options)

    def _present(self, record: LabelingProjectRecord, progress: ProjectProgress) -> Iterator[LabelingPage]:
        """Yield the project's counts, and when that is due or there are fewer tasks than before the ids of all."""
        due = self._seconds - progress.present_at >= self._options.present_seconds
        ids = list(self._pager.ids(record.external_id)) if due or record.total < progress.total else None
        if ids is not None:
            progress.present_at = self._seconds
        progress.total = record.total
        yield self._page(record, present_ids=ids)

    def _page(
        self, project: LabelingProjectRecord | None, *, rejected: Sequence[RejectedRecord] = (), **more: Any
    ) -> LabelingPage:
        """Return a page; one of a project says each time what is wrong with its options, as long as that lasts."""
        sent = self._api.client.requests - self._counted
        self._counted += sent
        text = self._progress.projects[project.external_id].refused if project else ""
        if project and text:
            rejected = [*rejected, RejectedRecord(project.external_id, text)]
        return LabelingPage(project, rejected=rejected, cursor=self._progress.dump(), requests=sent, **more)


def _refused(control: Control | None, wanted: str) -> str:
    if not wanted or (control is not None and control.name == wanted):
        return ""
    other = f"{control.name!r} is read instead" if control else "no other can be read"
    return f"It has no control {wanted!r} that can be read; {other}."


def _overlap(raw: Any) -> int | None:
    try:
        return number_of(raw)
    except ValueError:
        return None

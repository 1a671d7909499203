"""How far a connection has read: the cursor, and what it says is to be read next.

MLflow has no "updated since". An experiment is read whole once, in the order of start times, and again in a
rare sweep; in between, each pull reads the tail: what ended within a window before the last pull, and what has
not ended. Every hour what began within the window is read again too: a run may be finished without an end, or with an
old one. `marks` says per experiment until when everything is known (epoch milliseconds).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from projects.connectors.mlflow.options import Options
from projects.connectors.mlflow.paging import Key

GROUP = 500
MOST_OPEN = 2_000
MOST_FILES = 2_000
FAILED = "-"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Job:
    """Experiments to read together, from `since` (epoch milliseconds) in the order of `key`."""

    experiment_ids: tuple[str, ...]
    key: Key
    since: int | None

    @property
    def whole(self) -> bool:
        """Say whether runs of every status are read, so that open ones need no question of their own."""
        return self.key == "start_time"


@dataclass(slots=True)
class Progress:
    """The cursor, parsed. All times are epoch milliseconds; `read_files` are marks of files that were read."""

    marks: dict[str, int] = field(default_factory=dict)
    partial: Job | None = None
    sweep_from: int = 0
    deleted_at: int = 0
    open_ids: tuple[str, ...] = ()
    read_files: tuple[str, ...] = ()

    @classmethod
    def load(cls, cursor: Mapping[str, Any]) -> Progress:
        """Return the progress of a cursor; one that is empty, foreign or damaged begins anew."""
        if cursor.get("version") != _VERSION:
            return cls()
        try:
            partial = cursor["partial"]
            return cls(
                marks={str(key): int(value) for key, value in cursor["marks"].items()},
                partial=Job(tuple(partial["ids"]), partial["key"], partial["at"]) if partial else None,
                sweep_from=int(cursor["sweep_from"]),
                deleted_at=int(cursor["deleted_at"]),
                open_ids=tuple(cursor["open"]),
                read_files=tuple(map(str, cursor.get("files", ()))),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            return cls()

    def dump(self) -> dict[str, Any]:
        """Return the cursor to keep."""
        partial = self.partial
        return {
            "version": _VERSION,
            "marks": dict(self.marks),
            "partial": {"ids": list(partial.experiment_ids), "key": partial.key, "at": partial.since}
            if partial
            else None,
            "sweep_from": self.sweep_from,
            "deleted_at": self.deleted_at,
            "open": list(self.open_ids),
            "files": list(self.read_files),
        }

    def plan(self, visible: Sequence[str], options: Options, now: int) -> list[Job]:
        """Return the jobs of this pull: what was interrupted, what is new or swept, then the tails.

        Changes `sweep_from` and, before anything was read, `deleted_at`: a first pull has nothing to delete. With a
        sweep files that could not be read are asked for again.
        """
        if not self.marks and self.partial is None:
            self.deleted_at = now
        if now - self.sweep_from >= options.sweep_seconds * 1000:
            self.sweep_from = now
            self.read_files = tuple(each for each in self.read_files if not each.startswith(FAILED))
        jobs = self._resumed(visible)
        taken = {each for job in jobs for each in job.experiment_ids}
        rest = [each for each in visible if each not in taken]
        jobs += [Job(ids, "start_time", None) for ids in groups(self._unread(rest))]
        known = sorted((each for each in rest if not self._is_unread(each)), key=self.marks.__getitem__)
        window = options.window_seconds * 1000
        for ids in groups(known):
            jobs.append(Job(ids, "end_time", min(self.marks[ids[0]], now) - window))
        return jobs

    def finish(self, job: Job, now: int) -> None:
        """Note that a job is read to its end."""
        self.partial = None
        self.marks.update(dict.fromkeys(job.experiment_ids, now))

    def knows_file(self, run_id: str, path: str) -> bool:
        """Say whether a file of a run was read, or could not be read since the last sweep."""
        mark = _mark(run_id, path)
        return mark in self.read_files or FAILED + mark in self.read_files

    def note_file(self, run_id: str, path: str, *, failed: bool = False) -> None:
        """Remember a file; of many the last 2,000."""
        mark = (FAILED if failed else "") + _mark(run_id, path)
        self.read_files = (*self.read_files, mark)[-MOST_FILES:]

    def forget(self, gone: Iterable[str]) -> None:
        """Drop experiments that are no longer visible, so that they are read whole if they come back."""
        for each in gone:
            self.marks.pop(each, None)

    def _resumed(self, visible: Sequence[str]) -> list[Job]:
        if self.partial is None:
            return []
        ids = tuple(each for each in self.partial.experiment_ids if each in set(visible))
        return [Job(ids, self.partial.key, self.partial.since)] if ids else []

    def _is_unread(self, experiment_id: str) -> bool:
        return self.marks.get(experiment_id, -1) < self.sweep_from

    def _unread(self, ids: Iterable[str]) -> list[str]:
        return [each for each in ids if self._is_unread(each)]


def _mark(run_id: str, path: str) -> str:
    return hashlib.sha256(f"{run_id} {path}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


def groups(ids: Sequence[str]) -> list[tuple[str, ...]]:
    """Return experiments in groups that one question can name."""
    return [tuple(ids[start : start + GROUP]) for start in range(0, len(ids), GROUP)]

"""How far a connection has read: the cursor, and what it says is to be read next.

A project is read whole once, and again in a rare sweep; in between each pull reads what changed since a mark. The mark
is the latest change that was seen, but never later than a window before the server's own clock: a change that was
written when the pull began may carry an earlier time than one that the pull saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from projects.connectors.label_studio.labels import Control
from projects.connectors.label_studio.options import Options

_VERSION: Final = 1
_FIELDS: Final = ("name", "overlap", "refused", "total", "settings_at", "present_at", "swept_at", "reading")


@dataclass(frozen=True, slots=True)
class Partial:
    """A reading that is under way: tasks up to the id `after` are stored; `newest` is the latest change among them.

    `began` is the server's time of its beginning.
    """

    since: datetime | None
    began: datetime
    after: int = 0
    newest: datetime | None = None

    def advanced(self, after: int, times: Iterable[datetime]) -> Partial:
        """Return it after another page."""
        known = [] if self.newest is None else [self.newest]
        return Partial(self.since, self.began, after, max([*times, *known], default=None))


@dataclass(slots=True)
class ProjectProgress:
    """What is known of one project. Times with `_at` are epoch seconds.

    `since` is the mark. `refused` is what is wrong with the options here, in words. `reading` says how labels were
    read; another way makes everything be read anew.
    """

    since: datetime | None = None
    partial: Partial | None = None
    control: Control | None = None
    name: str = ""
    overlap: int | None = None
    refused: str = ""
    total: int = 0
    settings_at: int = 0
    present_at: int = 0
    swept_at: int = 0
    reading: str = ""

    def begin(self, options: Options, began: datetime, now: int) -> Partial:
        """Return the reading to go on with: one that was interrupted, a whole one, or that of what changed."""
        keys = [options.batch_key, *([options.dataset_key] if options.dataset_key else [])]
        reading = repr((self.control and (self.control.name, self.control.tag), *keys))
        if reading != self.reading:
            self.reading, self.partial, self.swept_at = reading, None, 0
        if self.partial is None:
            if now - self.swept_at >= options.sweep_seconds:
                self.swept_at, self.since = now, None
            self.partial = Partial(self.since, began)
        return self.partial

    def finish(self, options: Options) -> None:
        """Note that the reading is at its end."""
        done, self.partial = self.partial, None
        if done is not None:
            newest = done.newest or done.since
            self.since = newest and min(newest, done.began - timedelta(seconds=options.window_seconds))


@dataclass(slots=True)
class Progress:
    """The cursor, parsed. `gone` are chosen projects that do not exist any more."""

    projects: dict[str, ProjectProgress] = field(default_factory=dict)
    gone: tuple[str, ...] = ()

    @classmethod
    def load(cls, cursor: Mapping[str, Any]) -> Progress:
        """Return the progress of a cursor; one that is empty, foreign or damaged begins anew."""
        if cursor.get("version") != _VERSION:
            return cls()
        try:
            projects = {str(key): _loaded(each) for key, each in cursor["projects"].items()}
            return cls(projects, tuple(map(str, cursor["gone"])))
        except (AttributeError, KeyError, TypeError, ValueError):
            return cls()

    def dump(self) -> dict[str, Any]:
        """Return the cursor to keep."""
        projects = {key: _dumped(each) for key, each in self.projects.items()}
        return {"version": _VERSION, "projects": projects, "gone": list(self.gone)}


def _dumped(project: ProjectProgress) -> dict[str, Any]:
    control, partial = project.control, project.partial
    return {
        **{name: getattr(project, name) for name in _FIELDS},
        "since": _text(project.since),
        "control": control and [control.name, control.tag, sorted(control.names)],
        "partial": partial and [_text(partial.since), _text(partial.began), partial.after, _text(partial.newest)],
    }


def _loaded(raw: Mapping[str, Any]) -> ProjectProgress:
    control, partial = raw["control"], raw["partial"]
    return ProjectProgress(
        since=_time(raw["since"]),
        control=Control(str(control[0]), str(control[1]), frozenset(map(str, control[2]))) if control else None,
        partial=_partial(*partial) if partial else None,
        **{name: raw[name] for name in _FIELDS},
    )


def _partial(since: str | None, began: str, after: int, newest: str | None) -> Partial:
    return Partial(_time(since), datetime.fromisoformat(began), int(after), _time(newest))


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

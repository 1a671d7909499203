"""Tasks as far as delivery is concerned: what they are, and the moments at which they came to where they are.

All moments are aware. Nobody's name is among these facts, so that no figure of delivery can be about a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Literal

Status = Literal["todo", "doing", "done", "cancelled"]
OPEN: tuple[Status, ...] = ("todo", "doing")
ORDER: tuple[Status, ...] = ("todo", "doing", "done", "cancelled")


@dataclass(frozen=True, slots=True)
class Change:
    """A kept transition: from then on the task had this status."""

    at: datetime
    status: Status


@dataclass(frozen=True, slots=True)
class TaskFact:
    """One task. `changes` need no order; a tracker that keeps no transitions gives the moments of start and end alone.

    `estimate` is in the team's own unit.
    """

    key: str
    status: Status
    created_at: datetime
    type: str = ""
    estimate: float | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    cancelled_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    deleted_at: datetime | None = None

    @property
    def started(self) -> datetime | None:
        """When it was first started, as far as anything says."""
        return _first(self.started_at, *self._to("doing"))

    @property
    def first_done(self) -> datetime | None:
        """When it was first done; that it was opened again later does not change it."""
        return _first(self.done_at, *self._to("done"))

    @property
    def cancelled(self) -> datetime | None:
        """When it was cancelled for good, None where it was not, or nobody knows when."""
        if self.status != "cancelled":
            return None
        return self.cancelled_at or max(self._to("cancelled"), default=None)

    @property
    def is_reopened(self) -> bool:
        """Say whether it left "done" after it had come there."""
        done = self.first_done
        if done is None:
            return False
        return self.status in OPEN or any(each.at > done and each.status in OPEN for each in self.changes)

    @property
    def course(self) -> tuple[Change, ...]:
        """Every status it had, in order of time, from "todo" on: its transitions, and its own moments before them.

        A start that is told after the end is left out, and what moved before it was created was there by then.
        """
        told = {each.status: each.at for each in sorted(self.changes, key=lambda each: each.at, reverse=True)}
        done, start = self.first_done, self.started_at
        if start is not None and done is not None and start > done:
            start = None
        own: list[tuple[datetime | None, Status]] = [(start, "doing"), (done, "done"), (self.cancelled, "cancelled")]
        rest = [Change(at, status) for at, status in own if at and (status not in told or at < told[status])]
        # Of two changes at one moment the one further on comes last.
        moves = sorted((*self.changes, *rest), key=lambda each: (each.at, ORDER.index(each.status)))
        return (Change(min([self.created_at, *(each.at for each in moves[:1])]), "todo"), *moves)

    def _to(self, status: Status) -> list[datetime]:
        return [each.at for each in self.changes if each.status == status]


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the day of a moment where the team works."""
    return moment.astimezone(zone).date()


def days_between(start: datetime, end: datetime) -> float:
    """Return the time from one moment to another in days of 24 hours, weekends and nights in it."""
    return (end - start).total_seconds() / 86_400


def _first(*moments: datetime | None) -> datetime | None:
    return min(known(moments), default=None)


def known(moments: Iterable[datetime | None]) -> list[datetime]:
    """Return the moments that somebody knows."""
    return [each for each in moments if each is not None]

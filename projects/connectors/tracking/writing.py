"""What a tracker must be able to do so that tasks can be opened in it, and how an opened one is found again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final, Protocol

from projects.connectors.base import ConnectorError
from projects.connectors.task_records import OpenedTask, TaskOrder
from projects.connectors.tracking.options import TrackerOptions
from projects.connectors.tracking.paging import ChangePager
from projects.connectors.tracking.source import Raw, Source
from projects.progress.delivery_words import guessed_status, guessed_type, meaning_of

CLOCKS: Final = timedelta(hours=1)
"""So far apart may be our clock and the tracker's."""

OPEN: Final = ("todo", "doing")
ENDED: Final = ("done", "cancelled")


class Writer(Protocol):
    """One tracker that is written to. Every method raises OutboundError and ConnectorError."""

    def find(self, order: TaskOrder) -> OpenedTask | None:
        """Return the task that an earlier try opened, None where there is none."""
        ...

    def create(self, order: TaskOrder) -> OpenedTask:
        """Open a task."""
        ...

    def set_open(self, place: str, *, is_open: bool) -> None:
        """End a task or open it again; what is so already stays as it is."""
        ...


def find_marked(source: Source, scope: str, order: TaskOrder, body: Callable[[Raw], str]) -> Raw | None:
    """Return the issue of a scope whose body has the order's marker, among those changed since it was first tried.

    A list is asked, not the tracker's search: that may know an issue only minutes later.
    """
    if order.tried_at is None:
        return None
    for changed in ChangePager(source, scope).pages(order.tried_at - CLOCKS):
        for raw in changed.rows:
            if order.marker in body(raw):
                return raw
    return None


def text_of(order: TaskOrder) -> str:
    """Return the body as plain text with empty lines between paragraphs, which Markdown and Textile show alike."""
    return "\n\n".join(order.paragraphs)


def status_meaning(word: str, options: TrackerOptions, otherwise: str | None = None) -> str | None:
    """Return what a tracker's word for a status means by the mapping, else by itself, else `otherwise`."""
    return meaning_of(word, options.statuses, guessed_status(word) or otherwise)


def first_of_type(names: Iterable[str], options: TrackerOptions, wanted: str) -> str:
    """Return the first of a tracker's words for types that means one of ours, "" for none."""
    if not wanted:
        return ""
    return next((each for each in names if meaning_of(each, options.types, guessed_type(each)) == wanted), "")


def way_to(ways: Mapping[str, str | None], *, is_open: bool) -> str:
    """Return the way to a status that is wanted; `ways` have a meaning each. Raises ConnectorError `no_way`.

    What is ended is done, by the last such status ("Closed" comes after "Resolved"); what is opened again is to be done
    rather than begun, by the first.
    """
    for wanted in OPEN if is_open else ("done",):
        found = [way for way, meaning in ways.items() if meaning == wanted]
        if found:
            return found[0] if is_open else found[-1]
    deed = "to open it again" if is_open else "to end it"
    text = f"From its present status no way leads on {deed}. Is the right status mapped, and may this user set it?"
    raise ConnectorError(text, permanent=True, code="no_way")

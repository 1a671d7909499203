"""Annotations as people and CI push them: JSON to what is stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from projects.services.item_input import Item
from projects.services.outcomes import Fault

MOST_ANNOTATIONS: Final = 10_000
COLUMNS: Final = ("task", "annotator", "label", "time", "batch")
LONGEST: Final = {"task": 250, "annotator": 250, "label": 200, "batch": 200}
_FUTURE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PushedAnnotation:
    """One annotator's label of a task at an aware moment; None takes back what they said. `batch` is "" if not said."""

    task: str
    annotator: str
    label: str | None
    time: datetime
    batch: str = ""


def parse_annotations(items: Any, now: datetime) -> tuple[list[PushedAnnotation], list[Fault]]:
    """Return what a batch holds, and everything that is wrong with it, fifty faults at most. `now` is aware."""
    if not isinstance(items, Sequence) or isinstance(items, str) or not 0 < len(items) <= MOST_ANNOTATIONS:
        whole = Item({})
        whole.refuse("annotations", f"This is a list of 1 to {MOST_ANNOTATIONS:,} annotations.")
        return [], whole.faults
    return parse_each(items, now)


def parse_each(items: Sequence[Any], now: datetime) -> tuple[list[PushedAnnotation], list[Fault]]:
    """Return what annotations hold, however many they are, and what is wrong with them, fifty faults at most."""
    whole = Item({})
    found: list[PushedAnnotation] = []
    for position, each in enumerate(items):
        place = whole.at("annotations", position)
        if isinstance(each, Mapping):
            item = Item(each, place.place, whole.faults)
            parsed = _parsed(item, now)
            found += [parsed] if parsed else []
        else:
            place.faults = whole.faults
            place.refuse_whole("An annotation is an object.", "type")
    return found, whole.faults


def _parsed(item: Item, now: datetime) -> PushedAnnotation | None:
    """Return an annotation, None where it has no moment."""
    item.refuse_unknown(COLUMNS)
    task, annotator = (item.text(name, LONGEST[name], empty=False) for name in ("task", "annotator"))
    label = None if item.given.get("label") is None else item.text("label", LONGEST["label"], empty=False)
    if "label" not in item.given:
        item.refuse("label", "This is needed; null takes a label back.", "required")
    time = item.moment("time")
    if time is None and item.given.get("time") is None:
        item.refuse("time", "This is needed.", "required")
    elif time is not None and time > now + _FUTURE:
        item.refuse("time", "This moment is still to come.")
    batch = item.text("batch", LONGEST["batch"])
    return None if time is None else PushedAnnotation(task, annotator, label, time, batch)

"""Tasks as people, CI and imports push them: parsed JSON to checked input, without a query."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError

from mltrack.periods import FIRST_YEAR, LAST_YEAR
from projects.models import Initiative, Priority, TaskStatus, TaskType
from projects.services.item_input import Item
from projects.services.outcomes import Fault
from projects.services.task_fields import EDITABLE, LONGEST_TEXT, MOST_BLOCKERS, checked_fields
from projects.services.texts import is_web_address

PRIORITIES: Final = tuple(each.name.lower() for each in Priority)
TIMES: Final = ("created_at", "started_at", "done_at")
NAMED: Final = ("sprint", "assignee", "run", "dataset")
EDITED: Final = tuple("check" if name == "check_id" else name for name in EDITABLE)
FIELDS: Final = ("key", *EDITED, "external_id", "url", *TIMES)
MOST_TASKS: Final = 1_000
LONGEST_NAME: Final = 250


@dataclass(frozen=True, slots=True)
class TaskInput:
    """The fields that an item gave, as the model has them; what it did not give stays as it is.

    `named` are words for a sprint, a person, a run and a dataset, None for none; `blocked_by` are words for tasks.
    """

    external_id: str = ""
    key: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, datetime | None] = field(default_factory=dict)
    named: Mapping[str, str | None] = field(default_factory=dict)
    blocked_by: Sequence[str] | None = None


def parse_task(
    initiative: Initiative, given: Any, known: Collection[str] = FIELDS
) -> tuple[TaskInput | None, list[Fault]]:
    """Return the input of one item, or None and everything that is wrong with it."""
    if not isinstance(given, Mapping):
        return None, [Fault("", "type", "A task is an object.")]
    item = Item({str(name): value for name, value in given.items()})
    item.refuse_unknown(known)
    parsed = TaskInput(
        external_id=item.text("external_id", LONGEST_NAME).strip(),
        key=item.text("key", 60),
        fields=_fields(initiative, item),
        times={name: item.moment(name) for name in TIMES if name in item.given},
        named={name: item.text(name, LONGEST_NAME) or None for name in NAMED if name in item.given},
        blocked_by=item.texts("blocked_by", MOST_BLOCKERS, LONGEST_NAME) if "blocked_by" in item.given else None,
    )
    if parsed.times.get("created_at", parsed) is None:
        item.refuse("created_at", "A task was made at some time.")
    return (None, item.faults) if item.faults else (parsed, [])


def refuse_batch(items: Any) -> str:
    """Return what is wrong with a batch as a whole, or an empty text."""
    if not isinstance(items, Sequence) or isinstance(items, str | bytes):
        return "This is a list of tasks."
    return f"A batch has at most {MOST_TASKS:,} tasks." if len(items) > MOST_TASKS else ""


def _fields(initiative: Initiative, item: Item) -> dict[str, Any]:
    """Return the plain fields that are given, under the model's names, as they are stored."""
    found = {name: read(item, name) for name, read in _READERS.items() if name in item.given}
    if "check" in found:
        found["check_id"] = found.pop("check")
    url = found.pop("url", None)
    try:
        fields = checked_fields(initiative, None, found)
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            item.refuse(name.removesuffix("_id"), " ".join(texts))
        return {}
    return fields if url is None else {**fields, "url": url}


def _title(item: Item, name: str) -> str:
    return item.text(name, LONGEST_NAME, empty=False) or "?"


def _body(item: Item, name: str) -> str:
    return item.text(name, LONGEST_TEXT)


def _type(item: Item, name: str) -> str:
    return item.choice(name, TaskType.values, "") if item.given[name] not in (None, "") else ""


def _status(item: Item, name: str) -> str:
    return item.choice(name, TaskStatus.values, TaskStatus.TODO)


def _estimate(item: Item, name: str) -> float | None:
    return item.number(name, 0)


def _priority(item: Item, name: str) -> int:
    word = "none" if item.given[name] is None else item.choice(name, PRIORITIES, "none")
    return PRIORITIES.index(word)


def _day(item: Item, name: str) -> date | None:
    value = item.given[name]
    try:
        found = None if value is None else date.fromisoformat(value)
        if found is None or (len(value) == 10 and FIRST_YEAR <= found.year <= LAST_YEAR):
            return found
    except (TypeError, ValueError):
        pass
    item.refuse(name, f"This is a day such as 2026-01-31, from {FIRST_YEAR} to {LAST_YEAR}.")
    return None


def _check(item: Item, name: str) -> str:
    return item.text(name, 100)


def _url(item: Item, name: str) -> str:
    found = item.text(name, 1_000)
    if found and not is_web_address(found):
        item.refuse(name, "This begins with http:// or https://.")
    return found


_READERS: Final = {
    "title": _title,
    "body": _body,
    "type": _type,
    "status": _status,
    "estimate": _estimate,
    "priority": _priority,
    "due_on": _day,
    "check": _check,
    "url": _url,
}

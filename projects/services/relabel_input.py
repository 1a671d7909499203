"""Relabels as people and CI give them: JSON or lines to what is stored. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from projects.services.item_input import Item
from projects.services.outcomes import Fault

MOST_RELABELS: Final = 10_000
KEYS: Final = ("task", "label", "project")
COLUMNS: Final = (*KEYS, "url")
LONGEST: Final = {"task": 250, "label": 200, "project": 24}
_SEPARATORS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Relabel:
    """A second label of a task, by the task's id in its tool; "" where nobody can tell. `project` is "" if not said.

    `place` is its pointer within what was given.
    """

    task: str
    label: str
    project: str
    place: str


def parse_relabels(items: Any) -> tuple[list[Relabel], list[Fault]]:
    """Return what a batch holds, and everything that is wrong with it, fifty faults at most."""
    whole = Item({})
    if not isinstance(items, Sequence) or isinstance(items, str) or not 0 < len(items) <= MOST_RELABELS:
        whole.refuse("relabels", f"This is a list of 1 to {MOST_RELABELS:,} relabels.")
        return [], whole.faults
    found: list[Relabel] = []
    for position, each in enumerate(items):
        place = whole.at("relabels", position)
        if not isinstance(each, Mapping):
            place.faults = whole.faults
            place.refuse_whole("A relabel is an object.", "type")
            continue
        item = Item(each, place.place, whole.faults)
        item.refuse_unknown(KEYS)
        task, project = item.text("task", LONGEST["task"], empty=False), item.text("project", LONGEST["project"])
        if "label" not in each:
            item.refuse("label", "This is needed; null says that nobody can tell.", "required")
        label = "" if each.get("label") is None else item.text("label", LONGEST["label"], empty=False)
        found.append(Relabel(task, label, project, place.place))
    return found, whole.faults


def relabels_of_lines(text: str) -> list[dict[str, str]]:
    """Return the relabels of CSV lines with a header, as JSON has them; a row without a label is not one yet.

    The header names `task` and `label`, and where there are several projects `project`; the separator is a comma, a
    semicolon or a tab. Raises ValueError, which names the line.
    """
    text = text.removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    found: list[dict[str, str]] = []
    try:
        names = [each.strip().lower() for each in next(reader, [])]
        _check_header(names)
        for row in reader:
            if row and len(row) != len(names):
                raise ValueError(f"Line {reader.line_num} has {len(row)} cells where the header has {len(names)}.")
            given = dict(zip(names, row, strict=False))
            label, project = (given.get(name, "").strip() for name in ("label", "project"))
            if label:
                named = {"project": project} if project else {}
                found.append({"task": given["task"], "label": label, **named})
    except csv.Error as error:
        raise ValueError(f"Line {reader.line_num} is not CSV: {error}.") from error
    return found


def _check_header(names: Sequence[str]) -> None:
    if not {"task", "label"} <= set(names) or len(set(names)) < len(names):
        raise ValueError("The first line names the columns: task and label, each once.")
    others = [name for name in names if name not in COLUMNS]
    if others:
        raise ValueError(f"The column {others[0][:80]} is not known here.")

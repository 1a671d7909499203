"""Evaluations as sufficient statistics, as CI and files of a tracking server state them: JSON to a record. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, get_args

from projects.connectors.records import DatasetRecord, EvaluationPurpose, EvaluationRecord, MeasuredMetric
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.tally import Tally
from projects.services.count_input import Columns, parse_confusion, parse_counts
from projects.services.item_input import Item
from projects.services.outcomes import Fault
from projects.services.texts import whole_text

PURPOSES: Final[tuple[str, ...]] = get_args(EvaluationPurpose)
PARTS: Final = ("data", "labels", "features", "code", "hyperparameters", "model", "threshold", "container")
TEXTS: Final = {
    "external_id": 250,
    "name": 200,
    "family": 120,
    "run": 250,
    "model_version": 330,
    "commit": 100,
    "scope": 5_000,
    "abstention": 5_000,
    "favourable": 200,
}
DESCRIPTION: Final = (
    *TEXTS,
    "purpose",
    "members",
    "dataset",
    "at",
    "components",
    "cost",
    "metrics",
    "slice_columns",
    "group_columns",
)
COUNTED: Final = ("counts", "confusion")
MOST_MEMBERS: Final = 50
MOST_METRICS: Final = 500
MOST_SLICE_COLUMNS: Final = 8
MOST_GROUP_COLUMNS: Final = 4
LONGEST_COLUMN: Final = 100
LONGEST_DIGEST: Final = 200
_FUTURE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Description:
    """What an evaluation is about, as it was stated: the fields of `EvaluationRecord` but its counts, and columns.

    `fields` holds `at` only where it was stated.
    """

    fields: Mapping[str, Any]
    columns: Columns

    def record(self, tally: Tally, confusion: Confusion, now: datetime) -> EvaluationRecord:
        """Return the record with its counts, measured now unless it says when."""
        return EvaluationRecord(tally=tally, confusion=confusion, **{"at": now, **self.fields})


def parse_description(body: Any, now: datetime, others: Collection[str] = ()) -> tuple[Description | None, list[Fault]]:
    """Return what an evaluation is about, or None and everything that is wrong with it.

    `others` are further keys that the body may have, which are not looked at. `now` is aware.
    """
    if not isinstance(body, Mapping):
        return None, [Fault("", "type", "An evaluation is an object.")]
    item = Item(body)
    item.refuse_unknown((*DESCRIPTION, *others))
    fields: dict[str, Any] = {name: item.text(name, longest) for name, longest in TEXTS.items()}
    fields["purpose"] = item.choice("purpose", PURPOSES, "test")
    fields["members"] = tuple(item.texts("members", MOST_MEMBERS, 300))
    fields["dataset"] = _dataset(item)
    fields["components"] = _components(item)
    fields["metrics"] = {
        key: metric for key, each in item.items("metrics", MOST_METRICS) if (metric := _metric(key, each))
    }
    fields["cost"] = item.number("cost", low=0)
    at = _at(item, now)
    if at is not None:
        fields["at"] = at
    slices, groups = (
        _columns(item, "slice_columns", MOST_SLICE_COLUMNS),
        _columns(item, "group_columns", MOST_GROUP_COLUMNS),
    )
    if item.faults:
        return None, item.faults
    return Description(fields, Columns(slices, groups, bool(fields["favourable"]))), []


def parse_evaluation(body: Any, now: datetime) -> tuple[EvaluationRecord | None, list[Fault]]:
    """Return the record of an evaluation with its counts, or None and what is wrong with it.

    The counts are looked at once the description is right, the confusion once the counts are.
    """
    described, faults = parse_description(body, now, COUNTED)
    if described is None:
        return None, faults
    tally, faults = parse_counts(body.get("counts"), described.columns)
    if tally is None:
        return None, faults
    confusion, faults = parse_confusion(body.get("confusion"), tally, str(described.fields["favourable"]))
    if confusion is None:
        return None, faults
    return described.record(tally, confusion, now), []


def _at(item: Item, now: datetime) -> datetime | None:
    at = item.moment("at")
    if at is not None and at > now + _FUTURE:
        item.refuse("at", "An evaluation was measured at a time that is not in the future.")
    return at


def _dataset(item: Item) -> DatasetRecord | None:
    inner = item.item("dataset")
    if inner is None:
        return None
    inner.refuse_unknown(("name", "digest", "rows", "schema_digest"))
    name, digest = inner.text("name", 300, empty=False), inner.text("digest", 128, empty=False)
    return DatasetRecord(
        name, digest, rows=inner.whole("rows", 0, 2**62), schema_digest=inner.text("schema_digest", 128) or None
    )


def _components(item: Item) -> dict[str, str]:
    inner = item.item("components")
    if inner is None:
        return {}
    inner.refuse_unknown(PARTS)
    found = {part: inner.text(part, LONGEST_DIGEST) for part in PARTS}
    return {part: digest for part, digest in found.items() if digest}


def _metric(key: str, item: Item) -> MeasuredMetric | None:
    wrong = whole_text(key, 300, empty=False)
    if wrong:
        item.refuse_whole(f"The name of a metric {wrong}.")
        return None
    item.refuse_unknown(("value", "low", "high", "n"))
    before = len(item.faults)
    value, low, high = item.number("value"), item.number("low"), item.number("high")
    n = item.whole("n", 1)
    if len(item.faults) > before:
        return None
    if value is None:
        item.refuse("value", "This is needed.", "required")
        return None
    if (low is not None and low > value) or (high is not None and high < value):
        item.refuse_whole("The value lies between low and high.")
    return MeasuredMetric(value, low, high, n)


def _columns(item: Item, name: str, most: int) -> tuple[str, ...]:
    before = len(item.faults)
    found = item.texts(name, most, LONGEST_COLUMN)
    if len(item.faults) == before:
        for position, column in enumerate(found):
            if "=" in column or "," in column:
                item.at(name).refuse(position, "The name of a column has no = and no comma.")
    return tuple(found) if len(item.faults) == before else ()

"""Runs as people and CI push them: parsed JSON to checked input. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from mltrack.periods import BEYOND, EARLIEST, FIRST_YEAR, LAST_YEAR
from projects.connectors.records import DatasetRecord, MetricRecord, RunStatus
from projects.services.outcomes import Fault
from projects.services.texts import is_web_address, storable, whole_text

STATUSES: Final[tuple[RunStatus, ...]] = ("running", "finished", "failed", "killed")
FIELDS: Final = (
    "external_id",
    "name",
    "status",
    "started_at",
    "ended_at",
    "params",
    "tags",
    "metrics",
    "datasets",
    "url",
)
MOST_RUNS: Final = 1_000
MOST_KEYS: Final = 1_000
MOST_DATASETS: Final = 50
MOST_UNKNOWN: Final = 50
LONGEST_METRIC_KEY: Final = 300
LONGEST_KEY: Final = 500
LONGEST_VALUE: Final = 10_000
_WORDS: Final[dict[str, Any]] = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}


@dataclass(frozen=True, slots=True)
class RunInput:
    """The fields that an item gave. In the mappings a value of None removes its key.

    `fields` holds the given ones of name, status, started_at, ended_at and url, parsed; None clears a time.
    `datasets` are added to those that the run is known to have used.
    """

    external_id: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, str | None] = field(default_factory=dict)
    tags: Mapping[str, str | None] = field(default_factory=dict)
    metrics: Mapping[str, MetricRecord | float | None] = field(default_factory=dict)
    datasets: Sequence[DatasetRecord] = ()
    cleared: frozenset[str] = frozenset()


def parse_run(item: Any) -> tuple[RunInput | None, list[Fault]]:
    """Return the input of one item, or None and everything that is wrong with it.

    `params`, `tags` and `metrics` given as null are emptied whole (`cleared`).
    """
    if not isinstance(item, Mapping):
        return None, [Fault("", "type", "A run is an object.")]
    faults = [
        Fault(_pointer(str(key)), "unknown_key", f"There is no field {str(key)[:80]!r}.")
        for key in islice((key for key in item if key not in FIELDS), MOST_UNKNOWN)
    ]
    external_id = _external_id(item, faults)
    fields = _fields(item, faults)
    params = _texts(item, "params", faults)
    tags = _texts(item, "tags", faults)
    metrics = _metrics(item, faults)
    datasets = _datasets(item, faults)
    cleared = frozenset(name for name in ("params", "tags", "metrics") if name in item and item[name] is None)
    if faults:
        return None, faults
    return RunInput(external_id, fields, params, tags, metrics, datasets, cleared), []


def _pointer(*parts: str) -> str:
    return "".join("/" + part[:120].replace("~", "~0").replace("/", "~1") for part in parts)


def _external_id(item: Mapping[str, Any], faults: list[Fault]) -> str:
    value = item.get("external_id")
    wrong = "is required" if value is None else whole_text(value, 250, empty=False)
    if wrong:
        faults.append(Fault("/external_id", "invalid", f"external_id {wrong}."))
        return ""
    return str(value)


def _fields(item: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "name" in item:
        fields["name"] = item["name"] or ""
        wrong = whole_text(fields["name"], 500)
        if wrong:
            faults.append(Fault("/name", "invalid", f"name {wrong}."))
    if "url" in item:
        fields["url"] = item["url"] or ""
        wrong = _wrong_url(fields["url"])
        if wrong:
            faults.append(Fault("/url", "invalid", f"url {wrong}."))
    if "status" in item:
        fields["status"] = item["status"]
        if item["status"] not in STATUSES:
            faults.append(Fault("/status", "invalid", f"status is one of {', '.join(STATUSES)}."))
    for name in ("started_at", "ended_at"):
        if name in item:
            fields[name] = _time(name, item[name], faults)
    start, end = fields.get("started_at"), fields.get("ended_at")
    if start and end and end < start:
        faults.append(Fault("/ended_at", "invalid", "ended_at lies before started_at."))
    return fields


def _wrong_url(value: Any) -> str | None:
    wrong = whole_text(value, 1_000)
    if wrong or not value or is_web_address(value):
        return wrong
    return "begins with http:// or https://"


def _time(name: str, value: Any, faults: list[Fault]) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None and EARLIEST <= found < BEYOND:
            return found.astimezone(UTC)
    except (OverflowError, TypeError, ValueError):
        pass
    text = f"{name} is a time with a zone in ISO 8601, from {FIRST_YEAR} to {LAST_YEAR}."
    faults.append(Fault(f"/{name}", "invalid", text))
    return None


def _object(item: Mapping[str, Any], name: str, longest_key: int, faults: list[Fault]) -> Mapping[str, Any]:
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping) or len(value) > MOST_KEYS:
        faults.append(Fault(f"/{name}", "invalid", f"{name} is an object of at most {MOST_KEYS} keys."))
        return {}
    for key in value:
        short = isinstance(key, str) and len(key) <= longest_key
        wrong = wrong_key(key, longest_key) if short else whole_text(key, longest_key)
        if wrong:
            faults.append(Fault(_pointer(name, str(key)), "invalid", f"A key of {name} {wrong}."))
    return value


@lru_cache(maxsize=4_096)
def wrong_key(key: str, longest: int) -> str | None:
    """Return what is wrong with a key; runs of a batch share most of theirs."""
    return whole_text(key, longest, empty=False)


def _texts(item: Mapping[str, Any], name: str, faults: list[Fault]) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    for key, value in _object(item, name, LONGEST_KEY, faults).items():
        text = _text(value)
        if value is not None and (text is None or len(text) > LONGEST_VALUE or not storable(text)):
            detail = f"A value of {name} is text of at most {LONGEST_VALUE} characters, a number, true or false."
            faults.append(Fault(_pointer(name, key), "invalid", detail))
        texts[key] = text
    return texts


def _text(value: Any) -> str | None:
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _metrics(item: Mapping[str, Any], faults: list[Fault]) -> dict[str, MetricRecord | None]:
    metrics: dict[str, MetricRecord | None] = {}
    for key, value in _object(item, "metrics", LONGEST_METRIC_KEY, faults).items():
        if value is None:
            metrics[key] = None
            continue
        record = parse_metric(value)
        if record is None:
            detail = 'A metric is a number, "NaN", "Infinity" or "-Infinity".'
            faults.append(Fault(_pointer("metrics", key), "invalid", detail))
        metrics[key] = record
    return metrics


def _datasets(item: Mapping[str, Any], faults: list[Fault]) -> list[DatasetRecord]:
    value = item.get("datasets")
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_DATASETS:
        faults.append(Fault("/datasets", "invalid", f"datasets is a list of at most {MOST_DATASETS} objects."))
        return []
    found: list[DatasetRecord] = []
    for position, each in enumerate(value):
        wrong = _wrong_dataset(each)
        if wrong:
            faults.append(Fault(f"/datasets/{position}", "invalid", f"A dataset {wrong}."))
        else:
            found.append(DatasetRecord(each["name"], each["digest"], each.get("context") or ""))
    return found


def _wrong_dataset(value: Any) -> str | None:
    if not isinstance(value, Mapping) or not {"name", "digest"} <= set(value) <= {"name", "digest", "context"}:
        return "has name and digest, and may have a context"
    for key, longest in (("name", 300), ("digest", 128), ("context", 120)):
        wrong = whole_text(value.get(key) or "", longest, empty=key == "context")
        if wrong:
            return f"{key} {wrong}"
    return None


def parse_metric(value: Any) -> MetricRecord | None:
    """Return a metric's value, special ones as their flag; None for what is no number (true and false are none)."""
    if type(value) is float:
        return MetricRecord(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return MetricRecord(None, _WORDS[value]) if value in _WORDS else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return MetricRecord(found) if math.isfinite(found) else None


def refuse_batch(items: Any) -> str:
    """Return what is wrong with a batch as a whole, or an empty text."""
    if not isinstance(items, Sequence) or isinstance(items, str | bytes):
        return "This is a list of runs."
    return f"A batch has at most {MOST_RUNS} runs." if len(items) > MOST_RUNS else ""

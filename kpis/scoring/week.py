"""What changed on an initiative since a moment, as plain facts for the next word on it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Literal

from kpis.scoring.changes import Change, what_changed
from kpis.scoring.wording import figure

FactKind = Literal[
    "verdict", "health", "candidate", "policy", "check", "metric", "stage", "labels", "tasks", "forecast", "target"
]
MOST_CHECKS: Final = 12
KINDS: Final = {"observed": "metric", "added": "check", "removed": "check"}


@dataclass(frozen=True, slots=True)
class WeekFact:
    """One fact in words; `better` is None where it is neither better nor worse."""

    kind: FactKind
    text: str
    better: bool | None = None


@dataclass(frozen=True, slots=True)
class LabelsMoved:
    """Labeled tasks before and now, of how many."""

    before: int
    now: int
    total: int


@dataclass(frozen=True, slots=True)
class TasksMoved:
    """Tasks that were done, added and rolled over since, and those open now."""

    done: int
    added: int
    rolled_over: int
    open: int


def week_facts(
    old: Mapping[str, Any], new: Mapping[str, Any], labels: LabelsMoved, tasks: TasksMoved
) -> list[WeekFact]:
    """Return what changed between two readiness documents, with labels and tasks: verdict first, forecast last.

    At most twelve changes of checks are told one by one; of the others, how many there are.
    """
    return [*_judged(old, new), *_labels(labels), *_tasks(tasks), *_forecast(old.get("forecast"), new.get("forecast"))]


def kept(facts: list[WeekFact]) -> list[dict[str, Any]]:
    """Return facts as they are kept, `[{kind, text, better}]`."""
    return [asdict(each) for each in facts]


def _judged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[WeekFact]:
    if not new["sections"]:
        return
    if not old["sections"]:
        yield WeekFact("verdict", f"Verdict: {new['verdict'].replace('_', ' ')}, judged for the first time")
        return
    changes = what_changed(old, new)
    whole = [each for each in changes if not each.check]
    told = [fact for each in changes if each.check for fact in _check(each, old, new)]
    yield from (WeekFact(_kind(each), each.text, each.better) for each in whole)
    yield from told[:MOST_CHECKS]
    if len(told) > MOST_CHECKS:
        yield WeekFact("check", f"{len(told) - MOST_CHECKS} more changes of checks")


def _kind(change: Change) -> FactKind:
    return KINDS.get(change.kind, change.kind)  # type: ignore[return-value]


def _check(change: Change, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[WeekFact]:
    """Yield a change of a check, and the number behind it where the result moved with it."""
    yield WeekFact(_kind(change), change.text, change.better)
    if change.kind != "check":
        return
    before, after = _observed(old, change.check), _observed(new, change.check)
    if before is not None and after is not None and before[1] != after[1]:
        yield WeekFact("metric", f"{after[0]}: {figure(before[1])} → {figure(after[1])}", change.better)


def _observed(document: Mapping[str, Any], check_id: str) -> tuple[str, float] | None:
    checks = (check for section in document["sections"] for check in section["checks"])
    found = next((check for check in checks if check["id"] == check_id), None)
    number = found["observed"] if found else None
    if found is None or isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return str(found["title"]), float(number)


def _labels(labels: LabelsMoved) -> Iterator[WeekFact]:
    more = labels.now - labels.before
    if more:
        moved = f"{more:,} more" if more > 0 else f"{-more:,} fewer"
        yield WeekFact("labels", f"Labels: {moved}, {labels.now:,} of {labels.total:,} done", more > 0)


def _tasks(tasks: TasksMoved) -> Iterator[WeekFact]:
    counts = ((tasks.done, "done"), (tasks.added, "added"), (tasks.rolled_over, "rolled over"))
    said = [f"{count} {word}" for count, word in counts if count]
    if said:
        yield WeekFact("tasks", f"Tasks: {', '.join(said)}; {tasks.open} open")


def _forecast(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[WeekFact]:
    """Yield how the dates moved; later is worse."""
    before, after = _dates(old), _dates(new)
    if before == after:
        return
    if after is None:
        yield WeekFact("forecast", "Forecast: no date any more")
    elif before is None:
        yield WeekFact("forecast", f"Forecast: {_words(after)}")
    else:
        yield WeekFact("forecast", f"Forecast: {_words(before)} → {_words(after)}", after[1] < before[1])


def _dates(forecast: Mapping[str, Any] | None) -> tuple[str, str] | None:
    if not forecast or not forecast.get("p50") or not forecast.get("p85"):
        return None
    return str(forecast["p50"]), str(forecast["p85"])


def _words(dates: tuple[str, str]) -> str:
    p50, p85 = (date.fromisoformat(each) for each in dates)
    return f"P50 {p50:%-d %b %Y}, P85 {p85:%-d %b %Y}"

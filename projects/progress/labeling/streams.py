"""Several sources of labels of one initiative, put together: counts, and the burn-up of all of them.

A source tells counts, annotations or both. What both tell is counted once: the larger number of tasks. Where
annotations account for nearly all labels, their days are the history, however late they came in; else that of the
snapshots is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from projects.progress.labeling.burnup import Burnup, Day, Snapshot, burnup
from projects.progress.labeling.counts import LabelingCounts, merge_labeling

COVERS: Final = 0.9
"""Annotations of so many of the labeled tasks, or more, are their history."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A project of a labeling tool, or what was pushed.

    `said` are the newest counts that were told, `kept` those of tasks whose annotations are here, None where there are
    none. `output` is labeled tasks by day of their first label. After the last of both nothing happened up to `until`.
    """

    said: LabelingCounts | None = None
    kept: LabelingCounts | None = None
    snapshots: Sequence[Snapshot] = ()
    output: Mapping[date, int] = field(default_factory=dict)
    until: date | None = None

    @property
    def counts(self) -> LabelingCounts | None:
        """What is known of its tasks now, None where nothing is."""
        said, kept = self.said, self.kept
        if said is None or kept is None:
            return said or kept
        classes = said.per_class if said.per_class and said.labeled > kept.labeled else kept.per_class or said.per_class
        return fitted(
            max(said.total, kept.total),
            max(said.labeled, kept.labeled),
            said.reviewed if kept.reviewed is None else kept.reviewed,
            said.skipped if not kept.skipped else kept.skipped,
            classes,
        )

    @property
    def has_total(self) -> bool:
        """Say whether somebody told how many tasks there are."""
        return self.said is not None

    @property
    def tells_days(self) -> bool:
        """Say whether its annotations are its history."""
        counts, kept = self.counts, sum(self.output.values())
        return counts is not None and kept > 0 and kept >= COVERS * counts.labeled


@dataclass(frozen=True, slots=True)
class _History:
    """Of one stream by day: tasks in scope and labeled ones from then on, and what the day brought."""

    points: Mapping[date, tuple[int, int]]
    output: Mapping[date, int]
    taken_back: int = 0


def fitted(
    total: int,
    labeled: int,
    reviewed: int | None = None,
    skipped: int | None = None,
    per_class: Mapping[str, int] | None = None,
) -> LabelingCounts:
    """Return counts that can be: tools count annotations as tasks, and parts of their answers at different moments."""
    labeled = min(labeled, total)
    return LabelingCounts(
        total,
        labeled,
        None if reviewed is None else min(reviewed, labeled),
        None if skipped is None else min(skipped, total - labeled),
        dict(per_class or {}),
    )


def merged_counts(streams: Iterable[Stream]) -> LabelingCounts | None:
    """Add the counts of all streams, None where nothing is known."""
    known = [each.counts for each in streams]
    found = [each for each in known if each is not None]
    return merge_labeling(found) if found else None


def merged_burnup(streams: Iterable[Stream]) -> Burnup:
    """Return the burn-up of all streams together; where one of them begins, its tasks are a change of scope."""
    told = [(each, _history(each)) for each in streams]
    histories = [history for _, history in told if history.points]
    if not histories:
        return Burnup()
    first = min(min(each.points) for each in histories)
    last = max([max(each.points) for each in histories] + [each.until for each, _ in told if each.until])
    output: Counter[date] = Counter()
    for each in histories:
        output.update(each.output)
    points: list[Snapshot] = []
    days: list[Day] = []
    now = [(0, 0)] * len(histories)
    for place in range((max(first, last) - first).days + 1):
        day = first + timedelta(days=place)
        now = [each.points.get(day, before) for each, before in zip(histories, now, strict=True)]
        points.append(Snapshot(day, sum(total for total, _ in now), sum(labeled for _, labeled in now)))
        if place:
            days.append(Day(day, output[day], points[-1].total - points[-2].total))
    return Burnup(tuple(points), tuple(days), sum(each.taken_back for each in histories))


def _history(stream: Stream) -> _History:
    found = burnup(stream.snapshots)
    if not stream.tells_days:
        points = {each.day: (each.total, each.labeled) for each in found.points}
        return _History(points, {each.day: each.output for each in found.days}, found.taken_back)
    totals = {each.day: each.total for each in found.points}
    counts = stream.counts
    total = found.points[0].total if found.points else counts.total if counts else 0
    first, labeled = min(stream.output), 0
    points = {first - timedelta(days=1): (total, 0)}
    for day in sorted({*stream.output, *(day for day in totals if day >= first)}):
        total, labeled = totals.get(day, total), labeled + stream.output.get(day, 0)
        points[day] = (total, labeled)
    return _History(points, stream.output)

"""How many initiatives got from stage to stage, and where the others are or stopped.

Each initiative counts at most once in a stage. Of those that *entered* a stage, it *advanced* where it got further at
any time, was *cancelled* where this is the furthest that it got and it stopped, and is *open* otherwise: so the three
add up.
Who never was in a stage but got further has *skipped* it, and is not among those that entered; who stands in an earlier
stage than it once reached has *returned*, and is open (or cancelled) where it got furthest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kpis.scoring.portfolio_analysis.histories import LAST, STAGES, History, place_of


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """One stage; `entered = advanced + cancelled + open`. Beyond production lies retirement."""

    stage: str
    entered: int
    advanced: int
    cancelled: int
    open: int
    skipped: int = 0
    returned: int = 0

    @property
    def of_entered(self) -> float | None:
        """The share of those that entered that advanced so far, open ones among them; None where nobody entered."""
        return self.advanced / self.entered if self.entered else None

    @property
    def of_decided(self) -> float | None:
        """The share of those that either advanced or stopped that advanced; None where nothing is decided."""
        decided = self.advanced + self.cancelled
        return self.advanced / decided if decided else None


@dataclass(frozen=True, slots=True)
class StopCount:
    """How many initiatives stopped for a reason, "" where none was kept."""

    reason: str
    count: int


def funnel_of(histories: Sequence[History]) -> tuple[FunnelStage, ...]:
    """Return the funnel by stage, from framing to production."""
    found: list[Counter[str]] = [Counter() for _ in STAGES]
    for history in histories:
        _count(history, found)
    return tuple(_stage(stage, counts) for stage, counts in zip(STAGES, found, strict=True))


def stop_counts(histories: Sequence[History]) -> tuple[StopCount, ...]:
    """Return why initiatives stopped, the most frequent reason first; those without a reason come last."""
    counts = Counter(each.reason for each in histories if each.stopped_at)
    ordered = sorted(counts.items(), key=lambda each: (each[0] == "", -each[1], each[0]))
    return tuple(StopCount(reason, count) for reason, count in ordered)


def _count(history: History, found: Sequence[Counter[str]]) -> None:
    """Count one initiative in the stages that it was in, and in those that it skipped."""
    furthest, present, stopped = history.furthest, history.present, history.stopped_at is not None
    been = {place_of(each.stage) for each in history.moves}
    for place, counts in enumerate(found):
        if place not in been:
            counts["skipped"] += furthest > place
            continue
        counts["entered"] += 1
        advanced = history.passed(place) is not None if place == LAST else furthest > place
        counts["advanced" if advanced else "cancelled" if stopped else "open"] += 1
        counts["returned"] += furthest == place and -1 < present < place


def _stage(stage: str, counts: Counter[str]) -> FunnelStage:
    return FunnelStage(
        stage=stage,
        entered=counts["entered"],
        advanced=counts["advanced"],
        cancelled=counts["cancelled"],
        open=counts["open"],
        skipped=counts["skipped"],
        returned=counts["returned"],
    )

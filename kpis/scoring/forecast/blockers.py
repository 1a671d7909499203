"""What stands in the way of readiness, as parts of a forecast: labels, metrics short of their target, other checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kpis.scoring.forecast.metric_gaps import MetricGap
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.forecast.what_if import OpenCheck
from kpis.scoring.results import Readiness

ENOUGH_LABELS: Final = "labels.enough"
ACCURACY: Final = "model.accuracy"
OF_METRICS: Final = ("model.", "fairness.")
Estimates = Mapping[str, ThreePoint | None]
"""The estimate of each check that counts, None where it was withdrawn."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A required check that does not stand, with the reason in words."""

    check: str
    title: str
    result: str
    reason: str = ""

    @property
    def is_gap(self) -> bool:
        """Say whether a measured metric is short of what it must be; too few cases are no such gap."""
        return self.result == "fail" and self.check.startswith(OF_METRICS)

    @property
    def gate(self) -> str:
        """The gate of the part that it is, where no labels stand for it."""
        return f"metric:{metric_of(self.check)}" if self.is_gap else f"check:{self.check}"


def blockers_of(readiness: Readiness) -> tuple[Blocker, ...]:
    """Return what stands in the way of a judgement."""
    return tuple(Blocker(each.check.id, each.check.title, each.result, each.reason) for each in readiness.blockers)


def blockers_from(document: Mapping[str, Any]) -> tuple[Blocker, ...]:
    """Return what stands in the way of a kept judgement."""
    return tuple(Blocker(each["check"], each["title"], each["result"], each["reason"]) for each in document["blockers"])


def metric_of(check: str) -> str:
    """Return the metric that a check of metrics is about."""
    return check.partition(".")[2]


def gap_of(blocker: Blocker, estimates: Estimates) -> MetricGap:
    """Return a metric's gap without its learning curve."""
    name = metric_of(blocker.check)
    gap, estimate = blocker.reason or f"{name} is short of its target", estimates.get(blocker.check)
    return MetricGap(name, gap, estimate=estimate, is_withdrawn=_is_withdrawn(blocker.check, estimates))


def open_checks(blockers: Iterable[Blocker], estimates: Estimates) -> tuple[OpenCheck, ...]:
    """Return the checks that no arithmetic dates, with their owner's estimate where there is one."""
    return tuple(
        OpenCheck(each.check, each.title, estimates.get(each.check), _is_withdrawn(each.check, estimates))
        for each in blockers
    )


def _is_withdrawn(check: str, estimates: Estimates) -> bool:
    return check in estimates and estimates[check] is None

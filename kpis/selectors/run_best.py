"""The best run under the targets, as it stands on top of the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpis.scoring.target_judgement import TargetJudgement
from kpis.selectors.run_records import target_series
from kpis.selectors.run_targets import Aims, JudgedRun, best_under, run_named
from projects.models import Initiative
from projects.models.initiatives import CandidateRule


@dataclass(frozen=True, slots=True)
class BestLine:
    """One target: what the best run reports on it, and what the newest runs did."""

    judgement: TargetJudgement
    series: list[float | None]

    @property
    def unit(self) -> str:
        """How its numbers are shown."""
        return "ratio" if self.judgement.target.is_proportion else ""


@dataclass(frozen=True, slots=True)
class Best:
    """The best run with its lines. `is_known` is False where it has to be looked for among all runs."""

    judged: JudgedRun | None
    lines: list[BestLine]
    is_known: bool = True

    @property
    def targets(self) -> int:
        """How many targets there are."""
        return len(self.lines)


def best_panel(initiative: Initiative, document: Mapping[str, Any], aims: Aims) -> Best | None:
    """Return the best run from the kept judgement, in at most six queries; None where no target is set.

    The judgement of an initiative whose candidate is the best run has looked for it already; of others it is
    not known yet.
    """
    if not aims.targets:
        return None
    candidate = document["candidate"]
    if initiative.candidate_rule != CandidateRule.BEST or candidate is None:
        return Best(None, [], is_known=candidate is None and initiative.candidate_rule == CandidateRule.BEST)
    return _panel(initiative, run_named(initiative, candidate["run"], aims), aims)


def best_of(initiative: Initiative, aims: Aims) -> Best:
    """Return the best run, looked for among all runs, in six queries."""
    return _panel(initiative, best_under(initiative, aims) if aims.targets else None, aims)


def _panel(initiative: Initiative, judged: JudgedRun | None, aims: Aims) -> Best:
    if judged is None:
        return Best(None, [])
    series = target_series(initiative, aims)
    return Best(judged, [BestLine(each, points) for each, points in zip(judged.judgements, series, strict=True)])

"""A fairness audit of an evaluation, with the targets on it and the evaluations before it, in four queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from kpis.models import Target
from kpis.models.targets import TargetState
from kpis.scoring.evaluations.audit import Audit, audit
from kpis.scoring.evaluations.audit_document import audit_answer
from kpis.scoring.evaluations.operating import Operating, at_threshold, operate
from kpis.scoring.evaluations.reporting import reported_at
from kpis.scoring.measured.evaluated import Evaluated, judge_on
from kpis.scoring.measured.groups import GROUP_COVERAGE, GROUP_ERRORS
from kpis.scoring.target_judgement import TargetJudgement
from kpis.scoring.targets import Criticality
from kpis.scoring.targets import Target as TargetFacts
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.evaluation_history import alike, newest_first
from kpis.selectors.facts import target_facts
from kpis.selectors.made_of import deployed
from projects.models import Evaluation, Initiative
from projects.progress.evaluations.tally import Tally
from projects.selectors.evaluations import tallies_of

GAPS = ("coverage", "error_rate", "selection_rate", "equalized_odds")
ON_GROUPS = (*GROUP_ERRORS, *GROUP_COVERAGE)


@dataclass(frozen=True, slots=True)
class Before:
    """An evaluation of the same columns at its own operating point: the gaps by column, None where not compared."""

    evaluation: Evaluation
    threshold: float
    in_production: bool
    gaps: Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class FairnessAudit:
    """An audit at one operating point, what targets on gaps say of it, and how it went before, newest first."""

    evaluation: Evaluation
    operating: Operating
    audit: Audit
    judgements: tuple[TargetJudgement, ...]
    history: tuple[Before, ...]

    @property
    def columns(self) -> list[tuple[str, list[tuple[str, list[float | None]]]]]:
        """The gaps over time by column, oldest first, for a line each."""
        return [
            (
                column,
                [(name, [each.gaps.get(column, {}).get(name) for each in reversed(self.history)]) for name in GAPS],
            )
            for column in self.audit.facts.tally.group_columns
        ]


def fairness_audit(initiative: Initiative, evaluation: Evaluation, threshold: float | None = None) -> FairnessAudit:
    """Audit an evaluation at its operating point, or at a threshold, in four queries. Raises ValueError for NaN."""
    active = Target.objects.filter(initiative=initiative, state=TargetState.ACTIVE).order_by("id")
    targets, known = [target_facts(each) for each in active], deployed(initiative)
    others = alike(initiative, evaluation, "group_columns")
    tallies = tallies_of([evaluation, *others])
    facts = evaluation_facts(initiative, evaluation, tallies[evaluation.pk])
    chosen = operate(facts, targets) if threshold is None else at_threshold(facts, targets, threshold)
    measured = Evaluated(facts, chosen, reported_at(facts, chosen.point))
    level = cast("Criticality", initiative.criticality)
    shown = newest_first([evaluation, *others])
    return FairnessAudit(
        evaluation,
        chosen,
        audit(facts, chosen.point),
        tuple(judge_on(measured, target, level) for target in targets if target.metric in ON_GROUPS),
        tuple(_before(initiative, each, tallies[each.pk], targets, known.runs(each)) for each in shown),
    )


def _before(
    initiative: Initiative, evaluation: Evaluation, tally: Tally, targets: Sequence[TargetFacts], live: bool
) -> Before:
    facts = evaluation_facts(initiative, evaluation, tally)
    point = operate(facts, targets).point
    singles = (table for table in audit(facts, point).tables if len(table.columns) == 1)
    gaps = {
        table.columns[0]: {name: gap.difference for name, gap in table.gaps.items()}
        | {"equalized_odds": table.equalized_odds}
        for table in singles
    }
    return Before(evaluation, point.threshold, live, gaps)


def fairness_answer(found: FairnessAudit) -> dict[str, Any]:
    """Return an audit as the API shows it."""
    evaluation = found.evaluation
    return {
        "id": evaluation.public_id,
        "label": found.audit.facts.label,
        "purpose": evaluation.purpose,
        "at": evaluation.at,
        "recorded_at": evaluation.recorded_at,
        "operating": found.operating.method,
        **audit_answer(found.audit),
        "targets": [
            {
                "target": each.target.id,
                "metric": each.target.metric,
                "result": each.result,
                "observed": each.observed,
                "low": each.low,
                "high": each.high,
                "n": each.n,
                "expected": each.expected,
                "reason": each.reason,
            }
            for each in found.judgements
        ],
        "history": [_history(each) for each in found.history],
    }


def _history(each: Before) -> dict[str, Any]:
    gaps = [{"column": column, **{name: gap.get(name) for name in GAPS}} for column, gap in each.gaps.items()]
    return {
        "id": each.evaluation.public_id,
        "label": str(each.evaluation),
        "purpose": each.evaluation.purpose,
        "at": each.evaluation.at,
        "threshold": each.threshold,
        "in_production": each.in_production,
        "gaps": gaps,
    }

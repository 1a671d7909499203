"""An evaluation as its page and its endpoint show it: facts, what targets say of it, and what it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kpis.models import Target
from kpis.models.targets import TargetState
from kpis.scoring.evaluations.answer import operating_answer, report_answer
from kpis.scoring.evaluations.class_scores import ClassScore, class_scores
from kpis.scoring.evaluations.report import Report, report_of
from kpis.scoring.evaluations.says import anywhere, point_says, says, together
from kpis.scoring.evaluations.shelf_life import ShelfLife
from kpis.scoring.evaluations.usable import not_used
from kpis.scoring.targets import Target as TargetFacts
from kpis.selectors.effects import Effect, bridged_ties, effects_at
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.evaluation_history import SliceHistory, slice_history, slice_history_answer
from kpis.selectors.facts import target_facts
from kpis.selectors.shelf_lives import answers_given, shelf_life_of
from projects.models import Evaluation, Initiative
from projects.selectors.evaluations import tally_of


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """An evaluation with its report and effects at one threshold. `ties` counts the KPIs tied, bridged or not."""

    evaluation: Evaluation
    report: Report
    effects: list[Effect]
    ties: int
    shelf: ShelfLife | None

    @property
    def says(self) -> tuple[str, ...]:
        """The operating point in sentences."""
        return says(self.report.judged)

    @property
    def tone(self) -> str:
        """How the operating point stands: ok, bad, warn, or info where nothing is decided."""
        decided = self.report.judged.decision
        return {"met": "ok", "missed": "bad", "undecided": "warn"}.get(
            (decided.together if decided else "") or "", "info"
        )

    @property
    def told(self) -> str:
        """The threshold shown in a sentence, with what it moves."""
        moved = [f"{each.kpi.name} {each.expected}." for each in self.effects if each.movement]
        return " ".join(each for each in (point_says(self.report.shown), self.together, *moved) if each)

    @property
    def together(self) -> str:
        """Whether both targets hold at the threshold shown."""
        return together(self.report.shown)

    @property
    def anywhere(self) -> str:
        """Whether both hold at any threshold."""
        return anywhere(self.report.shown)

    @property
    def not_used(self) -> list[str]:
        """Why this evaluation is not used for some targets."""
        targets, dataset = self.report.targets, self.report.facts.dataset
        return [not_used(each, dataset) for each in targets.elsewhere]

    @property
    def classes(self) -> dict[str, ClassScore]:
        """Precision, recall and F1 by class."""
        return class_scores(self.report.facts.confusion)


def targets_in_force(initiative: Initiative) -> tuple[TargetFacts, ...]:
    """Return the targets that judge evaluations now, in one query."""
    active = Target.objects.filter(initiative=initiative, state=TargetState.ACTIVE).order_by("id")
    return tuple(target_facts(each) for each in active)


def evaluation_view(initiative: Initiative, evaluation: Evaluation, threshold: float | None = None) -> EvaluationView:
    """Return an evaluation at its operating point, or at a threshold, in six queries, four without ties."""
    given = answers_given(evaluation.dataset)
    facts = evaluation_facts(initiative, evaluation, tally_of(evaluation), given)
    report = report_of(facts, targets_in_force(initiative), threshold)
    ties = bridged_ties(initiative)
    return EvaluationView(
        evaluation,
        report,
        effects_at(report.shown.point, ties),
        len(ties),
        shelf_life_of(evaluation.n, given) if evaluation.dataset else None,
    )


def history_of(view: EvaluationView) -> SliceHistory:
    """Return how the slices of an evaluation did over time, in at most three queries, none without slices."""
    targets, tally = view.report.targets, view.report.facts.tally
    return slice_history(view.evaluation.initiative, view.evaluation, tally, (*targets.used, *targets.elsewhere))


def evaluation_answer(view: EvaluationView) -> dict[str, Any]:
    """Return an evaluation as the API shows it: what it is about, its numbers, and its slices over time."""
    found = view.evaluation
    dataset, run, version = found.dataset, found.run, found.model_version
    copied = ("external_id", "name", "origin", "purpose", "family", "members", "commit", "components", "scope")
    return {
        "id": found.public_id,
        **{name: getattr(found, name) for name in (*copied, "abstention", "favourable", "cost", "at", "recorded_at")},
        "run": run.public_id if run else None,
        "model_version": f"{version.name}/{version.version}" if version else None,
        "dataset": {"name": dataset.name, "digest": dataset.digest} if dataset else None,
        "url": view.report.facts.url,
        **report_answer(view.report),
        "shelf_life": {"allowed": view.shelf.allowed, "given": view.shelf.given} if view.shelf else None,
        "slice_history": slice_history_answer(history_of(view)),
    }


def point_answer(view: EvaluationView) -> dict[str, Any]:
    """Return the point of a threshold as the API shows it, with what it moves."""
    point, accuracy, coverage = view.report.shown.point, view.report.accuracy_interval, view.report.coverage_interval
    answer = operating_answer(view.report.shown) or {}
    return {
        "threshold": point.threshold,
        "coverage": point.coverage,
        "accuracy": point.accuracy,
        "n": point.n,
        "decided": point.accepted,
        "left": point.left,
        "errors_per_thousand": point.errors_per_thousand,
        "low": accuracy.low if accuracy else None,
        "high": accuracy.high if accuracy else None,
        "coverage_low": coverage.low if coverage else None,
        "coverage_high": coverage.high if coverage else None,
        "guaranteed_coverage": view.report.shown.guaranteed_coverage,
        **{name: answer.get(name) for name in ("method", "accuracy_decision", "coverage_decision", "n_more")},
        "reachable": answer.get("reachable"),
        "says": " ".join(each for each in (view.together, view.anywhere) if each),
        "effects": [effect_answer(each) for each in view.effects],
    }


def effect_answer(effect: Effect) -> dict[str, Any]:
    """Return what a threshold moves in one KPI."""
    found, bridged = effect.movement, effect.bridged
    return {
        "kpi": effect.kpi.key,
        "unit": effect.kpi.unit,
        "expected": found.expected if found else None,
        "low": found.interval.low if found else None,
        "high": found.interval.high if found else None,
        "problem": effect.problem,
        "since": bridged.since,
        "moved": bridged.moved,
    }

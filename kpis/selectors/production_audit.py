"""Evaluations in production over time, the champion against its shadow, and when to train again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.db.models import F, Q, QuerySet, Subquery

from kpis.models import Target
from kpis.models.targets import TargetState
from kpis.scoring.evaluations.continuous import Audited, audited
from kpis.scoring.evaluations.operating import operate
from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.evaluations.parts import Part
from kpis.scoring.evaluations.rival_document import comparison_answer, share_answer
from kpis.scoring.evaluations.rivals import Comparison, Side, compare
from kpis.scoring.measured.ages import MODEL_AGE, end_of, limit_of
from kpis.scoring.targets import Criticality
from kpis.scoring.targets import Target as TargetFacts
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.facts import target_facts
from projects.models import Deployment, Evaluation, Initiative
from projects.models.evaluations import Purpose
from projects.progress.evaluations.tally import Tally
from projects.selectors.evaluations import evaluations_of, tallies_of
from projects.selectors.pairings import pairing_of
from projects.selectors.production import PRODUCTION, deployments_of, environments_of

MOST_OVER_TIME: Final = 24
MOST_SHOWN: Final = 6
MOST_SHADOW: Final = 12
SAME_PERIOD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group over time: accuracies and coverages, oldest first, and the newest evaluations of it, newest first."""

    name: str
    accuracies: tuple[float | None, ...]
    coverages: tuple[float | None, ...]
    newest: tuple[tuple[Audited, Part | None], ...]


@dataclass(frozen=True, slots=True)
class ProductionAudit:
    """Production evaluations, newest first, and the champion against its shadow, None where they cannot be compared.

    `versus` are the public ids of the two evaluations, challenger and champion. `retrain_days` is how old what is live
    may be, None without a target on that.
    """

    thens: tuple[Audited, ...]
    shadow: Comparison | None
    versus: tuple[str, str] | None
    retrain_days: float | None

    @property
    def shown(self) -> tuple[Audited, ...]:
        """Those that have a column of their own."""
        return self.thens[:MOST_SHOWN]

    @property
    def accuracies(self) -> list[float | None]:
        """Oldest first."""
        return [each.accuracy.rate for each in reversed(self.thens)]

    @property
    def coverages(self) -> list[float | None]:
        """Oldest first."""
        return [each.coverage.rate for each in reversed(self.thens)]

    @property
    def groups(self) -> tuple[GroupRow, ...]:
        """The groups that the newest evaluation shows."""
        return tuple(self._group(each.name) for each in (self.thens[0].groups if self.thens else ()))

    def due(self, trained: datetime | None) -> datetime | None:
        """Return when to train again, None without a target or where nobody knows when it was trained."""
        return None if trained is None or self.retrain_days is None else end_of(trained, self.retrain_days)

    def _group(self, name: str) -> GroupRow:
        parts = [each.group(name) for each in self.thens]
        before = list(reversed(parts))
        return GroupRow(
            name,
            tuple(part.accuracy.rate if part else None for part in before),
            tuple(part.coverage.rate if part else None for part in before),
            tuple(zip(self.shown, parts)),
        )


def production_audit(
    initiative: Initiative, champion: Deployment | None, shadow: Deployment | None, now: datetime
) -> ProductionAudit:
    """Return the audit of what is live: two queries without evaluations in production, five at most with them."""
    targets = _targets(initiative)
    retrain = limit_of(targets, MODEL_AGE)
    ours = list(evaluations_of(initiative).filter(purpose=Purpose.PRODUCTION)[:MOST_OVER_TIME])
    theirs = _of_shadow(initiative, shadow) if champion is not None and shadow is not None and ours else []
    pair = _same_period([each for each in ours if champion is not None and is_of(each, champion)], theirs)
    tallies = tallies_of([*ours, *([pair[1]] if pair else [])]) if ours else {}
    level = cast("Criticality", initiative.criticality)
    thens = tuple(audited(evaluation_facts(initiative, each, tallies[each.pk]), targets, level) for each in ours)
    if pair is None:
        return ProductionAudit(thens, None, None, retrain)
    one, two = (_side(initiative, each, tallies[each.pk], targets) for each in pair)
    found = compare(one, two, _pairs(*pair), now)
    return ProductionAudit(thens, found, (pair[1].public_id, pair[0].public_id), retrain)


def audit_of(initiative: Initiative, now: datetime) -> ProductionAudit:
    """Return the audit of what is live in the environment that counts as production, the shadow beside it included."""
    main = next(iter(environments_of(initiative, now)), None)
    return production_audit(initiative, main.champion if main else None, main.shadow if main else None, now)


def newest_in_production(initiative: Initiative) -> Audited | None:
    """Return what the newest production evaluation of what is live says: three queries, one where there is none.

    While no deployment says which run or model version is live, the newest of all counts.
    """
    newest = _of_live(initiative).filter(purpose=Purpose.PRODUCTION).first()
    if newest is None:
        return None
    facts = evaluation_facts(initiative, newest, tallies_of([newest])[newest.pk])
    return audited(facts, _targets(initiative), cast("Criticality", initiative.criticality))


def is_of(evaluation: Evaluation, deployment: Deployment) -> bool:
    """Say whether an evaluation measured what is deployed: its model version, or its run."""
    runs = {deployment.run_id, deployment.model_version.run_id if deployment.model_version else None} - {None}
    same = deployment.model_version_id is not None and evaluation.model_version_id == deployment.model_version_id
    return same or evaluation.run_id in runs


def _targets(initiative: Initiative) -> list[TargetFacts]:
    active = Target.objects.filter(initiative=initiative, state=TargetState.ACTIVE).order_by("id")
    return [target_facts(each) for each in active]


def _of_live(initiative: Initiative) -> QuerySet[Evaluation]:
    """Return the evaluations of what is live, by its model version or run; all while nobody knows what that is."""
    live = deployments_of(initiative).filter(environment=PRODUCTION, state=Deployment.State.LIVE)
    run, version, made = (Subquery(live.values(name)[:1]) for name in ("run", "model_version", "model_version__run"))
    known = evaluations_of(initiative).alias(live_run=run, live_version=version, version_run=made)
    unknown = Q(live_run=None, live_version=None)
    same = Q(run=F("live_run")) | Q(run=F("version_run")) | Q(model_version=F("live_version"))
    return known.filter(unknown | same)


def _of_shadow(initiative: Initiative, shadow: Deployment) -> list[Evaluation]:
    version = shadow.model_version
    runs = [each for each in (shadow.run_id, version.run_id if version else None) if each]
    about = Q(run__in=runs) | Q(model_version__isnull=False, model_version=version)
    purposes = (Purpose.SHADOW, Purpose.PRODUCTION)
    return list(evaluations_of(initiative).filter(about, purpose__in=purposes)[:MOST_SHADOW])


def _same_period(ours: Sequence[Evaluation], theirs: Sequence[Evaluation]) -> tuple[Evaluation, Evaluation] | None:
    """Return champion and challenger on the same data, else of the same day without data; the newest challenger."""
    for challenger in theirs:
        alike = (each for each in ours if each.dataset_id == challenger.dataset_id is not None)
        timed = (each for each in ours if _is_undated(each, challenger) and abs(each.at - challenger.at) <= SAME_PERIOD)
        champion = next(alike, None) or next(timed, None)
        if champion is not None and champion.pk != challenger.pk:
            return champion, challenger
    return None


def _is_undated(one: Evaluation, two: Evaluation) -> bool:
    return one.dataset_id is None or two.dataset_id is None


def _side(initiative: Initiative, evaluation: Evaluation, tally: Tally, targets: Sequence[TargetFacts]) -> Side:
    facts = evaluation_facts(initiative, evaluation, tally)
    is_live = evaluation.purpose == Purpose.PRODUCTION
    return Side(facts, operate(facts, targets), evaluation.cases_until, is_live)


def _pairs(champion: Evaluation, challenger: Evaluation) -> Mapping[str, Pairs] | None:
    counted = pairing_of(champion, challenger)
    return None if counted is None else {name: Pairs(*counts) for name, counts in counted.items()}


def audit_answer(found: ProductionAudit) -> dict[str, Any]:
    """Return the audit as the API shows it, newest first."""
    return {
        "evaluations": [_then(each) for each in found.thens],
        "shadow": comparison_answer(found.shadow) if found.shadow else None,
        "retrain_days": found.retrain_days,
    }


def _then(each: Audited) -> dict[str, Any]:
    return {
        "id": each.facts.id,
        "label": each.facts.label,
        "at": each.facts.at,
        "n": each.facts.tally.n,
        "threshold": each.operating.point.threshold,
        "method": each.operating.method,
        "accuracy": share_answer(each.accuracy),
        "coverage": share_answer(each.coverage),
        "groups": [
            {
                "group": part.name,
                "accuracy": share_answer(part.accuracy),
                "coverage": share_answer(part.coverage),
                "too_small": part.too_small,
            }
            for part in each.groups
        ],
        "hidden_groups": each.hidden,
        "targets": [
            {
                "target": judged.target.id,
                "metric": judged.target.metric,
                "slice": judged.target.slice,
                "result": judged.result,
                "observed": judged.observed,
                "low": judged.low,
                "high": judged.high,
                "n": judged.n,
                "expected": judged.expected,
                "reason": judged.reason,
            }
            for judged in each.judgements
        ],
    }

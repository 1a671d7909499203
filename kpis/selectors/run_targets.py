"""What targets say of one run: each judged on the run's own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kpis.models import MetricAlias, Target
from kpis.models.targets import TargetState
from kpis.scoring.best_run import best_run, point_for
from kpis.scoring.inputs import RunFacts
from kpis.scoring.measured.labels import AGREEMENT
from kpis.scoring.sampling import metric_key
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import Target as TargetFacts
from kpis.selectors.facts import target_facts
from kpis.selectors.run_facts import run_facts
from kpis.selectors.shortlist import shortlist
from projects.models import Initiative, Run


@dataclass(frozen=True, slots=True)
class Aims:
    """The targets in force, accuracy and coverage first, and the other names of their metrics."""

    targets: tuple[TargetFacts, ...]
    aliases: Mapping[str, str]

    def keys_of(self, target: TargetFacts) -> list[str]:
        """Return the keys under which runs report a target's metric: its own name, then the others."""
        others = sorted(alias for alias, metric in self.aliases.items() if metric == target.metric)
        return [metric_key(name, target.slice) for name in (target.metric, *others)]


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A run with the answer of each target, in the order of the targets."""

    run: RunFacts
    judgements: tuple[TargetJudgement, ...]

    @property
    def met(self) -> int:
        """How many targets it meets."""
        return sum(each.result == "pass" for each in self.judgements)


def aims_of(initiative: Initiative) -> Aims:
    """Return what is asked of an initiative's runs, in two queries; agreement is asked of labels alone."""
    found = Target.objects.filter(initiative=initiative, state=TargetState.ACTIVE).exclude(metric=AGREEMENT)
    found = found.order_by("id")
    ordered = sorted(found, key=lambda each: (each.metric != "accuracy", each.metric != "coverage", each.slice != ""))
    aliases = dict(MetricAlias.objects.filter(initiative=initiative).values_list("alias", "metric"))
    return Aims(tuple(target_facts(each) for each in ordered), aliases)


def judged_run(initiative: Initiative, run_id: int, aims: Aims) -> JudgedRun:
    """Return a run judged by every target, in one query."""
    return judged_runs(initiative, [run_id], aims)[0]


def judged_runs(initiative: Initiative, run_ids: Sequence[int], aims: Aims) -> list[JudgedRun]:
    """Return runs judged by every target, in their order, in one query."""
    facts = run_facts(initiative, run_ids, aims.aliases)
    return [_judged(initiative, facts[each], aims.targets) for each in run_ids]


def run_named(initiative: Initiative, public_id: str, aims: Aims) -> JudgedRun | None:
    """Return a run of the initiative by its public id, judged; None where it is gone; two queries."""
    found = Run.objects.filter(
        workspace=initiative.workspace_id, public_id=public_id, links__initiative=initiative, deleted_at__isnull=True
    )
    pk = found.values_list("pk", flat=True).first()
    return None if pk is None else judged_run(initiative, pk, aims)


def best_under(initiative: Initiative, aims: Aims) -> JudgedRun | None:
    """Return the run that meets most targets, looked for among all of them, in two queries."""
    level: Any = initiative.criticality
    facts = run_facts(initiative, shortlist(initiative, aims.targets, aims.aliases), aims.aliases)
    best = best_run(list(facts.values()), aims.targets, level)
    return None if best is None else _judged(initiative, best, aims.targets)


def _judged(initiative: Initiative, run: RunFacts, targets: Sequence[TargetFacts]) -> JudgedRun:
    level: Any = initiative.criticality
    judgements = []
    for target in targets:
        point, note = point_for(run, target)
        judgements.append(judge_target(target, point, level, note))
    return JudgedRun(run, tuple(judgements))

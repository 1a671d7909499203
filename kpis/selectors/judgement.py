"""Everything that one judgement needs, gathered in a fixed number of queries whatever the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from kpis.models import Goal, MetricAlias, PlainBaseline, ReadinessSnapshot, Target
from kpis.models.kpis import GoalState
from kpis.models.targets import TargetState
from kpis.scoring import inputs as engine
from kpis.scoring.fingerprints import bound_fingerprints
from kpis.scoring.targets import expectation
from kpis.selectors.attestations import attestation_facts, waiver_facts
from kpis.selectors.candidates import Asked, choose, find_candidate, production_facts, production_of, run_of
from kpis.selectors.contributions import contribution_facts
from kpis.selectors.facts import target_facts
from kpis.selectors.run_facts import run_facts
from projects.models import DatasetVersion, Initiative, RunDataset

HISTORY = 200


def gather_inputs(initiative: Initiative, *, now: datetime, candidate: Asked | None = None) -> engine.JudgementInputs:
    """Return the inputs of one judgement; `candidate` None means the initiative's own choice.

    The initiative comes with its workspace and owner loaded. A fixed number of queries.
    """
    stored = _targets(initiative)
    targets = [target_facts(target) for target in stored if target.state == TargetState.ACTIVE]
    aliases = dict(MetricAlias.objects.filter(initiative=initiative).values_list("alias", "metric"))
    live = production_of(initiative)
    found = find_candidate(initiative, candidate, targets, aliases)
    facts = run_facts(initiative, {*found.run_ids, run_of(live) or 0}, aliases)
    level: Any = initiative.criticality
    chosen = choose(found, facts, targets, level, live)
    ties, goals = contribution_facts(initiative, now)
    latest = ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True).only("document").first()
    return engine.JudgementInputs(
        initiative=_initiative(initiative),
        candidate=chosen,
        targets=tuple(targets),
        baselines=_baselines(initiative),
        production=production_facts(live, facts),
        current_datasets=_current_datasets(initiative, chosen),
        contributions=ties,
        attestations=attestation_facts(initiative),
        waivers=waiver_facts(initiative),
        bound=bound_fingerprints(latest.document) if latest else {},
        history=_history(initiative, now),
        proposals=(*_about_targets(stored), *_about_goals(goals)),
    )


def _initiative(initiative: Initiative) -> engine.InitiativeFacts:
    level: Any = initiative.criticality
    return engine.InitiativeFacts(
        key=initiative.key,
        stage=initiative.stage,
        state=initiative.state,
        criticality=level,
        target_date=initiative.target_date,
        created_at=initiative.created_at,
        owner=str(initiative.owner or ""),
    )


def _targets(initiative: Initiative) -> list[Target]:
    """Return the versions in force and those that wait, accuracy and coverage first, then in order of making."""
    open_states = (TargetState.ACTIVE, TargetState.PROPOSED)
    found = Target.objects.filter(initiative=initiative, state__in=open_states).order_by("id")
    return sorted(
        found, key=lambda target: (target.metric != "accuracy", target.metric != "coverage", target.slice != "")
    )


def _baselines(initiative: Initiative) -> tuple[engine.PlainBaseline, ...]:
    newest = PlainBaseline.objects.filter(initiative=initiative).order_by("metric", "-id").distinct("metric")
    return tuple(engine.PlainBaseline(each.metric, each.value, each.n, each.note) for each in newest)


def _current_datasets(initiative: Initiative, candidate: engine.Candidate | None) -> tuple[engine.DatasetFact, ...]:
    """Return the newest known version of each dataset that the candidate's run used."""
    names = {each.name for each in candidate.run.datasets} if candidate else set()
    used_here = RunDataset.objects.filter(dataset=OuterRef("pk"), run__links__initiative=initiative)
    newest = (
        DatasetVersion.objects.filter(workspace=initiative.workspace, name__in=sorted(names))
        .filter(Q(initiative=initiative) | (Q(initiative__isnull=True) & Exists(used_here)))
        .order_by("name", "-recorded_at", "-id")
        .distinct("name")
    )
    return tuple(engine.DatasetFact(each.name, each.digest, each.labels_digest) for each in newest)


def _history(initiative: Initiative, now: datetime) -> tuple[engine.ProgressPoint, ...]:
    points = (
        ReadinessSnapshot.objects.filter(initiative=initiative, at__lt=now, share__isnull=False)
        .order_by("-at", "-id")
        .values_list("at", "share")[:HISTORY]
    )
    return tuple(engine.ProgressPoint(at, share or 0.0) for at, share in reversed(points))


def _about_targets(targets: Sequence[Target]) -> list[str]:
    waiting = [
        f"A change of the target on {_name(each)} waits for approval: "
        + ("withdraw it" if each.withdraws else expectation(target_facts(each)))
        for each in targets
        if each.state == TargetState.PROPOSED
    ]
    own = [
        f"The target {expectation(target_facts(each))} was approved by the one who proposed it"
        for each in targets
        if each.state == TargetState.ACTIVE and each.self_approved
    ]
    return waiting + own


def _about_goals(goals: Sequence[Goal]) -> list[str]:
    waiting = [
        f"A change of the goal of {g.kpi.name} waits for approval" for g in goals if g.state == GoalState.PROPOSED
    ]
    own = [
        f"The goal of {goal.kpi.name} was approved by the one who proposed it"
        for goal in goals
        if goal.state == GoalState.ACTIVE and goal.self_approved
    ]
    return waiting + own


def _name(target: Target) -> str:
    return f"{target.metric} on {target.slice}" if target.slice else target.metric

"""Everything that one judgement needs, gathered in a fixed number of queries whatever the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from kpis.scoring import inputs as engine
from kpis.scoring.scorecard import Scorecard
from kpis.scoring.targets import Criticality
from kpis.selectors.candidate_data import beside
from kpis.selectors.candidate_evaluation import evaluations_asked, measured
from kpis.selectors.candidates import Asked, choose, find_candidate, production_facts, run_of
from kpis.selectors.grounds import grounds_of
from kpis.selectors.run_facts import run_facts
from projects.models import Initiative


def gather_inputs(initiative: Initiative, *, now: datetime, candidate: Asked | None = None) -> engine.JudgementInputs:
    """Return the inputs of one judgement, as `gather` does."""
    return gather(initiative, now=now, candidate=candidate).inputs


@dataclass(frozen=True, slots=True)
class Gathered:
    """The inputs of one judgement, the scorecard that judges them, and the moment at which they were read."""

    inputs: engine.JudgementInputs
    policy: Scorecard
    now: datetime


def gather(initiative: Initiative, *, now: datetime | None = None, candidate: Asked | None = None) -> Gathered:
    """Return all that one judgement rests on, as of now by the database's clock where no moment is given.

    `candidate` None means the initiative's own choice. The initiative comes with its workspace and owner loaded.
    A fixed number of queries.
    """
    grounds = grounds_of(initiative, now)
    live, level = grounds.live, cast("Criticality", initiative.criticality)
    found = find_candidate(initiative, candidate, grounds.targets, grounds.aliases)
    asked = evaluations_asked(initiative, candidate, found, grounds)
    runs = {*found.run_ids, run_of(live) or 0, *(each.run_id or 0 for each in asked)}
    facts = run_facts(initiative, runs, grounds.aliases)
    chosen = choose(found, facts, grounds.targets, level, live)
    judged = measured(initiative, chosen, asked, facts, grounds)
    current, reruns = beside(initiative, judged.candidate, grounds.aliases)
    inputs = engine.JudgementInputs(
        initiative=_initiative(initiative),
        candidate=judged.candidate,
        targets=grounds.targets,
        baselines=grounds.baselines,
        production=production_facts(live, facts),
        production_evaluation=judged.production,
        pairs=judged.pairs,
        current_datasets=current,
        reruns=reruns,
        contributions=grounds.contributions,
        attestations=grounds.attestations,
        waivers=grounds.waivers,
        bound=grounds.bound,
        history=grounds.history,
        proposals=grounds.proposals,
        bars=grounds.bars,
        labels=grounds.labels,
        forecast=grounds.forecast,
        tasks=grounds.tasks,
        releases=grounds.releases,
        rollback=grounds.rollback,
        observed=grounds.observed,
    )
    return Gathered(inputs, grounds.policy, grounds.now)


def _initiative(initiative: Initiative) -> engine.InitiativeFacts:
    level: Any = initiative.criticality
    return engine.InitiativeFacts(
        key=initiative.key,
        stage=initiative.stage,
        state=initiative.state,
        criticality=level,
        target_date=initiative.target_date,
        zone=initiative.workspace.zone,
        created_at=initiative.created_at,
        owner=str(initiative.owner or ""),
    )

"""What measures a candidate: its own evaluation, production's on the same data, and both on the same cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from kpis.scoring.best_evaluation import best_evaluation
from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.inputs import Candidate, EvaluationFacts, RunFacts
from kpis.selectors.candidates import NO_RUN, SHORTEST_COMMIT, WHOLE_COMMIT, Asked, Found
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.grounds import EvaluationRow, Grounds, Live
from projects.models import Evaluation, Initiative
from projects.models.evaluations import Purpose
from projects.models.initiatives import CandidateRule
from projects.selectors.evaluations import tallies_of

MEASURING = (Purpose.TEST, Purpose.VALIDATION)
TOGETHER = """
SELECT
    (SELECT counts::json FROM projects_pairing
        WHERE champion_id = %(production)s AND challenger_id = %(candidate)s),
    (SELECT counts::json FROM projects_pairing
        WHERE champion_id = %(candidate)s AND challenger_id = %(production)s),
    (SELECT count(DISTINCT candidate_id) FROM kpis_gatedecision
        WHERE initiative_id = %(initiative)s AND test_set = %(test_set)s AND test_set <> ''
            AND candidate_id <> %(asked)s)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """The candidate with its evaluation, and what it is compared with; see `JudgementInputs`."""

    candidate: Candidate | None
    production: EvaluationFacts | None = None
    pairs: Mapping[str, Pairs] | None = None


def evaluations_asked(
    initiative: Initiative, asked: Asked | None, found: Found, grounds: Grounds
) -> tuple[EvaluationRow, ...]:
    """Return the evaluations among which the candidate is, newest first; none where a run or version is it.

    No query for the initiative's rule, one at most for a gate that names an evaluation, or a commit without a run.
    """
    nothing = not found.run_ids and found.version is None
    if asked is None:
        tests = tuple(each for each in grounds.evaluations if each.is_test) or grounds.evaluations
        if initiative.candidate_rule == CandidateRule.EVALUATION:
            return tests
        return tests[:1] if nothing else ()
    if asked.evaluation:
        named = initiative.evaluations.filter(Q(public_id=asked.evaluation) | Q(external_id=asked.evaluation))
        return _rows(named.order_by(_first(public_id=asked.evaluation)))
    if nothing and asked.commit and not asked.model_version and grounds.evaluations:
        short = SHORTEST_COMMIT <= len(asked.commit) < WHOLE_COMMIT
        same = Q(commit__startswith=asked.commit) if short else Q(commit=asked.commit)
        return _rows(_measuring(initiative).filter(same).order_by(_first(purpose=Purpose.TEST), "-at", "-id"))
    return ()


def measured(
    initiative: Initiative,
    chosen: Candidate | None,
    asked: Sequence[EvaluationRow],
    runs: Mapping[int, RunFacts],
    grounds: Grounds,
) -> Measured:
    """Return the candidate with what measures it, in three queries; none while there is no evaluation.

    `asked` is what `evaluations_asked` found, `runs` are the facts of runs by row id.
    """
    wanted = _wanted(initiative, chosen, asked, grounds)
    found = [] if wanted is None else _found(initiative, wanted, grounds.live)
    tallies = tallies_of([row for row, _ in found]) if found else {}
    facts = {row.pk: evaluation_facts(initiative, row, tallies[row.pk]) for row, _ in found}
    level: Any = initiative.criticality
    best = best_evaluation([facts[row.pk] for row, is_ours in found if is_ours], grounds.targets, level)
    if best is None:
        return Measured(chosen)
    mine = next(row for row, _ in found if facts[row.pk] is best)
    live = _of_live([row for row, _ in found], grounds.live, mine)
    candidate = _candidate(chosen, best, mine, runs, grounds.live)
    pairs, answers = _stored(initiative, candidate.id, mine, live)
    candidate = replace(candidate, evaluation=replace(best, answers_given=answers))
    return Measured(candidate, None if live is None else facts[live.pk], pairs)


def _found(initiative: Initiative, wanted: QuerySet[Evaluation], live: Live | None) -> list[tuple[Evaluation, bool]]:
    """Return the wanted evaluations and those of what is live, newest first, each with whether it is wanted."""
    standing = _in_production(initiative, live, wanted)
    ids = wanted.values("pk") if standing is None else wanted.values("pk").union(standing.values("pk"))
    is_ours = Case(When(pk__in=wanted.values("pk"), then=True), default=False, output_field=BooleanField())
    rows = Evaluation.objects.filter(pk__in=ids).select_related("dataset").annotate(is_ours=is_ours)
    return [(row, bool(row.is_ours)) for row in rows.order_by("-at", "-id")]


def _wanted(
    initiative: Initiative, chosen: Candidate | None, asked: Sequence[EvaluationRow], grounds: Grounds
) -> QuerySet[Evaluation] | None:
    """Return the evaluations that may measure the candidate: those asked for, else its own best one."""
    if asked:
        return initiative.evaluations.filter(pk__in=[each.id for each in asked])
    if chosen is None or not grounds.evaluations:
        return None
    about = Q(run__public_id=chosen.run.id) if chosen.run.id else Q(pk__in=())
    if chosen.kind == "model_version":
        about = Q(model_version__public_id=chosen.id) | (about & Q(model_version=None))
    digests = [each.dataset_digest for each in grounds.targets if each.dataset_digest]
    wished = [_first(dataset__digest__in=digests)] if digests else []
    return _measuring(initiative).filter(about).order_by(*wished, _first(purpose=Purpose.TEST), "-at", "-id")[:1]


def _measuring(initiative: Initiative) -> QuerySet[Evaluation]:
    return initiative.evaluations.filter(purpose__in=MEASURING)


def _in_production(
    initiative: Initiative, live: Live | None, wanted: QuerySet[Evaluation]
) -> QuerySet[Evaluation] | None:
    """Return the newest evaluation of what is live on each of the wanted ones' dataset versions."""
    if live is None:
        return None
    found = Evaluation.objects.filter(
        _about_live(live), initiative=initiative, purpose__in=MEASURING, dataset__in=wanted.values("dataset")
    )
    return found.order_by("dataset", _first(purpose=Purpose.TEST), "-at", "-id").distinct("dataset")


def _about_live(live: Live) -> Q:
    about = Q(run__in=[each for each in (live.run_id, live.version_run_id) if each])
    return about | Q(model_version=live.model_version_id) if live.model_version_id else about


def _is_live(each: Evaluation, live: Live | None) -> bool:
    if live is None:
        return False
    runs = {live.run_id, live.version_run_id} - {None}
    return each.run_id in runs or (live.model_version_id is not None and each.model_version_id == live.model_version_id)


def _of_live(found: Sequence[Evaluation], live: Live | None, mine: Evaluation) -> Evaluation | None:
    """Return what is live on the candidate's own data, test data first, then the newest."""
    same = [each for each in found if each.dataset_id == mine.dataset_id is not None and each.pk != mine.pk]
    standing = [each for each in same if _is_live(each, live)]
    return min(standing, key=lambda each: each.purpose != Purpose.TEST, default=None)


def _candidate(
    chosen: Candidate | None,
    facts: EvaluationFacts,
    row: Evaluation,
    runs: Mapping[int, RunFacts],
    live: Live | None,
) -> Candidate:
    run = runs.get(row.run_id or 0) or _as_run(facts)
    if chosen is None:
        return Candidate("evaluation", facts.id, facts.label, run, facts.url, _is_live(row, live), facts)
    return replace(chosen, run=_as_run(facts) if chosen.run is NO_RUN else chosen.run, evaluation=facts)


def _as_run(facts: EvaluationFacts) -> RunFacts:
    """Return a run that says when an evaluation was made, on which data and commit, and nothing else."""
    data = () if facts.dataset is None else (facts.dataset,)
    return RunFacts("", facts.label, datasets=data, commit=facts.commit, ended_at=facts.at, url=facts.url)


def _stored(
    initiative: Initiative, asked: str, mine: Evaluation, live: Evaluation | None
) -> tuple[Mapping[str, Pairs] | None, int]:
    """Return both on the same cases, where that is known, and for how many other candidates gates have answered."""
    ids: dict[str, Any] = {
        "initiative": initiative.pk,
        "asked": asked,
        "candidate": mine.pk,
        "production": live.pk if live else None,
    }
    test_set = mine.dataset.public_id if mine.dataset else ""
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER, {**ids, "test_set": test_set})
        ahead, behind, answers = cursor.fetchone() or (None, None, 0)
    if ahead is not None:
        return {part: Pairs(*counts) for part, counts in ahead.items()}, answers
    if behind is not None:
        swapped = {part: Pairs(both, ours, theirs, neither) for part, (both, theirs, ours, neither) in behind.items()}
        return swapped, answers
    return None, answers


def _rows(found: QuerySet[Evaluation]) -> tuple[EvaluationRow, ...]:
    return tuple(EvaluationRow(*each) for each in found.values_list("pk", "run_id")[:1])


def _first(**condition: object) -> Case:
    """Return an order that puts the rows first for which this holds."""
    return Case(When(**condition, then=Value(0)), default=Value(1))

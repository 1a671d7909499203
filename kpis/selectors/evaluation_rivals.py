"""An evaluation against another one: what its page and its endpoint show, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import Http404

from kpis.scoring.evaluations.carrying import Carried, carried
from kpis.scoring.evaluations.components import Row, matrix
from kpis.scoring.evaluations.operating import operate
from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.evaluations.rival_document import comparison_answer, components_answer, words_answer
from kpis.scoring.evaluations.rivals import Comparison, Side, compare
from kpis.scoring.fingerprints import current_fingerprints
from kpis.scoring.inputs import Candidate, EvaluationFacts, RunFacts
from kpis.scoring.wording import figure
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.grounds import Grounds, grounds_of
from kpis.selectors.made_of import Deployed, deployed, made, made_of_production, of_production
from projects.models import Evaluation, Initiative
from projects.progress.evaluations.tally import Tally
from projects.selectors.evaluations import evaluations_of, tallies_of
from projects.selectors.pairings import pairing_of

MOST_OFFERED = 50
MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Offered:
    """An evaluation that this one can be held against."""

    evaluation: Evaluation
    in_production: bool
    same_data: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Rivalry:
    """An evaluation (the challenger) against another (the champion), which is None where there is no other.

    `components` has production on top and then the two and the newest others; `words` is what becomes of people's
    words with the challenger.
    """

    evaluation: Evaluation
    other: Evaluation | None
    comparison: Comparison | None
    offered: tuple[Offered, ...]
    components: tuple[Row, ...]
    words: tuple[Carried, ...]
    version_live: str


def rivalry(initiative: Initiative, evaluation: Evaluation, wanted: str, now: datetime) -> Rivalry:
    """Return an evaluation against the one `wanted` names, else production's newest or the newest on the same data.

    Six queries, eight where a KPI is tied or `wanted` is an old one, whatever the history. Raises Http404 where
    `wanted` names none of the initiative's others.
    """
    grounds, known = grounds_of(initiative, now), deployed(initiative)
    others = list(
        evaluations_of(initiative)
        .exclude(pk=evaluation.pk)
        .select_related(None)
        .select_related("run", "model_version__run", "dataset")[:MOST_OFFERED]
    )
    live = _best_of_production(initiative, evaluation, known)
    other = _other(initiative, evaluation, wanted, others, live)
    needed = {each.pk: each for each in (evaluation, other, live) if each is not None}
    tallies = tallies_of(list(needed.values()))
    sides = {pk: _side(initiative, each, tallies[pk], grounds, known) for pk, each in needed.items()}
    comparison = None
    if other is not None:
        comparison = compare(sides[other.pk], sides[evaluation.pk], _pairs(other, evaluation), now)
    offered = [live, *others] if live is not None and live.pk != evaluation.pk else others
    return Rivalry(
        evaluation,
        other,
        comparison,
        tuple(_offer(each, evaluation, other, known) for each in _distinct([other, *offered])),
        _components(initiative, [evaluation, other, *others], live, sides, known),
        carried(
            grounds.attestations,
            grounds.policy,
            grounds.bound,
            _fingerprints(sides[evaluation.pk], evaluation, grounds),
            now,
        ),
        known.live.version if known.live else "",
    )


def _best_of_production(initiative: Initiative, evaluation: Evaluation, known: Deployed) -> Evaluation | None:
    """Return production's newest evaluation, one on the same dataset version before others; None without any."""
    same = When(Q(dataset__isnull=False, dataset=evaluation.dataset_id), then=Value(0))
    found = of_production(initiative, known.live)
    return found.order_by(Case(same, default=Value(1), output_field=IntegerField()), "-at", "-id").first()


def _other(
    initiative: Initiative, evaluation: Evaluation, wanted: str, others: Sequence[Evaluation], live: Evaluation | None
) -> Evaluation | None:
    if wanted:
        offered = (each for each in (*others, *([live] if live else [])) if each.public_id == wanted)
        found = next(offered, None) or evaluations_of(initiative).filter(public_id=wanted).first()
        if found is None or found.pk == evaluation.pk:
            raise Http404("No such other evaluation in this initiative.")
        return found
    if live is not None and live.pk != evaluation.pk and _same_data(live, evaluation):
        return live
    alike = (each for each in others if _same_data(each, evaluation))
    return next(alike, others[0] if others else None)


def _side(initiative: Initiative, evaluation: Evaluation, tally: Tally, grounds: Grounds, known: Deployed) -> Side:
    facts = evaluation_facts(initiative, evaluation, tally)
    return Side(facts, operate(facts, grounds.targets), evaluation.cases_until, known.runs(evaluation))


def _pairs(champion: Evaluation, challenger: Evaluation) -> Mapping[str, Pairs] | None:
    """Return how the two did on their common cases, by part; None when they were not paired."""
    counted = pairing_of(champion, challenger)
    return None if counted is None else {name: Pairs(*counts) for name, counts in counted.items()}


def _same_data(one: Evaluation, two: Evaluation) -> bool:
    return one.dataset_id is not None and one.dataset_id == two.dataset_id


def _offer(each: Evaluation, evaluation: Evaluation, other: Evaluation | None, known: Deployed) -> Offered:
    chosen = other is not None and each.pk == other.pk
    return Offered(each, known.runs(each), _same_data(each, evaluation), chosen)


def _distinct(found: Sequence[Evaluation | None]) -> list[Evaluation]:
    return list({each.pk: each for each in found if each is not None}.values())


def _components(
    initiative: Initiative,
    shown: Sequence[Evaluation | None],
    live: Evaluation | None,
    sides: Mapping[int, Side],
    known: Deployed,
) -> tuple[Row, ...]:
    def threshold(each: Evaluation) -> float | None:
        return sides[each.pk].operating.point.threshold if each.pk in sides else None

    rows = [made(initiative, each, known, threshold(each)) for each in _distinct(shown)[:MOST_ROWS]]
    if known.live is None:
        return matrix(None, rows)
    measured = None if live is None else made(initiative, live, known, threshold(live))
    return matrix(made_of_production(initiative, known.live, measured), rows)


def _fingerprints(side: Side, evaluation: Evaluation, grounds: Grounds) -> Mapping[str, str]:
    """Return what people's words are held against, were the verdict about this evaluation."""
    facts: EvaluationFacts = side.facts
    about = evaluation.model_version or evaluation.run or evaluation
    run = RunFacts(
        id=evaluation.run.public_id if evaluation.run else "",
        tags={"threshold": figure(side.operating.point.threshold)},
        datasets=() if facts.dataset is None else (facts.dataset,),
        commit=facts.commit or (evaluation.run.commit if evaluation.run else ""),
    )
    candidate = Candidate("evaluation", about.public_id, facts.label, run, evaluation=facts)
    return current_fingerprints(candidate, grounds.policy.version)


def rivalry_answer(found: Rivalry) -> dict[str, Any]:
    """Return it as the API shows it."""
    return {
        "comparison": comparison_answer(found.comparison) if found.comparison else None,
        "components": components_answer(found.components),
        "words": words_answer(found.words),
    }

"""What an initiative did and cost, and what initiatives did to a KPI: every number already in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, Sum

from kpis.models import KPI, Contribution, ContributionResult, ExperimentResult, InitiativeCost, ValueDecision
from kpis.models.realised import Method
from kpis.scoring.kpi_words import short_unit
from kpis.scoring.realised.words import (
    Standing,
    claims_sentence,
    cost_words,
    effect_words,
    interval_words,
    sentence,
    standing_of,
)
from kpis.selectors.realised import claims_on, newest_results, results_on
from mltrack.cells import Cell
from mltrack.drawing.effect import EffectDrawing, draw_effect
from mltrack.formats import number
from projects.models import Initiative

SHOWN: Final = 50
COLUMNS: Final = (
    *("kpi", "unit", "method", "grade", "since", "first", "last", "segment", "control_kpi", "control_segment"),
    *("effect", "low", "high", "n_before", "n_after", "problem", "placebo_share", "as_of", "id", "digest", "note"),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What an initiative cost so far: money, people-weeks, and how many entries say no money."""

    money: float
    weeks: float
    unpriced: int
    currency: str

    @property
    def words(self) -> str:
        """The sum in words, "" where nothing is known."""
        parts = [f"{number(self.money)} {self.currency}".strip()] if self.money else []
        parts += [f"{number(self.weeks)} people-weeks"] if self.weeks else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result in words and as a drawing; `expected` is what was expected in the KPI's unit, "" without it."""

    result: ContributionResult
    standing: Standing
    says: str
    moved: str
    interval: str
    expected: str
    drawing: EffectDrawing
    label: str
    counted: str
    per_cost: str = ""
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Did:
    """A tie with its newest result, None before anybody asked; `answers` counts all that were kept."""

    tie: Contribution
    expected: str
    view: ResultView | None
    answers: int


@dataclass(frozen=True, slots=True)
class Realised:
    """What an initiative did, KPI by KPI, what it cost, and what was decided, the newest first."""

    rows: tuple[Did, ...]
    spent: Spent
    decisions: tuple[ValueDecision, ...]


@dataclass(frozen=True, slots=True)
class DidToKpi:
    """The newest result of each initiative on a KPI, and how all together compare with what the KPI did."""

    views: tuple[ResultView, ...]
    claims: str
    too_much: bool


def realised_of(initiative: Initiative, ties: tuple[Contribution, ...]) -> Realised:
    """Return what came of an initiative's ties, in four queries."""
    newest, spent = newest_results(initiative), spent_on(initiative)
    counted = ContributionResult.objects.filter(initiative=initiative).values_list("kpi_id")
    answers: dict[int, int] = dict(counted.annotate(n=Count("id")).order_by())
    decisions = ValueDecision.objects.filter(initiative=initiative).select_related("author").order_by("-id")
    rows = []
    for tie in ties:
        result = newest.get(tie.kpi_id)
        view = None if result is None else view_of(result, tie.kpi, tie.expected, spent)
        words = effect_words(tie.expected, short_unit(tie.kpi.unit))
        rows.append(Did(tie, words, view, answers.get(tie.kpi_id, 0)))
    return Realised(tuple(rows), spent, tuple(decisions[:SHOWN]))


def spent_on(initiative: Initiative) -> Spent:
    """Return the sums of an initiative's costs; one query."""
    found = InitiativeCost.objects.filter(initiative=initiative).aggregate(
        money=Sum("amount"), weeks=Sum("weeks"), unpriced=Count("id", filter=Q(amount__isnull=True))
    )
    return Spent(found["money"] or 0.0, found["weeks"] or 0.0, found["unpriced"], initiative.workspace.currency)


def did_to(kpi: KPI, now: datetime) -> DidToKpi:
    """Return what initiatives did to a KPI, in one query, two where there are effects."""
    results = results_on(kpi)
    claims = claims_on(kpi, results, now)
    views = tuple(view_of(each, kpi, None) for each in results)
    words = claims_sentence(claims, short_unit(kpi.unit)) if results else ""
    return DidToKpi(views, words, claims.claim_too_much or claims.explain_too_much)


def view_of(result: ContributionResult, kpi: KPI, expected: float | None, spent: Spent | None = None) -> ResultView:
    """Return a result in words; no query."""
    unit, document = short_unit(kpi.unit), result.document
    numbers = (result.effect, result.low, result.high)
    standing = standing_of(result.grade, *numbers, kpi.direction, document)
    tried = [each["effect"] for each in document["placebos"]["effects"]]
    moved, interval = effect_words(result.effect, unit), interval_words(result.low, result.high, unit)
    label = _label(moved, interval, document["placebos"], effect_words(expected, unit))
    return ResultView(
        result=result,
        standing=standing,
        says=sentence(standing, *numbers, unit),
        moved=moved,
        interval=interval,
        expected=effect_words(expected, unit),
        drawing=draw_effect(*numbers, expected, tried),
        label=label,
        counted=_counted(result),
        per_cost=_per_cost(result, unit, spent),
        parts=tuple(_parts(document, unit)),
    )


def result_rows(initiative: Initiative) -> Iterator[tuple[Cell, ...]]:
    """Yield every kept result as a row, the oldest first, streamed; one query."""
    yield COLUMNS
    ours = ContributionResult.objects.filter(initiative=initiative).select_related("kpi", "control_kpi").order_by("id")
    for each in ours.iterator(500):
        control = each.control_kpi.key if each.control_kpi else ""
        share = each.document["placebos"]["share"]
        yield (
            *(each.kpi.key, each.kpi.unit, each.method, each.grade, each.since, each.first, each.last),
            *(each.segment, control, each.control_segment, each.effect, each.low, each.high),
            *(each.n_before, each.n_after, each.problem, share, each.as_of, each.public_id, each.digest, each.note),
        )


def experiments_on(initiative: Initiative, kpi: KPI) -> list[ExperimentResult]:
    """Return the initiative's experiments on a KPI, the newest first; one query."""
    return list(ExperimentResult.objects.filter(initiative=initiative, kpi=kpi).order_by("-id")[:200])


def costs_of(initiative: Initiative) -> list[InitiativeCost]:
    """Return what was noted of an initiative's costs, the newest period first; one query."""
    ours = InitiativeCost.objects.filter(initiative=initiative).select_related("author")
    return list(ours.order_by("-starts_on", "-id")[:500])


def earlier_answers(initiative: Initiative, kpi: KPI) -> list[ContributionResult]:
    """Return what was answered of an initiative and a KPI, the newest first; one query."""
    ours = ContributionResult.objects.filter(initiative=initiative, kpi=kpi).select_related("author", "kpi")
    return list(ours.order_by("-id")[:SHOWN])


def _label(moved: str, interval: str, placebos: Mapping[str, Any], expected: str) -> str:
    parts = [f"effect {moved}" if moved else "no effect"]
    parts += [f"interval {interval}"] if interval else []
    parts += [f"expected {expected}"] if expected else []
    tried = len(placebos["effects"])
    parts += [f"{placebos['as_large']} of {tried} dates where nothing happened show as much"] if tried else []
    return ", ".join(parts)


def _counted(result: ContributionResult) -> str:
    if result.method == Method.CLAIM or not result.n_after:
        return ""
    if result.method == Method.EXPERIMENT:
        return f"{result.n_after:,} cases with it, {result.n_before:,} without"
    return f"{result.n_before} periods before, {result.n_after} after"


def _per_cost(result: ContributionResult, unit: str, spent: Spent | None) -> str:
    if spent is None or not spent.money or result.effect is None or result.low is None or result.high is None:
        return ""
    words = cost_words(result.effect, result.low, result.high, spent.money, spent.currency, unit)
    return f"{words} ({spent.unpriced} costs without an amount are not in it)" if spent.unpriced else words


def _parts(document: Mapping[str, Any], unit: str) -> Iterator[tuple[str, str]]:
    """Yield the further estimates of an interrupted time series, by name and in words."""
    for name, key in (("Jump at the change", "level"), ("Change of the trend, a period", "slope")):
        found = document[key]
        if found:
            yield name, f"{effect_words(found['value'], unit)} ({interval_words(found['low'], found['high'], unit)})"
    factor = document["factor"]
    if factor:
        yield "As a factor", f"× {factor['value']:.3g} ({factor['low']:.3g} … {factor['high']:.3g})"

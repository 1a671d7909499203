"""From a question about a KPI and a change to an answer with its evidence, or to why there is none. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Final, Literal

import numpy as np

from kpis.scoring.realised import assumptions as says
from kpis.scoring.realised.counts import are_counts, count_fit
from kpis.scoring.realised.experiments import Arm, experiment_effect
from kpis.scoring.realised.methods import (
    Measured,
    before_after,
    difference_in_differences,
    interrupted,
    level_difference,
)
from kpis.scoring.realised.placebos import Placebos, placebos_of
from kpis.scoring.realised.regression import Estimate
from kpis.scoring.realised.series import NotCredible, Series, part

HistoryMethod = Literal["did", "its", "before_after"]
CONTROLLED: Final = "it needs a control: a segment or a KPI that the change did not reach"
CLOSE_BY: Final = "Not only this changed: {count} in the window."


@dataclass(frozen=True, slots=True)
class Release:
    """Another arrival in production within the window: which day, of which initiative, which version."""

    day: date
    initiative: str
    version: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: by which method, of which periods (with those of a control), changed on which day.

    `period` is the KPI's. Releases are those of other versions and initiatives in the window.
    """

    method: HistoryMethod
    series: Series
    since: date
    period: str
    control: Series | None = None
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An effect with its grade and evidence. Without an effect `problem` says why there is no credible one.

    `level`, `slope` and `factor` belong to interrupted time series: the jump, the change of the trend per period, and
    for counts the step as a factor. `season` is what was taken out.
    """

    grade: str
    effect: Estimate | None = None
    n_before: int = 0
    n_after: int = 0
    level: Estimate | None = None
    slope: Estimate | None = None
    factor: Estimate | None = None
    season: str = ""
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    placebos: Placebos = field(default_factory=Placebos)
    releases: tuple[Release, ...] = ()
    problem: str = ""


def answer_history(question: Question) -> Answer:
    """Return what a KPI's own history says of a change."""
    grade = _grade(question)
    series = question.series if question.control is None else question.series.less(question.control)
    try:
        if question.method == "did" and question.control is None:
            raise NotCredible(CONTROLLED)
        found = _measured(question, series)
        answer = Answer(grade, found.effect, found.n_before, found.n_after, found.level, found.slope)
    except NotCredible as why:
        return Answer(grade, releases=question.releases, problem=str(why))
    placebos = _placebos(question, series)
    return replace(
        answer,
        factor=_factor(question, series),
        season=found.season,
        assumptions=(*_assumptions(question, found), says.CAUSAL),
        warnings=_warnings(question, placebos),
        placebos=placebos,
        releases=question.releases,
    )


def answer_experiment(kind: str, treated: Arm, control: Arm, scale: float, releases: tuple[Release, ...]) -> Answer:
    """Return what an experiment says; its cases are counted in place of periods: control before, treated after."""
    try:
        effect = experiment_effect(kind, treated, control, scale)
    except NotCredible as why:
        return Answer("A", releases=releases, problem=str(why))
    words = (*says.EXPERIMENT, says.CAUSAL)
    return Answer("A", effect, control.n, treated.n, assumptions=words, releases=releases)


def answer_claim(effect: float, releases: tuple[Release, ...]) -> Answer:
    """Return a claim as an answer: a number without an interval."""
    at = Estimate(effect, effect, effect)
    return Answer("E", at, assumptions=says.CLAIM, warnings=(says.CLAIM_WARNING,), releases=releases)


def _grade(question: Question) -> str:
    if question.method == "before_after":
        return "D"
    return "B" if question.method == "did" or question.control is not None else "C"


def _measured(question: Question, series: Series) -> Measured:
    if question.method == "its":
        return interrupted(series, question.since, question.period)
    if question.method == "did":
        return difference_in_differences(series, question.since)
    return before_after(series, question.since)


def _placebos(question: Question, series: Series) -> Placebos:
    plain = {"did": level_difference, "before_after": before_after}
    method = plain.get(question.method, partial(interrupted, period=question.period))
    return placebos_of(method, series, question.since, {each.day for each in question.releases})


def _assumptions(question: Question, found: Measured) -> tuple[str, ...]:
    if question.method == "its":
        return says.trend_says(found, question.period, beside=question.control is not None)
    return says.difference_says(found) if question.method == "did" else says.PLAIN


def _warnings(question: Question, placebos: Placebos) -> tuple[str, ...]:
    found = [says.PLAIN_WARNING] if question.method == "before_after" else []
    if placebos.doubtful:
        found.append(
            f"At {placebos.as_large} of {len(placebos.effects)} dates where nothing happened the same method finds as "
            "much: this may be chance."
        )
    elif placebos.share is None:
        found.append(f"Only {len(placebos.effects)} dates where nothing happened could be tried: too few to compare.")
    if question.releases:
        many = len(question.releases)
        found.append(CLOSE_BY.format(count=f"{many} other release" + ("s" if many > 1 else "")))
    return tuple(found)


def _factor(question: Question, series: Series) -> Estimate | None:
    """Return the step of counts as a factor, per day of a period; None for what is no count or fits none."""
    if question.method != "its" or question.control is not None:
        return None
    parted = part(series, question.since)
    if not are_counts(parted.values):
        return None
    days = np.array([_days(series, int(place)) for place in parted.places], dtype=np.float64)
    try:
        return count_fit(parted, days, question.period).ratio(2)
    except NotCredible:
        return None


def _days(series: Series, place: int) -> int:
    """Return the length of a period in days; the last one's is that of the one before it."""
    starts = series.starts
    if place + 1 < len(starts):
        return (starts[place + 1] - starts[place]).days
    return (starts[place] - starts[place - 1]) // timedelta(days=1)

"""What goes into an answer about an initiative and a KPI: periods, a control, other releases, and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Min

from kpis.models import KPI, ContributionResult, ExperimentResult
from kpis.models.realised import Method
from kpis.scoring.realised.answer import Answer, Question, Release, answer_claim, answer_experiment, answer_history
from kpis.scoring.realised.claims import Claims, claims_of
from kpis.scoring.realised.experiments import Arm
from kpis.scoring.realised.series import Series
from kpis.selectors.periods import PeriodValue, ended, period_values, timeline
from projects.models import Deployment, Initiative

PERIODS: Final = 400
MOST_RELEASES: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a KPI: by which method, changed on which day, in which window, beside which control.

    `control` is None without a control, and may be the KPI itself, of another segment. `experiment` belongs to that
    method alone, `effect` to a claim.
    """

    method: str
    since: date
    first: date | None = None
    last: date | None = None
    segment: str = ""
    control: KPI | None = None
    control_segment: str = ""
    experiment: ExperimentResult | None = None
    effect: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, and the digest of every number that went into it."""

    answer: Answer
    digest: str


def live_since(initiative: Initiative, zone: str) -> date | None:
    """Return the day on which the initiative first arrived in production, in a zone; one query."""
    live = Deployment.objects.filter(initiative=initiative, environment="production", state="live")
    at = live.aggregate(at=Min("at"))["at"]
    return None if at is None else at.astimezone(ZoneInfo(zone)).date()


def answer_to(initiative: Initiative, kpi: KPI, asked: Asked, now: datetime) -> Found:
    """Return the answer, in one query for the releases and one for each of the KPI and its control."""
    if asked.method == Method.EXPERIMENT and asked.experiment is not None:
        return _of_experiment(initiative, kpi, asked.experiment)
    if asked.method == Method.CLAIM:
        releases = _releases(initiative, kpi, asked.since, asked.last or _today(kpi, now), asked.since)
        return Found(answer_claim(asked.effect or 0.0, releases), _digest(asked.method, asked.effect, releases))
    series = _series(kpi, asked.segment, asked, now)
    control = None if asked.control is None else _series(asked.control, asked.control_segment, asked, now)
    ends = (series.starts[0], series.starts[-1]) if series.starts else (asked.since, asked.since)
    releases = _releases(initiative, kpi, *ends, asked.since)
    question = Question(asked.method, series, asked.since, kpi.period, control, releases)  # type: ignore[arg-type]
    return Found(answer_history(question), _digest(question))


def newest_results(initiative: Initiative) -> dict[int, ContributionResult]:
    """Return the newest result of each KPI of an initiative, by the KPI's row id; one query."""
    ours = ContributionResult.objects.filter(initiative=initiative).order_by("kpi_id", "-id").distinct("kpi_id")
    return {each.kpi_id: each for each in ours.select_related("experiment", "control_kpi", "author")}


def results_on(kpi: KPI) -> list[ContributionResult]:
    """Return the newest result of each initiative on a KPI, by the initiative's key; one query."""
    all_ = ContributionResult.objects.filter(kpi=kpi).order_by("initiative_id", "-id").distinct("initiative_id")
    return sorted(all_.select_related("initiative"), key=lambda each: each.initiative.key)


def claims_on(kpi: KPI, results: Sequence[ContributionResult], now: datetime) -> Claims:
    """Hold what initiatives are said to have moved against what the KPI did since the first of them; one query."""
    said = [each for each in results if each.effect is not None]
    if not said:
        return Claims(None, 0.0, 0.0)
    values = ended(kpi, period_values([kpi.pk], PERIODS).get(kpi.pk, []), now)
    own = own_change(values, min(each.since for each in said))
    return claims_of(own, ((each.grade, each.effect or 0.0) for each in said))


def own_change(values: Sequence[PeriodValue], since: date) -> float | None:
    """Return how far the last period is from the last one that began before a day and not on it, None without both."""
    before = [each for each in values if each.start < since]
    after = [each for each in values if each.start >= since]
    return after[-1].value - before[-1].value if before and after else None


def _today(kpi: KPI, now: datetime) -> date:
    return now.astimezone(ZoneInfo(kpi.zone)).date()


def _series(kpi: KPI, segment: str, asked: Asked, now: datetime) -> Series:
    values = ended(kpi, period_values([kpi.pk], PERIODS, segment).get(kpi.pk, []), now)
    steps = timeline(kpi, values, PERIODS)
    found = Series(tuple(start for start, _ in steps), tuple(value for _, value in steps))
    return found.between(asked.first, asked.last)


def _releases(initiative: Initiative, kpi: KPI, first: date, last: date, since: date) -> tuple[Release, ...]:
    """Return arrivals in production from one day to another, but for the change itself; one query.

    Those of the initiative, and of every other one that is to move the KPI.
    """
    zone = ZoneInfo(kpi.zone)
    begin = datetime(first.year, first.month, first.day, tzinfo=zone)
    beyond = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1)
    live = Deployment.objects.filter(environment="production", state="live", at__gte=begin, at__lt=beyond)
    rows = live.filter(initiative__contributions__kpi=kpi).order_by("at", "id")
    found = [
        (Release(at.astimezone(zone).date(), key, version), owner)
        for at, key, version, owner in rows.values_list("at", "initiative__key", "version", "initiative_id")
    ]
    others = [each for each, owner in found if owner != initiative.pk or each.day != since]
    return tuple(others[:MOST_RELEASES])


def _of_experiment(initiative: Initiative, kpi: KPI, found: ExperimentResult) -> Found:
    treated = Arm(found.treated_n, found.treated, found.treated_deviation)
    control = Arm(found.control_n, found.control, found.control_deviation)
    releases = _releases(initiative, kpi, found.starts_on, found.ends_on, found.starts_on)
    answer = answer_experiment(found.outcome, treated, control, found.scale, releases)
    return Found(answer, _digest(found.outcome, asdict(treated), asdict(control), found.scale))


def _digest(*parts: Any) -> str:
    plain = [asdict(each) if isinstance(each, Question) else each for each in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()

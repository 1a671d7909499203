"""What a forecast of readiness rests on, and the forecasts that were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from kpis.models import CheckEstimate, Forecast, LabelStanding, ReadinessSnapshot
from kpis.scoring.forecast.answer import forecast_answer
from kpis.scoring.forecast.blockers import (
    ACCURACY,
    ENOUGH_LABELS,
    Blocker,
    blockers_from,
    gap_of,
    open_checks,
)
from kpis.scoring.forecast.metric_gaps import MetricGap
from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.forecast.what_if import AS_IT_IS, Grounds, OpenTasks, WantedLabels, WhatIf, readiness_forecast
from kpis.scoring.labeling.completion import Left
from kpis.scoring.labeling.summary import LabelingFacts, quotas_of
from kpis.scoring.labeling.training_sizes import METRIC
from kpis.selectors.labeling import facts_of, rows_by_initiative
from kpis.selectors.learning_curve import learning_curve
from kpis.selectors.snapshots import latest_snapshot
from kpis.selectors.task_facts import ABOUT_TASKS
from mltrack.days import day_in
from projects.models import Initiative, TallyKind
from projects.progress.delivery.facts import OPEN
from projects.progress.delivery.throughput import throughput
from projects.progress.labeling.burnup import latest
from projects.progress.labeling.streams import merged_burnup, merged_counts
from projects.selectors.delivery_facts import task_facts

NOT_JUDGED: Final = "it was not judged yet"
NO_FORECAST: Final[Mapping[str, Any]] = {"p50": None, "p85": None, "decided_by": None, "parts": [], "notes": []}
KINDS: Final = (TallyKind.STATE, TallyKind.CLASS, TallyKind.DAY)
OVER: Final = {"paused": "the initiative is paused", "cancelled": "the initiative is cancelled"}


def forecast_grounds(
    initiative: Initiative, blockers: Sequence[Blocker], now: datetime, *, has_labels: bool
) -> Grounds:
    """Return what a forecast of an initiative rests on, given what stands in the way of its readiness.

    That tasks are open is no part of its own: they are one. Three queries, two without tasks. Where something is known
    of labels (`has_labels`) and they or accuracy are in the way it takes four more, and ten more for the learning curve
    of accuracy.
    """
    waiting = {each.check: each for each in blockers}
    if ABOUT_TASKS in waiting and waiting[ABOUT_TASKS].result == "fail":
        del waiting[ABOUT_TASKS]
    estimates = newest_estimates(initiative)
    grounds = Grounds(today_of(initiative, now), _tasks(initiative, now))
    told: LabelingFacts | None = None
    wants = ENOUGH_LABELS in waiting and waiting[ENOUGH_LABELS].result != "missing"
    if has_labels and (wants or (ACCURACY in waiting and waiting[ACCURACY].is_gap and estimates.get(ACCURACY) is None)):
        told = facts_of(initiative, rows_by_initiative([initiative], KINDS)[initiative.pk], now)
        grounds = replace(grounds, labels=_labels(told, is_wanted=wants))
    if grounds.labels is not None and grounds.labels.left is not None:
        del waiting[ENOUGH_LABELS]
    gaps = [gap_of(each, estimates) for each in waiting.values() if each.is_gap]
    if told is not None:
        gaps = [_curved(each, initiative, told, now) for each in gaps]
    checks = open_checks([each for each in waiting.values() if not each.is_gap], estimates)
    return replace(grounds, gaps=tuple(gaps), checks=checks)


def today_of(initiative: Initiative, now: datetime) -> date:
    """Return the day of a moment where an initiative's workspace is."""
    return day_in(initiative.workspace.zone, now)


def newest_of_checks(initiative: Initiative) -> QuerySet[CheckEstimate]:
    """Return the newest estimate of each check, one that was withdrawn too."""
    return CheckEstimate.objects.filter(initiative=initiative).order_by("check_id", "-id").distinct("check_id")


def newest_estimates(initiative: Initiative) -> dict[str, ThreePoint | None]:
    """Return the estimate of each check that counts, None where it was withdrawn."""
    rows = newest_of_checks(initiative).values_list("check_id", "withdrawn_at", "earliest", "likely", "latest")
    return {check: None if withdrawn else ThreePoint(*days) for check, withdrawn, *days in rows}


def latest_forecast(initiative: Initiative) -> Forecast | None:
    """Return the forecast that was kept last."""
    return Forecast.objects.filter(initiative=initiative).order_by("-id").first()


def told_forecast(initiative: Initiative, now: datetime, what_if: WhatIf = AS_IT_IS) -> dict[str, Any]:
    """Return the forecast that stands, or what it would be: `forecast_answer`, or without dates the reason.

    Two queries as it is; otherwise those of `forecast_grounds` and two more. Raises ValidationError({"drop": text}) for
    a gate that there is not.
    """
    judged = latest_snapshot(initiative)
    over = why_none(initiative, judged)
    if judged is None or over:
        return {**NO_FORECAST, "as_of": today_of(initiative, now).isoformat(), "reason": over}
    if what_if != AS_IT_IS:
        return forecast_answer(_otherwise(grounds_of(initiative, judged, now), what_if))
    kept = latest_forecast(initiative)
    if kept is None:
        return {**NO_FORECAST, "as_of": today_of(initiative, now).isoformat(), "reason": NOT_JUDGED}
    return dict(kept.document)


def why_none(initiative: Initiative, judged: ReadinessSnapshot | None) -> str:
    """Return why an initiative is not forecast: ready, not judged, paused, cancelled; empty where it is."""
    if initiative.state in OVER:
        return OVER[initiative.state]
    if judged is None:
        return NOT_JUDGED
    return "it is ready" if judged.verdict == "ready" else ""


def grounds_of(initiative: Initiative, judged: ReadinessSnapshot, now: datetime) -> Grounds:
    """Return what a forecast rests on, given the newest judgement: one query more than `forecast_grounds`."""
    known = LabelStanding.objects.filter(initiative=initiative).exists()
    return forecast_grounds(initiative, blockers_from(judged.document), now, has_labels=known)


def _otherwise(grounds: Grounds, what_if: WhatIf) -> ReadinessForecast:
    gates = {each.gate for each in readiness_forecast(grounds).parts}
    unknown = sorted(what_if.drop - gates)
    if unknown:
        raise ValidationError({"drop": f"There is no part {unknown[0][:80]}: there are {', '.join(sorted(gates))}."})
    return readiness_forecast(grounds, what_if)


def _tasks(initiative: Initiative, now: datetime) -> OpenTasks | None:
    facts = task_facts(initiative)
    left = sum(each.status in OPEN and each.deleted_at is None for each in facts)
    return OpenTasks(left, throughput(facts, ZoneInfo(initiative.workspace.zone), now)) if facts else None


def _labels(facts: LabelingFacts, *, is_wanted: bool) -> WantedLabels:
    """Return the classes that lack labels, where these are in the way, with the output of the last weeks."""
    counts = merged_counts(facts.streams)
    found = quotas_of(facts, counts)
    labels = sum(counts.per_class.values()) if counts else 0
    prevalence = {name: n / labels for name, n in counts.per_class.items() if n} if counts else {}
    days = latest(merged_burnup(facts.streams).days)
    return WantedLabels(Left(0, found.quotas, prevalence) if is_wanted and found.unmet else None, days)


def _curved(gap: MetricGap, initiative: Initiative, facts: LabelingFacts, now: datetime) -> MetricGap:
    """Return the gap in accuracy with its learning curve, any other as it is."""
    counts = merged_counts(facts.streams)
    if gap.metric != METRIC or gap.estimate is not None or counts is None:
        return gap
    unlabeled = counts.remaining if any(each.has_total for each in facts.streams) else None
    needed = learning_curve(initiative, now).needed
    return replace(gap, needed=needed, labeled=counts.labeled, unlabeled=unlabeled)

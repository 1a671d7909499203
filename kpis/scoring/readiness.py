"""The judgement: from facts and a policy to a verdict with its reasons. Pure: the same inputs give the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kpis.scoring.attested import attested, newest_word, unsaid
from kpis.scoring.cautions import NEAR, of_test_set, warnings_of
from kpis.scoring.fingerprints import current_fingerprints
from kpis.scoring.forecast.standing import ForecastStanding
from kpis.scoring.health import health_of
from kpis.scoring.inputs import JudgementInputs, WaiverFacts
from kpis.scoring.lowered import lowered_bars
from kpis.scoring.measured import MEASURES
from kpis.scoring.measurement import Measurement
from kpis.scoring.results import CheckResult, Health, Readiness, SectionResult, Verdict
from kpis.scoring.scorecard import Check, Scorecard, Section
from kpis.scoring.waiving import in_force, waived
from kpis.scoring.wording import day


def judge(inputs: JudgementInputs, scorecard: Scorecard, now: datetime) -> Readiness:
    """Return the readiness of the inputs' candidate under a scorecard at `now` (aware; naive raises ValueError).

    Ready when every required check passes, is waived or does not apply; not ready when one fails; unknown when
    none fails but one is insufficient, stale or missing, and always without a candidate.
    """
    if now.tzinfo is None:
        raise ValueError("A judgement needs a moment with its time zone.")
    current = current_fingerprints(inputs.candidate, scorecard.version, inputs.targets)
    sections = tuple(_section(section, inputs, current, now) for section in scorecard.sections)
    checks = [check for section in sections for check in section.checks]
    verdict = "unknown" if inputs.candidate is None else verdict_of(checks)
    share = passing_share(checks)
    told = warnings_of(checks, inputs.proposals, now)
    warnings = (*told, *lowered_bars(inputs, checks), *of_test_set(inputs.candidate))
    health = health_of(inputs, verdict, share, warnings, now)
    forecast = shown_forecast(inputs, verdict)
    return Readiness(
        initiative=inputs.initiative,
        candidate=inputs.candidate,
        verdict=verdict,
        health=health,
        score=min((each.score for each in sections if each.score is not None), default=0.0),
        share=share,
        as_of=now,
        policy_version=scorecard.version,
        sections=sections,
        warnings=warnings,
        waivers=_shown_waivers(inputs.waivers, checks, now),
        changes_at=changes_at(checks, health, forecast, now),
        forecast=forecast,
    )


def with_forecast(readiness: Readiness, inputs: JudgementInputs) -> Readiness:
    """Return a judgement with the forecast that rests on it, and what follows: its health, and when it changes."""
    forecast, now = shown_forecast(inputs, readiness.verdict), readiness.as_of
    health = health_of(inputs, readiness.verdict, readiness.share, readiness.warnings, now)
    moment = changes_at(readiness.checks, health, forecast, now)
    return replace(readiness, forecast=forecast, health=health, changes_at=moment)


def shown_forecast(inputs: JudgementInputs, verdict: Verdict) -> ForecastStanding | None:
    """Return the forecast, None where there is nothing to wait for."""
    return None if verdict == "ready" or inputs.initiative.state != "active" else inputs.forecast


def verdict_of(checks: Sequence[CheckResult]) -> Verdict:
    """Return the verdict of checks: that of the weakest required one. Without any required check it is ready."""
    results = {check.result for check in checks if check.required and not check.stands}
    if "fail" in results:
        return "not_ready"
    return "unknown" if results else "ready"


def passing_share(checks: Sequence[CheckResult]) -> float | None:
    """Return the share of applicable required checks that pass or are waived, None when there is none."""
    asked = [check for check in checks if check.required and check.result != "not_applicable"]
    return sum(check.stands for check in asked) / len(asked) if asked else None


def _section(section: Section, inputs: JudgementInputs, current: Mapping[str, str], now: datetime) -> SectionResult:
    level = inputs.initiative.criticality
    asked = [check for check in section.checks if check.required[level] != "off"]
    checks = tuple(judge_check(check, inputs, current, now) for check in asked)
    applicable = [check for check in checks if check.result != "not_applicable"]
    score = sum(check.points for check in applicable) / len(applicable) if applicable else None
    return SectionResult(section.name, verdict_of(checks), score, checks)


def judge_check(check: Check, inputs: JudgementInputs, current: Mapping[str, str], now: datetime) -> CheckResult:
    """Judge one check: by measurement, else by a person's word where it counts, then by its waivers."""
    required = check.required[inputs.initiative.criticality] == "required"
    measured = MEASURES[check.id](inputs) if check.kind == "measured" else None
    if measured is None:
        why, how = unsaid(check, inputs.initiative.criticality), check.how_to_pass
        blank = CheckResult(check, "missing", required, reason=why, what_would_pass=how, evidence_kind="attested")
        result = attested(blank, inputs, current, now)
    else:
        result = _of_measurement(check, required, measured, now)
        if measured.result == "missing" and _has_word(check, inputs, now):
            result = attested(result, inputs, current, now)
    return waived(result, measured, inputs.waivers, now)


def _has_word(check: Check, inputs: JudgementInputs, now: datetime) -> bool:
    return inputs.initiative.criticality in check.attestable_at and newest_word(inputs, check.id, now) is not None


def _of_measurement(check: Check, required: bool, measured: Measurement, now: datetime) -> CheckResult:
    passes = measured.result == "pass"
    result = CheckResult(
        check,
        measured.result,
        required,
        observed=measured.observed,
        expected=measured.expected,
        n=measured.n,
        low=measured.low,
        high=measured.high,
        reason=measured.reason,
        what_would_pass="" if passes else measured.what_would_pass or check.how_to_pass,
        evidence=measured.evidence,
        points=(0.5 if measured.half else 1.0) if passes else 0.0,
        at=measured.at,
        notes=measured.notes,
        value=measured.value,
        aim=measured.aim,
    )
    return _aged(result, measured, now) if passes else result


def _aged(result: CheckResult, measured: Measurement, now: datetime) -> CheckResult:
    """Return a measured pass with the end of its life, or stale when that has come."""
    days, ends = result.check.measured_days, []
    if days is not None and measured.at is not None:
        why = f"{measured.oldest or 'it'} was measured more than {days} days ago, on {day(measured.at)}"
        ends.append((measured.at + timedelta(days=days), why))
    if measured.until is not None:
        ends.append((measured.until, measured.outlived))
    if not ends:
        return result
    end, why = min(ends)
    if end > now:
        return replace(result, expires=end)
    how = measured.what_would_pass or "Measure it again."
    return replace(result, result="stale", points=0.0, reason=why, what_would_pass=how)


def _shown_waivers(
    waivers: Sequence[WaiverFacts], checks: Sequence[CheckResult], now: datetime
) -> tuple[WaiverFacts, ...]:
    """Return the approved waivers in force and the proposed ones; those that opened again are marked so."""
    opened = {check.check.id for check in checks if check.reopened and check.result != "waived"}
    shown = [each for each in waivers if in_force(each, now) or (each.state == "proposed" and each.expires > now)]
    return tuple(
        replace(each, state="reopened") if each.check in opened and each.state == "approved" else each for each in shown
    )


def changes_at(
    checks: Sequence[CheckResult], health: Health, forecast: ForecastStanding | None, now: datetime
) -> datetime | None:
    """Return the next moment at which time alone changes the answer: an expiry, its warning, health, or forecast."""
    moments = [check.expires for check in checks if check.expires is not None]
    moments += [moment - NEAR for moment in moments]
    if forecast is not None:
        moments.append(forecast.ends)
    if health.changes_at is not None:
        moments.append(health.changes_at)
    return min((moment for moment in moments if moment > now), default=None)

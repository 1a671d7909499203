"""Keeping forecasts of readiness and what became of them, and people's estimates. The only writer of both tables."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from kpis.models import CheckEstimate, Forecast
from kpis.scoring.convolution import HORIZON
from kpis.scoring.forecast.answer import forecast_answer
from kpis.scoring.forecast.blockers import blockers_of
from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.forecast.standing import ForecastStanding
from kpis.scoring.forecast.what_if import Grounds, readiness_forecast
from kpis.scoring.results import Readiness
from kpis.selectors.forecasts import forecast_grounds, latest_forecast, today_of
from kpis.selectors.scorecards import policy_of
from kpis.services.affected import note_initiative
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative
from projects.models.initiatives import State

DAYS: Final = ("earliest", "likely", "latest")


def keep_forecast(initiative: Initiative, readiness: Readiness, *, has_labels: bool = False) -> ForecastStanding | None:
    """Make the forecast that rests on a judgement, and keep it where it is not the one that stands already.

    A forecast stands for its day, and one without a date for as long as nothing changes. What is ready or cancelled
    closes the open ones. `has_labels` says that something is known of labels. The caller holds the initiative's row.
    Return its dates, None where there are none.
    """
    today = today_of(initiative, readiness.as_of)
    if readiness.verdict == "ready":
        _close(initiative, reached_on=today)
        return None
    if initiative.state != State.ACTIVE:
        if initiative.state == State.CANCELLED:
            _close(initiative, cancelled_on=today)
        return None
    grounds = forecast_grounds(initiative, blockers_of(readiness), readiness.as_of, has_labels=has_labels)
    digest, kept = digest_of(grounds), latest_forecast(initiative)
    if kept is None or not _stands(kept, digest, initiative.target_date, today):
        kept = _keep(initiative, readiness, readiness_forecast(grounds), digest)
    if kept.p50 is None or kept.p85 is None:
        return None
    return ForecastStanding(kept.as_of, kept.p50, kept.p85, kept.decided_by)


@transaction.atomic
def estimate_check(principal: Principal, initiative: Initiative, **given: Any) -> CheckEstimate:
    """Keep an estimate of when a check will pass; the newest of a check counts.

    `given` holds check, earliest, likely and latest. Raises ValidationError for an unknown check, days that are not in
    order, or a latest day that has passed or is more than four years away.
    """
    fields = Fields(given, ("check", *DAYS))
    check = fields.text("check", 80, required=True)
    if check and policy_of(initiative.workspace).check(check) is None:
        fields.fail("check", "The scorecard has no such check.")
    days = {name: fields.day(name) for name in DAYS}
    for name in (name for name, day in days.items() if day is None):
        fields.fail(name, "A day is needed.")
    earliest, likely, latest = days.values()
    now = timezone.now()
    today = today_of(initiative, now)
    if earliest and likely and likely < earliest:
        fields.fail("likely", "The most likely day is not before the earliest.")
    if likely and latest and latest < likely:
        fields.fail("latest", "The latest day is not before the most likely one.")
    if latest and latest <= today:
        fields.fail("latest", "This day has come already.")
    if latest and (latest - today).days > HORIZON:
        fields.fail("latest", "This is more than four years away.")
    fields.finish()
    made = CheckEstimate.objects.create(
        initiative=initiative, check_id=check, author=principal.user, created_at=now, **days
    )
    told = {name: day.isoformat() for name, day in days.items() if day}
    record_audit(principal, "estimate", "check", initiative.key, after={"check": check, **told})
    note_initiative(initiative, "estimate")
    return made


@transaction.atomic
def withdraw_estimate(principal: Principal, initiative: Initiative, public_id: str) -> CheckEstimate:
    """Take back the estimate of a check that counts, so that none does; one that was taken back stays so.

    Raises Http404 for one that is not here, ValidationError for one that a newer one took the place of.
    """
    ours = CheckEstimate.objects.select_for_update().filter(initiative=initiative)
    found = ours.filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such estimate here.")
    if found.withdrawn_at is not None:
        return found
    if ours.filter(check_id=found.check_id, pk__gt=found.pk).exists():
        raise ValidationError({"estimate": "A newer estimate of this check took its place."})
    found.withdrawn_at = timezone.now()
    found.save(update_fields=["withdrawn_at"])
    told = {name: getattr(found, name).isoformat() for name in DAYS}
    record_audit(principal, "withdraw estimate", "check", initiative.key, before={"check": found.check_id, **told})
    note_initiative(initiative, "estimate")
    return found


def digest_of(grounds: Grounds) -> str:
    """Return the SHA-256 of all that a forecast rests on but the day."""
    return hashlib.sha256(repr(replace(grounds, today=date.min)).encode()).hexdigest()


def _stands(kept: Forecast, digest: str, target: date | None, today: date) -> bool:
    if (kept.reached_on or kept.cancelled_on) is not None or (kept.digest, kept.target_date) != (digest, target):
        return False
    return kept.as_of == today or kept.p85 is None


def _keep(initiative: Initiative, readiness: Readiness, found: ReadinessForecast, digest: str) -> Forecast:
    p50, p85 = found.p50, found.p85
    return Forecast.objects.create(
        initiative=initiative,
        made_at=readiness.as_of,
        as_of=found.today,
        p50=p50,
        p85=p85,
        mass50=found.by(p50) if p50 else None,
        mass85=found.by(p85) if p85 else None,
        decided_by=found.decided_by or "",
        reason=found.reason,
        target_date=initiative.target_date,
        document=forecast_answer(found),
        digest=digest,
    )


def _close(initiative: Initiative, **outcome: date) -> None:
    Forecast.objects.filter(initiative=initiative, reached_on=None, cancelled_on=None).update(**outcome)

"""Days in which data stays away by plan: entered, withdrawn, never edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.periods import FIRST_YEAR, LAST_YEAR
from projects.models import DataSource, Initiative, ObservedSeries, PlannedStop
from projects.services.due import note_due
from projects.services.texts import json_safe, whole_text

LONGEST_STOP: Final = 366


@transaction.atomic
def plan_stop(
    principal: Principal,
    *,
    first_day: date,
    last_day: date,
    reason: str,
    initiative: Initiative | None = None,
    source: DataSource | None = None,
    segment: str = "",
) -> PlannedStop:
    """Return a new stop from `first_day` to `last_day`, both included.

    It counts for every series of the workspace, or for those of the initiative, source and segment that are named.
    Initiative and source are of the principal's workspace. Raises ValidationError({field: text}).
    """
    _check(first_day, last_day, reason, segment)
    stop = PlannedStop.objects.create(
        workspace=principal.workspace,
        initiative=initiative,
        source=source,
        segment=segment.strip(),
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip(),
        author=principal.user,
    )
    record_audit(principal, "plan", "stop", stop.public_id, after=_told(stop))
    note_due(_touched(stop), "planned stop")
    return stop


@transaction.atomic
def withdraw_stop(principal: Principal, stop: PlannedStop) -> PlannedStop:
    """Return the stop as withdrawn: it counts no more; one that was withdrawn already stays as it is."""
    rows = PlannedStop.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("initiative", "source", "author").get(pk=stop.pk)
    if locked.withdrawn_at is not None:
        return locked
    locked.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    record_audit(principal, "withdraw", "stop", locked.public_id, before=_told(locked))
    note_due(_touched(locked), "planned stop")
    return locked


def _check(first_day: Any, last_day: Any, reason: str, segment: str) -> None:
    errors: dict[str, str] = {}
    for name, day in (("first_day", first_day), ("last_day", last_day)):
        if not isinstance(day, date) or isinstance(day, datetime) or not FIRST_YEAR <= day.year <= LAST_YEAR:
            errors[name] = f"This is a day from {FIRST_YEAR} to {LAST_YEAR}."
    if not errors and last_day < first_day:
        errors["last_day"] = "The last day lies before the first."
    elif not errors and (last_day - first_day).days >= LONGEST_STOP:
        errors["last_day"] = f"A stop has at most {LONGEST_STOP} days."
    for name, text, longest in (("reason", reason, 300), ("segment", segment, 120)):
        wrong = whole_text(text, longest, empty=name == "segment")
        if wrong:
            errors[name] = f"This {wrong}."
    if errors:
        raise ValidationError(errors)


def _touched(stop: PlannedStop) -> set[int]:
    """Return the initiatives that are watched and that it may count for."""
    watched = ObservedSeries.objects.filter(workspace_id=stop.workspace_id)
    if stop.initiative_id is not None:
        watched = watched.filter(initiative=stop.initiative_id)
    if stop.source_id is not None:
        watched = watched.filter(initiative__source_features__source=stop.source_id)
    return set(watched.values_list("initiative_id", flat=True).distinct())


def _told(stop: PlannedStop) -> dict[str, Any]:
    return json_safe(
        {
            "initiative": stop.initiative.key if stop.initiative else None,
            "source": stop.source.key if stop.source else None,
            "segment": stop.segment,
            "first_day": stop.first_day,
            "last_day": stop.last_day,
            "reason": stop.reason,
        }
    )

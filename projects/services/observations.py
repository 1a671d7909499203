"""Observations of data and production: the only writer of them and of their series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative, ObservedSeries
from projects.progress.observed import ObservedValue
from projects.services.due import note_due
from projects.services.observation_input import parse_observations
from projects.services.observation_rows import advance_series, known_series, make_series, write_observations
from projects.services.run_rows import lock_source

MOST_SERIES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one observation, `created`, `updated` or `unchanged`, and the public id of its series."""

    series: str
    state: str


def record_observations(principal: Principal | None, initiative: Initiative, items: Any) -> list[Recorded]:
    """Store up to 10,000 observations, all or none, and say of each what became of it.

    `items` is parsed JSON: a list of {kind, name, segment?, time, value, n?, method?, threshold?, reference?,
    period_days?}. One of the same series and time is replaced whole. With a principal one audit event is kept for the
    call. Raises ValidationError that names each wrong place, such as `observations/3/value`.
    """
    values, faults = parse_observations(items, timezone.now())
    if faults:
        raise ValidationError(faults)
    return keep_values(principal, initiative, values)


@transaction.atomic
def keep_values(principal: Principal | None, initiative: Initiative, values: Sequence[ObservedValue]) -> list[Recorded]:
    """Store checked values, each moment of a series once. Raises ValidationError where they are of too many series."""
    lock_source(initiative)
    series = _series(initiative, values)
    written = write_observations(series, values)
    advanced = advance_series(series, values)
    found = [Recorded(series[each.series].public_id, _state(written.get(at))) for at, each in enumerate(values)]
    if written or advanced:
        note_due([initiative.pk], "observations recorded")
    if written and principal is not None:
        after = {**Counter(each.state for each in found), "digest": _digest(values)}
        record_audit(principal, "record", "observations", initiative.key, after=after)
    return found


@transaction.atomic
def end_series(
    principal: Principal,
    initiative: Initiative,
    *,
    kind: str,
    name: str,
    segment: str | None = None,
    ended: bool = True,
) -> int:
    """Say that nothing more will come of a series, of all segments without one, or take it back; return how many.

    Its observations stay, and nothing judges it until something newer comes. Raises ValidationError by `name` where
    there is no such series.
    """
    lock_source(initiative)
    ours = ObservedSeries.objects.filter(initiative=initiative, kind=kind, name=name)
    ours = ours if segment is None else ours.filter(segment=segment)
    if not ours.exists():
        raise ValidationError({"name": "Nothing of this kind, name and segment is observed."})
    changed = ours.filter(ended_at__isnull=ended).update(ended_at=Now() if ended else None)
    if changed:
        note_due([initiative.pk], "observations end" if ended else "observations go on")
        after = {"kind": kind, "name": name, "series": changed, "ended": ended}
        after |= {} if segment is None else {"segment": segment}
        record_audit(principal, "end", "observations", initiative.key, after=after)
    return changed


def _series(initiative: Initiative, values: Sequence[ObservedValue]) -> dict[tuple[str, str, str], ObservedSeries]:
    names = list(dict.fromkeys(each.series for each in values))
    known = known_series(initiative, names)
    new = [name for name in names if name not in known]
    if new:
        size = ObservedSeries.objects.filter(initiative=initiative).count() + len(new)
        if size > MOST_SERIES:
            text = f"These would make {size:,} series, and an initiative has at most {MOST_SERIES:,}."
            raise ValidationError({"observations": text})
    return known | make_series(initiative, new)


def _state(is_new: bool | None) -> str:
    return "unchanged" if is_new is None else "created" if is_new else "updated"


def _digest(values: Sequence[ObservedValue]) -> str:
    return sha256("\n".join(map(repr, values)).encode()).hexdigest()

"""Labeling snapshots: how far labeling was at a moment, pushed or kept once a day of each project of a tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative, LabelingProject, LabelingSnapshot
from projects.progress.labeling.counts import LabelingCounts
from projects.selectors.labeling import classes_of_project
from projects.services.due import note_due
from projects.services.outcomes import State
from projects.services.run_rows import lock_source
from projects.services.texts import whole_text

MOST_CLASSES: Final = 1_000
FUTURE: Final = timedelta(minutes=5)
"""How far clocks of those who report may run ahead."""
_SAID: Final = ("total", "labeled", "reviewed", "skipped", "per_class")


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """Tasks at an aware moment: labeled with at least one label; None where something is not said."""

    time: datetime
    total: int
    labeled: int
    reviewed: int | None = None
    skipped: int | None = None
    per_class: Mapping[str, int] | None = None


@transaction.atomic
def record_labeling_snapshot(
    principal: Principal, initiative: Initiative, record: SnapshotRecord
) -> tuple[LabelingSnapshot, State]:
    """Upsert a pushed snapshot by its time; return it and `created`, `updated` or `unchanged`.

    Raises ValidationError({field: text}) for counts that cannot be, and for a moment that is still to come.
    """
    _check(record)
    lock_source(initiative)
    said = {name: getattr(record, name) for name in _SAID}
    said["per_class"] = None if record.per_class is None else dict(record.per_class)
    old = LabelingSnapshot.objects.filter(initiative=initiative, project=None, time=record.time).first()
    if old is not None and all(getattr(old, name) == value for name, value in said.items()):
        return old, "unchanged"
    kept = old or LabelingSnapshot(initiative=initiative, time=record.time, day=_day(record.time))
    before = {} if old is None else {name: getattr(old, name) for name in _SAID}
    for name, value in said.items():
        setattr(kept, name, value)
    kept.save()
    after = {"time": record.time.isoformat(), **said}
    record_audit(principal, "record", "labeling", initiative.key, before=before, after=after)
    note_due([initiative.pk], "labeling recorded")
    return kept, "created" if old is None else "updated"


def keep_daily_snapshot(project: LabelingProject, time: datetime) -> bool:
    """Keep one snapshot a day of a tool's project, as far as its counts changed; say whether it was written.

    The caller holds the project's row.
    """
    if project.total is None or project.labeled is None:
        return False
    said: dict[str, Any] = {
        "total": project.total,
        "labeled": project.labeled,
        "reviewed": project.reviewed,
        "skipped": project.skipped,
        "per_class": classes_of_project(project) or None,
    }
    newest = LabelingSnapshot.objects.filter(project=project).order_by("-time", "-id").first()
    if newest is not None and (newest.time > time or all(getattr(newest, key) == each for key, each in said.items())):
        return False
    LabelingSnapshot.objects.update_or_create(
        project=project, day=_day(time), defaults={"initiative_id": project.initiative_id, "time": time, **said}
    )
    return True


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()


def _check(record: SnapshotRecord) -> None:
    errors = {}
    if record.time > timezone.now() + FUTURE:
        errors["time"] = "This moment is still to come."
    if record.per_class is not None:
        wrong = _wrong_classes(record.per_class)
        if wrong:
            errors["per_class"] = wrong
    try:
        LabelingCounts(record.total, record.labeled, record.reviewed, record.skipped)
    except ValueError as error:
        errors["labeled"] = str(error)
    if errors:
        raise ValidationError(errors)


def _wrong_classes(per_class: Mapping[str, int]) -> str:
    if len(per_class) > MOST_CLASSES:
        return f"A snapshot has at most {MOST_CLASSES:,} classes."
    for name, n in per_class.items():
        wrong = whole_text(name, 200, empty=False)
        if wrong:
            return f"The name of a class {wrong}."
        if type(n) is not int or not 0 <= n <= 2**53:
            return "Labels of a class are counted from 0."
    return ""

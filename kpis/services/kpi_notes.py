"""Notes on a KPI's chart: written by people, changed and removed by whoever wrote them, or a manager."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from kpis.models import KPI, KpiNote
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.policy import Power, holds
from mltrack.accounts.services.audit import record_audit

FIELDS: Final = ("day", "text")
LONGEST: Final = 500
MOST: Final = 500


@transaction.atomic
def write_note(principal: Principal, kpi: KPI, *, day: date | str, text: str) -> KpiNote:
    """Return a new note at a day of the KPI's history, at latest tomorrow's. Raises ValidationError."""
    KPI.objects.select_for_update(no_key=True).get(pk=kpi.pk)
    fields = Fields({"day": day, "text": text}, FIELDS)
    values = _read(fields)
    if KpiNote.objects.filter(kpi=kpi, removed_at=None).count() >= MOST:
        fields.fail("text", f"A KPI has at most {MOST} notes: remove one first.")
    fields.finish()
    note = KpiNote.objects.create(kpi=kpi, author=principal.user, **values)
    record_audit(principal, "write", "kpi note", kpi.key, after={"id": note.public_id, **_shown(values)})
    return note


@transaction.atomic
def edit_note(principal: Principal, note: KpiNote, **changes: Any) -> KpiNote:
    """Change one's own note; a manager anybody's. Raises PermissionDenied, ValidationError for a bad value."""
    locked = _changeable(principal, note)
    fields = Fields({name: getattr(locked, name) for name in FIELDS} | changes, FIELDS)
    values = _read(fields)
    fields.finish()
    before = {name: getattr(locked, name) for name in FIELDS}
    if before == values:
        return locked
    locked.day, locked.text = values["day"], values["text"]
    locked.save(update_fields=["day", "text", "updated_at"])
    after = {"id": locked.public_id, **_shown(values)}
    record_audit(principal, "edit", "kpi note", locked.kpi.key, before=_shown(before), after=after)
    return locked


@transaction.atomic
def remove_note(principal: Principal, note: KpiNote, *, removed: bool = True) -> KpiNote:
    """Remove a note that one may change, or bring it back with `removed=False`. Raises PermissionDenied."""
    locked = _changeable(principal, note)
    if (locked.removed_at is not None) == removed:
        return locked
    locked.removed_at = timezone.now() if removed else None
    locked.save(update_fields=["removed_at", "updated_at"])
    action = "remove" if removed else "restore"
    record_audit(principal, action, "kpi note", locked.kpi.key, before={"id": locked.public_id, "text": locked.text})
    return locked


def may_change(principal: Principal, note: KpiNote) -> bool:
    """Say whether a person may change a note: whoever wrote it, and managers."""
    own = principal.user is not None and principal.user.pk == note.author_id
    return own or holds(principal.role, None, Power.WRITE_TARGETS)


def _changeable(principal: Principal, note: KpiNote) -> KpiNote:
    if not may_change(principal, note):
        raise PermissionDenied("Only whoever wrote a note changes it, and managers.")
    return KpiNote.objects.select_for_update(of=("self",)).select_related("kpi", "author").get(pk=note.pk)


def _read(fields: Fields) -> dict[str, Any]:
    values: dict[str, Any] = {"day": fields.day("day"), "text": fields.text("text", LONGEST, required=True)}
    if values["day"] is None:
        fields.fail("day", "Say on which day.")
    elif values["day"] > timezone.now().date() + timedelta(days=1):
        fields.fail("day", "A note is about a day that has come.")
    return values


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {"day": values["day"].isoformat(), "text": values["text"]}

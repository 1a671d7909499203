"""Alerts of a KPI: what is watched, by whose word; and the note that they must be judged."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from kpis.models import KPI, AlertMute, AlertWatch, KpiAlert
from kpis.models.alerts import AlertKind, AlertSide
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from mltrack.accounts.services.audit import record_audit
from mltrack.clock import database_now

FIELDS: Final = ("kind", "side", "value", "margin")
MOST: Final = 20


@transaction.atomic
def watch_kpi(principal: Principal, kpi: KPI, **given: Any) -> KpiAlert:
    """Return a new alert: its kind, and of a threshold side, value and margin; it is judged at once.

    Raises ValidationError for what contradicts itself, for one that is there, and for more than twenty.
    """
    KPI.objects.select_for_update(no_key=True).get(pk=kpi.pk)
    fields = Fields(given, FIELDS)
    values = _read(fields)
    if KpiAlert.objects.filter(kpi=kpi).count() >= MOST:
        fields.fail("kind", f"A KPI has at most {MOST} alerts: remove one first.")
    fields.finish()
    try:
        with transaction.atomic():
            alert = KpiAlert.objects.create(kpi=kpi, author=principal.user, **values)
    except IntegrityError as error:
        raise ValidationError({"kind": "This is watched already."}) from error
    AlertWatch.objects.update_or_create(kpi=kpi, defaults={"due_at": database_now()})
    record_audit(principal, "create", "kpi alert", kpi.key, after={"id": alert.public_id, **values})
    return alert


@transaction.atomic
def change_alert(principal: Principal, alert: KpiAlert, **given: Any) -> KpiAlert:
    """Change side, value or margin of a threshold; what is not given stays, and it is judged at once.

    Raises ValidationError as `watch_kpi` does, and for an alert that has none of these.
    """
    KPI.objects.select_for_update(no_key=True).get(pk=alert.kpi_id)
    locked = KpiAlert.objects.select_for_update(of=("self",)).select_related("kpi__workspace").get(pk=alert.pk)
    before = {name: getattr(locked, name) for name in FIELDS}
    kept = before if locked.kind == AlertKind.THRESHOLD else {"kind": locked.kind}
    fields = Fields({**kept, **given, "kind": locked.kind}, FIELDS)
    values = _read(fields)
    fields.finish()
    if values == before:
        return locked
    for name, value in values.items():
        setattr(locked, name, value)
    try:
        with transaction.atomic():
            locked.save(update_fields=list(FIELDS))
    except IntegrityError as error:
        raise ValidationError({"value": "This is watched already."}) from error
    AlertWatch.objects.update_or_create(kpi=locked.kpi, defaults={"due_at": database_now()})
    record_audit(principal, "change", "kpi alert", locked.kpi.key, before=before, after=values)
    return locked


@transaction.atomic
def unwatch_kpi(principal: Principal, alert: KpiAlert) -> None:
    """End an alert; its episodes and notices go with it, the audit trail keeps that it was."""
    before = {"id": alert.public_id, **{name: getattr(alert, name) for name in FIELDS}}
    kpi = alert.kpi
    watch = AlertWatch.objects.select_for_update().filter(kpi=kpi).first()
    alert.delete()
    if watch is not None and not KpiAlert.objects.filter(kpi=kpi).exists():
        watch.delete()
    record_audit(principal, "remove", "kpi alert", kpi.key, before=before)


def mute_alert(member: Member, alert: KpiAlert, *, muted: bool = True) -> None:
    """Tell a member nothing more of an alert, or again with `muted=False`."""
    if muted:
        AlertMute.objects.get_or_create(alert=alert, member=member)
    else:
        AlertMute.objects.filter(alert=alert, member=member).delete()


def note_watch(kpi: KPI) -> None:
    """Note in the caller's transaction that the alerts of a KPI must be judged; without alerts nothing is written."""
    AlertWatch.objects.filter(kpi=kpi).update(due_at=Now())


def _read(fields: Fields) -> dict[str, Any]:
    kind = fields.choice("kind", AlertKind.values)
    values: dict[str, Any] = {"kind": kind, "side": "", "value": None, "margin": 0.0}
    if kind == AlertKind.THRESHOLD:
        values["side"] = fields.choice("side", AlertSide.values)
        values["value"] = fields.number("value", required=True)
        values["margin"] = fields.number("margin") or 0.0
        if values["margin"] < 0:
            fields.fail("margin", "How far back it must be is no less than 0.")
    elif kind and any(fields.has(name) and fields.given[name] not in (None, "") for name in FIELDS[1:]):
        fields.fail("kind", "Only a threshold has a side, a value and a margin.")
    return values

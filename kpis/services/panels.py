"""The panels of a dashboard, one by one: added, changed, moved, removed and brought back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max

from kpis.models import Dashboard, Panel
from kpis.scoring.dashboards.kinds import MOST_PANELS
from kpis.services.dashboards import kpi_keys, locked, there
from kpis.services.panel_input import read_panel
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit

Way = Literal["earlier", "later"]
KEPT_REMOVED: Final = 10


@transaction.atomic
def add_panel(principal: Principal, dashboard: Dashboard, given: Mapping[str, Any]) -> Panel:
    """Return a new panel at the end; `given` is as `read_panel` takes it. Raises ValidationError."""
    found = locked(principal, dashboard)
    values = read_panel(given, kpi_keys(principal.workspace))
    made = Panel.objects.create(dashboard=found, position=_next(found), **values)
    _noted(principal, found, "add", after={"panel": made.public_id, **values})
    return made


@transaction.atomic
def edit_panel(principal: Principal, panel: Panel, given: Mapping[str, Any]) -> Panel:
    """Change title, width and settings; a panel keeps its kind. Raises ValidationError."""
    found = locked(principal, panel.dashboard)
    row = Panel.objects.select_for_update().get(pk=panel.pk, dashboard=found)
    values = read_panel({**given, "kind": row.kind}, kpi_keys(principal.workspace))
    before = {name: getattr(row, name) for name in values}
    if before == values:
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    about = {"panel": row.public_id}
    _noted(principal, found, "edit", before={**about, **before}, after={**about, **values})
    return row


@transaction.atomic
def move_panel(principal: Principal, panel: Panel, way: Way) -> None:
    """Let a panel change places with the one before or after it; the first and the last stay where they are."""
    found = locked(principal, panel.dashboard)
    rows = there(found)
    at = next((place for place, each in enumerate(rows) if each.pk == panel.pk), None)
    if at is None:
        return
    to = at + (1 if way == "later" else -1)
    if not 0 <= to < len(rows):
        return
    one, other = rows[at], rows[to]
    one.position, other.position = other.position, one.position
    Panel.objects.bulk_update([one, other], ["position"])
    _noted(principal, found, "move", after={"panel": one.public_id, "position": to + 1})


@transaction.atomic
def remove_panel(principal: Principal, panel: Panel, *, removed: bool = True) -> None:
    """Remove a panel, or bring it back where it was with `removed=False`. Raises ValidationError for one too many."""
    found = locked(principal, panel.dashboard)
    row = Panel.objects.select_for_update().get(pk=panel.pk, dashboard=found)
    if (row.position is None) == removed:
        return
    if removed:
        row.removed_from, row.position = row.position, None
    else:
        at = min(row.removed_from or 1, _next(found))
        Panel.objects.filter(dashboard=found, position__gte=at).update(position=F("position") + 1)
        row.position, row.removed_from = at, None
    row.save(update_fields=["position", "removed_from"])
    if removed:
        _close_up(found, row)
    _noted(principal, found, "remove" if removed else "restore", before={"panel": row.public_id, "title": row.title})


def _close_up(dashboard: Dashboard, gone: Panel) -> None:
    """Leave no gap between positions; of what was removed before, only the newest few are kept to be brought back."""
    rows = there(dashboard)
    for place, each in enumerate(rows, 1):
        each.position = place
    Panel.objects.bulk_update(rows, ["position"])
    earlier = Panel.objects.filter(dashboard=dashboard, position=None).exclude(pk=gone.pk).order_by("-pk")
    Panel.objects.filter(pk__in=list(earlier.values_list("pk", flat=True)[KEPT_REMOVED:])).delete()


def _next(dashboard: Dashboard) -> int:
    """Return the position after the last one. Raises ValidationError where there is no room."""
    ours = Panel.objects.filter(dashboard=dashboard, position__isnull=False)
    if ours.count() >= MOST_PANELS:
        raise ValidationError({"kind": f"A dashboard has at most {MOST_PANELS} panels: remove one first."})
    last: int = ours.aggregate(last=Max("position"))["last"] or 0
    return last + 1


def _noted(principal: Principal, dashboard: Dashboard, action: str, **values: Any) -> None:
    dashboard.version += 1
    dashboard.save(update_fields=["version", "updated_at"])
    record_audit(principal, action, "dashboard panel", dashboard.key, **values)

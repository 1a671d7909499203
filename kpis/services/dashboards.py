"""Dashboards: the only writer of what they are. Their panels are written one by one in `panels`, or here as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from kpis.models import KPI, Dashboard, Panel
from kpis.models.kpis import validate_kpi_key
from kpis.scoring.dashboards.composed import Composed
from kpis.scoring.dashboards.kinds import MOST_PANELS
from kpis.scoring.dashboards.shipped import SHIPPED
from kpis.services.fields import Fields
from kpis.services.panel_input import read_panel
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.services.versions import expect_version

FIELDS: Final = ("name", "team", "description")
LIMITS: Final = {"name": 160, "team": 80, "description": 500}
MOST: Final = 200
RESERVED: Final = frozenset({"new", *SHIPPED})


@transaction.atomic
def create_dashboard(
    principal: Principal, *, name: str, key: str = "", panels: Sequence[Mapping[str, Any]] = (), **given: Any
) -> Dashboard:
    """Return a new dashboard with panels in order; the key is proposed from the name when it is empty.

    `given` may hold team and description. Raises ValidationError, for a panel with its place: `panels/0/settings/kpi`.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    fields = Fields({"name": name, "key": key, **given}, ("key", *FIELDS))
    values = {each: fields.text(each, LIMITS[each], required=each == "name") for each in FIELDS}
    key = fields.text("key", 60) or _free_key(principal.workspace, values["name"])
    try:
        validate_kpi_key(key)
    except ValidationError:
        fields.fail("key", "A dashboard's key is small letters and digits, parts joined by a hyphen.")
    if key in RESERVED:
        fields.fail("key", f"The key {key} is the name of another page.")
    if Dashboard.objects.filter(workspace=principal.workspace).count() >= MOST:
        fields.fail("name", f"A workspace has at most {MOST} dashboards.")
    read = _read(principal.workspace, panels, fields)
    fields.finish()
    try:
        with transaction.atomic():
            made = Dashboard.objects.create(workspace=principal.workspace, key=key, **values)
    except IntegrityError as error:
        raise ValidationError({"key": f"The key {key} is taken."}) from error
    _write(made, read)
    record_audit(principal, "create", "dashboard", key, after={**values, "panels": read})
    return made


def copy_dashboard(principal: Principal, source: Composed) -> Dashboard:
    """Return a dashboard of one's own with the same panels, to change. Raises ValidationError.

    Panels on KPIs that are gone meanwhile are left out.
    """
    kpis = kpi_keys(principal.workspace)
    panels = [
        {"kind": each.kind, "title": each.title, "width": each.width, "settings": dict(each.settings)}
        for each in source.panels
        if each.settings.get("kpi") is None or each.settings["kpi"] in kpis
    ]
    about = {"team": source.team, "description": source.description}
    name = source.name[: LIMITS["name"] - 5].rstrip()
    return create_dashboard(principal, name=f"{name} copy", panels=panels, **about)


@transaction.atomic
def edit_dashboard(
    principal: Principal, dashboard: Dashboard, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> Dashboard:
    """Change name, team or description; with `panels` all of its panels are replaced by these.

    Raises VersionConflict when it is no longer the expected version, ValidationError for bad values.
    """
    found = locked(principal, dashboard, expected_version)
    fields = Fields(changes, (*FIELDS, "panels"))
    values = {
        each: fields.text(each, LIMITS[each], required=each == "name") if fields.has(each) else getattr(found, each)
        for each in FIELDS
    }
    read = _read(principal.workspace, changes["panels"], fields) if fields.has("panels") else None
    fields.finish()
    before = {each: getattr(found, each) for each in FIELDS if getattr(found, each) != values[each]}
    after = {each: values[each] for each in before}
    if read is not None:
        before["panels"], after["panels"] = [_shown(each) for each in there(found)], read
        Panel.objects.filter(dashboard=found).delete()
        _write(found, read)
    if before != after:
        for name, value in values.items():
            setattr(found, name, value)
        found.version += 1
        found.save()
        record_audit(principal, "edit", "dashboard", found.key, before=before, after=after)
    return found


@transaction.atomic
def archive_dashboard(principal: Principal, dashboard: Dashboard, *, archived: bool = True) -> Dashboard:
    """Put a dashboard away, or bring it back with `archived=False`."""
    found = locked(principal, dashboard)
    if (found.archived_at is not None) == archived:
        return found
    found.archived_at = timezone.now() if archived else None
    found.version += 1
    found.save()
    record_audit(principal, "archive" if archived else "restore", "dashboard", found.key)
    return found


def locked(principal: Principal, dashboard: Dashboard, expected_version: int | None = None) -> Dashboard:
    """Return the dashboard as it is now, held until the end of the transaction. Raises VersionConflict."""
    found = Dashboard.objects.select_for_update(of=("self",)).select_related("workspace")
    row = found.get(pk=dashboard.pk, workspace=principal.workspace)
    expect_version(row.version, expected_version)
    return row


def there(dashboard: Dashboard) -> list[Panel]:
    """Return the panels that were not removed, in order; one query."""
    return list(Panel.objects.filter(dashboard=dashboard, position__isnull=False).order_by("position"))


def kpi_keys(workspace: Workspace) -> frozenset[str]:
    """Return the keys of the KPIs that a panel may name; one query."""
    return frozenset(KPI.objects.filter(workspace=workspace).values_list("key", flat=True))


def _read(workspace: Workspace, panels: Any, outer: Fields) -> list[dict[str, Any]]:
    """Return panels as they are kept; what is wrong with one is noted with its place."""
    if not isinstance(panels, Sequence) or isinstance(panels, str) or len(panels) > MOST_PANELS:
        outer.fail("panels", f"This must be a list of at most {MOST_PANELS} panels.")
        return []
    kpis, read = kpi_keys(workspace) if panels else frozenset(), []
    for place, each in enumerate(panels):
        if not isinstance(each, Mapping):
            outer.fail(f"panels/{place}", "This must be an object.")
            continue
        try:
            read.append(read_panel(each, kpis))
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                outer.fail(f"panels/{place}/{name}", texts[0])
    return read


def _write(dashboard: Dashboard, panels: Sequence[Mapping[str, Any]]) -> None:
    rows = [Panel(dashboard=dashboard, position=place, **each) for place, each in enumerate(panels, 1)]
    Panel.objects.bulk_create(rows)


def _shown(panel: Panel) -> dict[str, Any]:
    return {"kind": panel.kind, "title": panel.title, "width": panel.width, "settings": panel.settings}


def _free_key(workspace: Workspace, name: str) -> str:
    """Return a free key made of a name: "Sales" is sales, or sales-2 when that is taken."""
    stem = "-".join(part for part in slugify(name)[:50].replace("_", "-").split("-") if part)
    stem = stem if stem[:1].isalpha() else f"dashboard-{stem}".strip("-")
    taken = {*Dashboard.objects.filter(workspace=workspace, key__startswith=stem).values_list("key", flat=True)}
    number = 1
    while (f"{stem}-{number}" if number > 1 else stem) in taken | RESERVED:
        number += 1
    return f"{stem}-{number}" if number > 1 else stem

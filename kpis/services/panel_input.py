"""Reading a panel that people and programs send: its settings are those of its kind, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError

from kpis.scoring.dashboards.kinds import COLUMNS, KINDS, LONGEST_TEXT, MOST_ROWS, Setting
from kpis.scoring.filters import LONGEST, parse_filters
from kpis.services.fields import Fields

LONGEST_TITLE: Final = 120
LONGEST_KEY: Final = 60


def read_panel(given: Mapping[str, Any], kpis: Collection[str]) -> dict[str, Any]:
    """Return kind, title, width and settings of a panel; `kpis` are the keys that it may name.

    What is left out is as usual for its kind. Raises ValidationError with a text by place: `kind`, `settings/kpi`.
    """
    fields = Fields(given, ("kind", "title", "width", "settings"))
    kind = KINDS.get(fields.choice("kind", tuple(KINDS)))
    if kind is None:
        fields.finish()
        raise ValidationError({"kind": "Say which kind of panel."})
    width = fields.count("width") if given.get("width") is not None else kind.width
    if width is not None and width > COLUMNS:
        fields.fail("width", f"A dashboard has {COLUMNS} columns.")
    settings = given.get("settings", {})
    if not isinstance(settings, Mapping):
        fields.fail("settings", "This must be an object.")
        settings = {}
    values = {
        "kind": given["kind"],
        "title": fields.text("title", LONGEST_TITLE) or kind.title,
        "width": width,
        "settings": _settings(kind.settings, settings, kpis, fields),
    }
    fields.finish()
    return values


def _settings(
    known: Collection[Setting], given: Mapping[str, Any], kpis: Collection[str], outer: Fields
) -> dict[str, Any]:
    fields = Fields(given, [each.name for each in known])
    found = {each.name: _value(each, fields, kpis) for each in known}
    for name, text in fields.errors.items():
        outer.fail(f"settings/{name}", text)
    return found


def _value(setting: Setting, fields: Fields, kpis: Collection[str]) -> Any:
    name = setting.name
    if setting.kept == "choice":
        return fields.choice(name, setting.choices, setting.default)
    if setting.kept == "count":
        rows = fields.count(name) if fields.given.get(name) is not None else setting.default
        if rows is not None and rows > MOST_ROWS:
            fields.fail(name, f"A panel has at most {MOST_ROWS} rows.")
        return rows
    longest = {"kpi": LONGEST_KEY, "filter": LONGEST, "text": LONGEST_TEXT}[setting.kept]
    text = fields.text(name, longest, required=setting.required)
    if setting.kept == "kpi" and text and text not in kpis:
        fields.fail(name, "There is no such KPI in this workspace.")
    if setting.kept == "filter":
        for error in parse_filters(text).errors:
            fields.fail(name, error)
    return text

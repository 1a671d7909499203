"""Which of Jira's custom fields hold the sprint and the estimate: their numbers differ from site to site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from projects.connectors.base import ConnectorError
from projects.connectors.tracking.values import inner, word

_SPRINT: Final = "com.pyxis.greenhopper.jira:gh-sprint"
_POINTS: Final = "com.pyxis.greenhopper.jira:jsw-story-points"
_NAMES: Final = ("story points", "story point estimate")


@dataclass(frozen=True, slots=True)
class Fields:
    """Ids of fields such as `customfield_10020`, "" where a site has none."""

    sprint: str = ""
    estimate: str = ""


def find_fields(rows: Sequence[Mapping[str, Any]], estimate: str = "") -> Fields:
    """Return the fields of a site; `estimate` is the name or id of another one for estimates.

    Raises ConnectorError `bad_options` where the site has no field of that name.
    """
    sprint = next((word(each.get("id")) for each in rows if inner(each, "schema", "custom") == _SPRINT), "")
    if estimate:
        named = [each for each in rows if estimate in (each.get("id"), each.get("name"))]
        if not named:
            text = f"Jira has no field {estimate[:60]!r} for estimates."
            raise ConnectorError(text, permanent=True, code="bad_options")
        return Fields(sprint, word(named[0].get("id")))
    points = [each for each in rows if inner(each, "schema", "custom") == _POINTS]
    points += [each for each in rows if word(each.get("name")).lower() in _NAMES]
    return Fields(sprint, word(points[0].get("id")) if points else "")

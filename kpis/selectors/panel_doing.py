"""What is being done about KPIs: the newest word of people on their charts, and on the initiatives tied to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from html import unescape
from typing import Any, Final

from django.db.models import Case, Exists, JSONField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils.html import strip_tags

from kpis.models import Contribution, KpiNote
from kpis.scoring.dashboards.board import Doing
from mltrack.days import day_in
from mltrack.markdown import render
from projects.models import Update
from projects.models.initiatives import State

LONGEST: Final = 160
Found = Mapping[str, tuple[tuple[str, ...], Doing | None]]


def doing_about(kpis: Mapping[int, str], others: Collection[int] = ()) -> tuple[Found, frozenset[str]]:
    """Return by key, of KPIs by row id, the keys of initiatives that are to move them, and the newest word on any.

    And the keys of those of which anybody said a word, `others` by row id among them. One query. Initiatives that are
    put away or cancelled are left out.
    """
    initiatives: dict[str, list[str]] = defaultdict(list)
    words: dict[str, list[Doing]] = defaultdict(list)
    spoken: set[str] = set()
    for key, initiative, zone, said in _said(kpis, {*kpis, *others}):
        if initiative:
            initiatives[key].append(initiative)
        if said:
            words[key].append(_update(initiative, zone, said) if initiative else _note(said))
        if said is not None:
            spoken.add(key)
    found = {key: (tuple(initiatives[key]), _newest(words[key])) for key in kpis.values()}
    return found, frozenset(spoken)


def _said(shown: Collection[int], asked: Collection[int]) -> list[tuple[str, str, str, Any]]:
    """Return (KPI, initiative, zone, what was said last), a note's without an initiative, empty of KPIs not shown.

    Where nothing was said it is None; of KPIs that are not shown there are no such rows.
    """
    if not asked:
        return []
    text = {"by": Coalesce("author__name", Value("")), "address": "author__email"}
    update = JSONObject(health="health", at="at", text="text", next="next_steps", **text)
    updates = Update.objects.filter(initiative=OuterRef("initiative")).order_by("-at", "-id").values(told=update)
    ties = Contribution.objects.filter(kpi__in=asked, initiative__archived_at=None)
    ties = ties.exclude(initiative__state=State.CANCELLED).filter(Q(kpi__in=shown) | Exists(updates))
    notes = KpiNote.objects.filter(kpi__in=asked, removed_at=None)
    of_ties = ties.order_by("initiative__key").values_list(
        "kpi__key", "initiative__key", "initiative__workspace__zone", _told(shown, Subquery(updates[:1]))
    )
    of_notes = notes.order_by("kpi_id", "-day", "-id").distinct("kpi_id").values_list(
        "kpi__key", Value(""), Value(""), _told(shown, JSONObject(text="text", day="day", **text))
    )
    return list(of_ties.union(of_notes, all=True))


def _told(shown: Collection[int], said: Any) -> Case:
    """Return what was said of a KPI that is shown, and of another only that something was."""
    nothing = Value({}, output_field=JSONField())
    return Case(When(kpi__in=shown, then=said), default=nothing, output_field=JSONField())


def _note(said: Mapping[str, Any]) -> Doing:
    return Doing(_short(said["text"]), said["by"] or said["address"] or "", date.fromisoformat(said["day"]))


def _update(initiative: str, zone: str, said: Mapping[str, Any]) -> Doing:
    on = day_in(zone, datetime.fromisoformat(said["at"]))
    text = strip_tags(render(said["next"] or said["text"] or ""))
    return Doing(_short(unescape(text)), said["by"] or said["address"] or "", on, initiative, said["health"])


def _newest(words: list[Doing]) -> Doing | None:
    return max(words, key=lambda each: (each.on, each.initiative), default=None)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"

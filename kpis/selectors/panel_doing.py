"""What is being done about KPIs: the newest word of people on their charts, and on the initiatives tied to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any, Final

from django.db.models import F, JSONField, OuterRef, Subquery, Value
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


def doing_about(kpis: Mapping[int, str]) -> Found:
    """Return by key, of KPIs by row id, the keys of initiatives that are to move them, and the newest word on any.

    Two queries. Initiatives that are put away or cancelled are left out.
    """
    initiatives: dict[str, list[str]] = defaultdict(list)
    words: dict[str, list[Doing]] = defaultdict(list)
    for key, initiative, zone, said in _ties(kpis):
        initiatives[key].append(initiative)
        if said:
            words[key].append(_update(initiative, zone, said))
    notes = KpiNote.objects.filter(kpi__in=kpis, removed_at=None).select_related("author")
    for note in notes.order_by("kpi_id", "-day", "-id").distinct("kpi_id"):
        words[kpis[note.kpi_id]].append(Doing(_short(note.text), str(note.author or ""), note.day))
    return {key: (tuple(initiatives[key]), _newest(words[key])) for key in kpis.values()}


def _ties(kpis: Mapping[int, str]) -> list[tuple[str, str, str, Any]]:
    newest = Update.objects.filter(initiative=OuterRef("initiative")).order_by("-at", "-id")
    said = newest.values(
        told=JSONObject(
            health="health",
            at="at",
            text="text",
            next="next_steps",
            by=Coalesce("author__name", Value("")),
            address="author__email",
        )
    )
    ties = Contribution.objects.filter(kpi__in=kpis, initiative__archived_at=None)
    rows = ties.exclude(initiative__state=State.CANCELLED).annotate(
        said=Subquery(said[:1], output_field=JSONField()), zone=F("initiative__workspace__zone")
    )
    return list(rows.order_by("initiative__key").values_list("kpi__key", "initiative__key", "zone", "said"))


def _update(initiative: str, zone: str, said: Mapping[str, Any]) -> Doing:
    on = day_in(zone, datetime.fromisoformat(said["at"]))
    text = strip_tags(render(said["next"] or said["text"] or ""))
    return Doing(_short(unescape(text)), said["by"] or said["address"] or "", on, initiative, said["health"])


def _newest(words: list[Doing]) -> Doing | None:
    return max(words, key=lambda each: (each.on, each.initiative), default=None)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"

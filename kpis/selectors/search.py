"""What the command palette finds: initiatives, KPIs, tasks, runs, sprints and connections of one workspace."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from kpis.models import KPI
from kpis.selectors.paths import connection_path, initiative_path, kpi_path, run_path, sprint_path, task_path
from mltrack.accounts.access import Principal
from projects.models import Connection, Initiative, RunLink, Sprint, Task

SHORTEST = 2
MOST = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its kind (a key of `kpis.views.search.KINDS`), what it is called, a word beside it, its path."""

    kind: str
    label: str
    note: str
    url: str


def search(principal: Principal, text: str) -> list[Hit]:
    """Return at most six things of each kind, the closest first; without a text the first ones; in six queries.

    Tasks are found by key and title, runs by the beginning of their name or id, both from two letters on.
    """
    text = "".join(letter for letter in text.strip()[:100] if letter.isprintable())
    return [
        *_initiatives(principal, text),
        *_kpis(principal, text),
        *_tasks(principal, text),
        *_runs(principal, text),
        *_sprints(principal, text),
        *_connections(principal, text),
    ]


def _initiatives(principal: Principal, text: str) -> list[Hit]:
    rows = Initiative.objects.filter(workspace=principal.workspace, archived_at__isnull=True)
    found = rows.filter(_holds(text)).order_by(_closeness(text), "key")[:MOST]
    return [Hit("initiative", each.name, each.key, initiative_path(principal.workspace, each.key)) for each in found]


def _kpis(principal: Principal, text: str) -> list[Hit]:
    rows = KPI.objects.filter(workspace=principal.workspace, archived_at__isnull=True)
    found = rows.filter(_holds(text)).order_by(_closeness(text), "key")[:MOST]
    return [Hit("kpi", each.name, each.key, kpi_path(principal.workspace, each.key)) for each in found]


def _tasks(principal: Principal, text: str) -> list[Hit]:
    if len(text) < SHORTEST:
        return []
    key, _, number = text.rpartition("-")
    is_key = bool(key) and number.isascii() and number.isdigit() and len(number) < 10
    named = Q(initiative__key__iexact=key, number=int(number)) if is_key else Q(pk__in=[])
    rows = Task.objects.filter(
        named | Q(title__icontains=text), initiative__workspace=principal.workspace, deleted_at=None
    )
    closeness = Case(When(named, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = rows.select_related("initiative__workspace").defer("body").order_by(closeness, "-pk")[:MOST]
    return [Hit("task", each.title, each.key, task_path(each.initiative, each.key)) for each in found]


def _sprints(principal: Principal, text: str) -> list[Hit]:
    rows = Sprint.objects.filter(workspace=principal.workspace, name__icontains=text).order_by("-starts_on", "-pk")
    return [
        Hit("sprint", each.name, each.starts_on.isoformat() if each.starts_on else "", sprint_path(each))
        for each in rows.select_related("workspace")[:MOST]
    ]


def _runs(principal: Principal, text: str) -> list[Hit]:
    if len(text) < SHORTEST:
        return []
    begins = Q(run__name__istartswith=text) | Q(run__external_id__startswith=text) | Q(run__public_id=text)
    links = RunLink.objects.filter(begins, workspace=principal.workspace, run__deleted_at__isnull=True)
    found = links.select_related("run", "initiative__workspace").order_by("-id")[:MOST]
    return [
        Hit(
            "run",
            link.run.name or link.run.external_id,
            link.initiative.key,
            run_path(link.initiative, link.run.public_id),
        )
        for link in found
    ]


def _connections(principal: Principal, text: str) -> list[Hit]:
    rows = Connection.objects.filter(workspace=principal.workspace, name__icontains=text).order_by("name")[:MOST]
    return [
        Hit("connection", each.name, each.kind, connection_path(principal.workspace, each.public_id)) for each in rows
    ]


def _holds(text: str) -> Q:
    return Q(name__icontains=text) | Q(key__icontains=text)


def _closeness(text: str) -> Case:
    """Rank the key itself first, then a key or name that begins with the text."""
    return Case(
        When(key__iexact=text, then=Value(0)),
        When(Q(key__istartswith=text) | Q(name__istartswith=text), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )

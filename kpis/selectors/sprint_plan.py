"""The backlog beside the sprint that is planned next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.scoring.filters import Filters
from kpis.selectors.task_board import Column
from kpis.selectors.task_filters import narrow_tasks
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from projects.models import Initiative, Sprint
from projects.progress.delivery.sprint_days import LAST_DAY
from projects.selectors.board_cards import Cards, cards_by
from projects.selectors.sprint_rows import SprintRow
from projects.selectors.task_cards import OPEN, task_cards

MOST_INITIATIVES: Final = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """The backlog and the sprint beside it, None where there is no sprint to plan; and those that could be."""

    sprint: Sprint | None
    columns: tuple[Column, ...]
    choices: tuple[Sprint, ...]
    filters: Filters

    @property
    def count(self) -> int:
        """How many tasks there are, shown or not."""
        return sum(each.found.total for each in self.columns)


def plannable(rows: Sequence[SprintRow]) -> list[Sprint]:
    """Return our sprints that are not over, the earliest first."""
    ours = [each.sprint for each in rows if each.state in ("planned", "active") and each.sprint.connection_id is None]
    return sorted(ours, key=lambda each: (each.starts_on or date.max, each.pk))


def sprint_plan(
    principal: Principal, rows: Sequence[SprintRow], wanted: str, text: str, today: date, whole: str = ""
) -> Plan:
    """Return the open tasks of ours that are in no sprint, and those of the `wanted` one, in two queries.

    Without a wish it is the first that has not begun, else the one that runs. `whole` names the column whose cards are
    all shown. Raises ValidationError({"q": texts}).
    """
    choices = plannable(rows)
    coming = [each for each in choices if each.starts_on is None or each.starts_on > today]
    by_id = {each.public_id: each for each in choices}
    sprint = by_id.get(wanted) or next(iter(coming or choices), None)
    tasks, filters = narrow_tasks(task_cards(principal.workspace), text, principal, today)
    ours = tasks.filter(status__in=OPEN, connection=None)
    beside = Q(sprint=None) | Q(sprint=sprint) if sprint else Q(sprint=None)
    named = {"backlog": Q(sprint=None)} | ({sprint.public_id: Q(sprint=sprint)} if sprint else {})
    found = cards_by("sprint", ours.filter(beside), named.get(whole))
    label: str | Promise = _("Backlog")
    columns = [Column("", label, found.get(None, Cards()))]
    if sprint:
        columns.append(Column(sprint.public_id, sprint.name, found.get(sprint.public_id, Cards())))
    return Plan(sprint, tuple(columns), tuple(choices), filters)


def next_sprint(rows: Sequence[SprintRow], today: date) -> dict[str, Any]:
    """Return what a new sprint begins with: the days after our last one and as many; two weeks where there is none."""
    ours = [each.sprint for each in rows if each.sprint.connection_id is None and each.sprint.ends_on]
    last = max(ours, key=lambda each: each.ends_on or today, default=None)
    if last is None or last.ends_on is None or last.starts_on is None:
        monday = today + timedelta(days=-today.weekday() % 7)
        return {"starts_on": monday, "ends_on": monday + timedelta(days=13)}
    start = max(min(last.ends_on, LAST_DAY) + timedelta(days=1), today)
    return {"starts_on": start, "ends_on": start + (last.ends_on - last.starts_on)}


def open_initiatives(workspace: Workspace) -> list[tuple[str, str]]:
    """Return key and name of the initiatives that are not archived, by key, in one query."""
    rows = Initiative.objects.filter(workspace=workspace, archived_at=None).order_by("key")
    return list(rows.values_list("key", "name")[:MOST_INITIATIVES])

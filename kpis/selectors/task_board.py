"""The board of a workspace's tasks, in two queries, and the lists of an initiative's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.scoring.filters import Filters
from kpis.selectors.task_filters import narrow_tasks
from mltrack.accounts.access import Principal
from mltrack.days import day_in
from projects.models import Initiative, Sprint, Task, TaskStatus
from projects.selectors.board_cards import Card, Cards, cards_by
from projects.selectors.task_cards import OPEN, task_cards

DONE_SINCE: Final = timedelta(weeks=2)
MOST_LISTED: Final = 300
_ORDER: Final = Case(
    *(When(status=each, then=Value(place)) for place, each in enumerate(TaskStatus)), output_field=IntegerField()
)


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that stand together: under `value`, called `label`."""

    value: str
    label: str | Promise
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of cards: it stands for `value`, is called `label`, and `name` asks for all of it."""

    value: str
    label: str | Promise
    found: Cards
    note: str | Promise = ""

    @property
    def name(self) -> str:
        """The word by which the address asks for the whole column."""
        return self.value or "backlog"

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards that are shown."""
        return self.found.cards

    @property
    def unseen_estimate(self) -> str:
        """The sum of the estimates of cards that are not shown, as scripts read it."""
        shown = sum((each.estimate for each in self.cards if each.estimate is not None), Decimal(0))
        return f"{self.found.estimate - shown:f}"


@dataclass(frozen=True, slots=True)
class Board:
    """The cards that fit a filter, in columns."""

    columns: tuple[Column, ...]
    filters: Filters

    @property
    def count(self) -> int:
        """How many cards there are, shown or not."""
        return sum(each.found.total for each in self.columns)


@dataclass(frozen=True, slots=True)
class TaskList:
    """Tasks in groups; `is_cut` says that there are more than are shown."""

    groups: tuple[Group, ...]
    filters: Filters
    is_cut: bool = False

    @property
    def count(self) -> int:
        """How many tasks are shown."""
        return sum(len(each.tasks) for each in self.groups)


def task_board(
    principal: Principal,
    text: str,
    *,
    now: datetime,
    initiative: Initiative | None = None,
    sprint: Sprint | None = None,
    with_cancelled: bool = False,
    whole: str = "",
) -> Board:
    """Return the first cards of each status, and all of the status `whole`, in two queries.

    Of a sprint all done tasks are there, else those of the last two weeks; cancelled ones where they are asked for.
    Raises ValidationError({"q": texts}).
    """
    tasks, filters = narrow_tasks(
        task_cards(principal.workspace, initiative), text, principal, day_in(principal.workspace.zone, now)
    )
    shown = Q(status__in=OPEN)
    if sprint is not None:
        tasks, shown = tasks.filter(sprint=sprint), shown | Q(status=TaskStatus.DONE)
    else:
        shown |= Q(status=TaskStatus.DONE, done_at__gte=now - DONE_SINCE)
    if with_cancelled:
        shown |= Q(status=TaskStatus.CANCELLED)
    found = cards_by("status", tasks.filter(shown), Q(status=whole) if whole in TaskStatus.values else None)
    notes = {} if sprint else {TaskStatus.DONE: _("of the last two weeks")}
    columns = [each for each in TaskStatus if each != TaskStatus.CANCELLED or with_cancelled]
    return Board(
        tuple(Column(each.value, each.label, found.get(each.value, Cards()), notes.get(each, "")) for each in columns),
        filters,
    )


def initiative_tasks(principal: Principal, initiative: Initiative, text: str, *, by: str, now: datetime) -> TaskList:
    """Return an initiative's tasks by `status` or by `sprint`, the open ones first, in one query.

    Raises ValidationError({"q": texts}).
    """
    tasks, filters = narrow_tasks(
        task_cards(principal.workspace, initiative), text, principal, day_in(principal.workspace.zone, now)
    )
    found, is_cut = _cut(tasks.order_by(_ORDER, "rank", "number"), MOST_LISTED)
    if by == "sprint":
        return TaskList(_by_sprint(found), filters, is_cut)
    return TaskList(tuple(each for each in by_status(found) if each.tasks), filters, is_cut)


def _cut(tasks: QuerySet[Task], most: int) -> tuple[list[Task], bool]:
    found = list(tasks[: most + 1])
    return found[:most], len(found) > most


def by_status(tasks: Sequence[Task]) -> tuple[Group, ...]:
    """Return a group for each status, empty ones too."""
    return tuple(
        Group(each.value, each.label, tuple(task for task in tasks if task.status == each)) for each in TaskStatus
    )


def _by_sprint(tasks: Sequence[Task]) -> tuple[Group, ...]:
    """Return a group for each sprint, the latest first, and the backlog last."""
    sprints = {each.sprint.pk: each.sprint for each in tasks if each.sprint is not None}
    groups = [
        Group(sprint.public_id, sprint.name, tuple(each for each in tasks if each.sprint_id == sprint.pk))
        for sprint in sorted(sprints.values(), key=lambda each: (each.starts_on or date.max, each.pk), reverse=True)
    ]
    backlog = tuple(each for each in tasks if each.sprint is None)
    return (*groups, *([Group("", _("Backlog"), backlog)] if backlog else []))

"""Cards of a board: what a card says and no more, the first of each column, with true counts; two queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from projects.models import Task, TaskBlock, TaskStatus

FIRST_CARDS: Final = 100
MOST_CARDS: Final = 600
OPEN: Final = (TaskStatus.TODO.value, TaskStatus.DOING.value)
_FIELDS: Final = (
    "pk",
    "initiative__key",
    "number",
    "title",
    "version",
    "status",
    "sprint__public_id",
    "type",
    "priority",
    "estimate",
    "due_on",
    "url",
    "connection__name",
    "assignee__name",
    "assignee__email",
)


@dataclass(frozen=True, slots=True)
class Card:
    """A task as its card tells it.

    `sprint` is the public id, None for the backlog; `tracker` is where it is mirrored from, None for ours; `assignee`
    is "" for nobody.
    """

    initiative: str
    number: int
    title: str
    version: int
    status: str
    sprint: str | None
    type: str
    priority: int
    estimate: Decimal | None
    due_on: date | None
    url: str
    tracker: str | None
    assignee: str
    is_blocked: bool

    @property
    def key(self) -> str:
        """The word that people name it by, `CHURN-42`."""
        return f"{self.initiative}-{self.number}"

    @property
    def is_open(self) -> bool:
        """Say whether it is still to be done."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Cards:
    """The first cards of a column in their order, how many there are in all, and the sum of all their estimates."""

    cards: tuple[Card, ...] = ()
    total: int = 0
    estimate: Decimal = Decimal(0)

    @property
    def unseen(self) -> int:
        """How many cards are not shown."""
        return self.total - len(self.cards)


def cards_by(field: Literal["status", "sprint"], tasks: QuerySet[Task], whole: Q | None = None) -> dict[object, Cards]:
    """Return the cards of each status or sprint, in two queries; tasks are those of `task_cards`.

    Of each the first `FIRST_CARDS` are there, and where `whole` holds the first `MOST_CARDS`.
    """
    rows = tasks.annotate(
        column_place=Window(RowNumber(), partition_by=F(field), order_by=(F("rank"), F("number"), F("pk"))),
        column_total=Window(Count("*"), partition_by=F(field)),
        column_estimate=Window(Sum("estimate"), partition_by=F(field)),
    )
    shown = Q(column_place__lte=FIRST_CARDS)
    if whole is not None:
        shown |= whole & Q(column_place__lte=MOST_CARDS)
    columns = ("column_total", "column_estimate", *_FIELDS)
    ours = list(rows.filter(shown).order_by("column_place").values_list(*columns))
    waiting = _waiting([row[2] for row in ours])
    found: dict[object, list[Card]] = {}
    sums: dict[object, tuple[int, Decimal]] = {}
    for total, estimate, number, *facts, name, email in ours:
        card = Card(*[*facts, name or email or "", number in waiting])
        value = getattr(card, field)
        found.setdefault(value, []).append(card)
        sums[value] = total, estimate or Decimal(0)
    return {value: Cards(tuple(cards), *sums[value]) for value, cards in found.items()}


def _waiting(tasks: list[int]) -> set[int]:
    """Return which of these tasks, by row number, wait for one that is open.

    A query of its own: beside the cards it is asked for each of a column, shown or not, and where the database has not
    counted its rows yet it walks through all tasks each time.
    """
    blocks = TaskBlock.objects.filter(task__in=tasks, blocker__status__in=OPEN, blocker__deleted_at=None)
    return set(blocks.values_list("task_id", flat=True)) if tasks else set()

"""People's weekly words, of one initiative or of all that fit a filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kpis.scoring.filters import Filters
from kpis.selectors.portfolio import portfolio_initiatives
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from projects.models import Initiative, Update

NEWEST: Final = 10
PAGE: Final = 25
IN_A_DIGEST: Final = 50


@dataclass(frozen=True, slots=True)
class Said:
    """An update; `is_old` says that it is the newest of its initiative and another one is overdue."""

    update: Update
    is_old: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of updates, newest first; `older` is where the next page begins, None at the end."""

    said: list[Said]
    older: int | None


def updates_of(initiative: Initiative, limit: int = NEWEST) -> list[Said]:
    """Return the newest words of people on an initiative, in one query."""
    return _told(_rows(Update.objects.filter(initiative=initiative)).order_by("-at", "-id")[:limit])


def feed(principal: Principal, filters: Filters, *, health: str = "", before: int | None = None) -> Feed:
    """Return the newest words on the initiatives that fit, with a declared health where one is asked for; one query.

    `before` is the `older` of the page before. Raises ValidationError({"q": texts}) for an unknown filter.
    """
    fitting = portfolio_initiatives(principal, filters).order_by().values("pk")
    rows = _rows(Update.objects.filter(initiative__in=fitting))
    if health:
        rows = rows.filter(health=health)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-id")[: PAGE + 1])
    return Feed(_told(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None)


def said_between(workspace: Workspace, since: datetime, until: datetime) -> list[Said]:
    """Return the words on a workspace's initiatives that were posted after a moment and up to another, newest first."""
    posted = Q(at__gt=since, at__lte=until, initiative__workspace=workspace, initiative__archived_at=None)
    return _told(_rows(Update.objects.filter(posted)).order_by("-at", "-id")[:IN_A_DIGEST])


def _rows(updates: QuerySet[Update]) -> QuerySet[Update, Any]:
    later = Update.objects.filter(initiative=OuterRef("initiative"), pk__gt=OuterRef("pk"))
    return updates.select_related("author", "initiative").annotate(is_newest=~Exists(later))


def _told(updates: Iterable[Any]) -> list[Said]:
    now = timezone.now()
    return [Said(each, each.is_newest and each.fades(now)) for each in updates]

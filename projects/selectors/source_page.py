"""The register of sources: who may own one, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import QuerySet

from mltrack.accounts.access import Principal
from mltrack.accounts.models import User, Workspace
from mltrack.cells import Cell
from projects.models import DataSource, PlannedStop
from projects.selectors.observations import with_features

SOURCES: Final = ("source", "name", "owner", "initiative", "feature", "note", "archived")
STOPS: Final = ("id", "first_day", "last_day", "reason", "initiative", "source", "segment", "author", "withdrawn")


def members_of(workspace: Workspace) -> QuerySet[User]:
    """Return the people of a workspace."""
    return User.objects.filter(memberships__workspace=workspace).order_by("email")


def source_lines(principal: Principal) -> Iterator[Sequence[Cell]]:
    """Yield a line for each feature of each source, below their headings; one without features has one line."""
    yield SOURCES
    for each in with_features(DataSource.objects.filter(workspace=principal.workspace).order_by("key")):
        owner = each.owner.email if each.owner else ""
        feeds = [(fed.initiative.key, fed.feature) for fed in each.features.all()] or [("", "")]
        for initiative, feature in feeds:
            yield (each.key, each.name, owner, initiative, feature, each.note, each.archived_at)


def stop_lines(principal: Principal) -> Iterator[Sequence[Cell]]:
    """Yield every planned stop as a line, below their headings."""
    yield STOPS
    ours = PlannedStop.objects.filter(workspace=principal.workspace).select_related("initiative", "source", "author")
    for each in ours.order_by("-first_day", "-pk").iterator(chunk_size=1000):
        yield (
            *(each.public_id, each.first_day, each.last_day, each.reason),
            *(each.initiative.key if each.initiative else "", each.source.key if each.source else "", each.segment),
            *(each.author.email if each.author else "", each.withdrawn_at),
        )

"""The policy that judges a workspace: its own active scorecard, else the default one."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection

from kpis.models import Scorecard
from kpis.scoring.scorecard import Scorecard as Policy
from kpis.scoring.scorecard_parse import DEFAULT_PATH, default_scorecard, parse_scorecard
from mltrack.accounts.models import Workspace

parse_once = lru_cache(maxsize=64)(parse_scorecard)


def policy_of(workspace: Workspace) -> Policy:
    """Return the scorecard that judges this workspace, in one query."""
    return policy_from(_active(workspace))


def policy_from(source: str | None) -> Policy:
    """Return the scorecard of a text, parsed once; the default one for None."""
    return default_scorecard() if source is None else parse_once(source)


def source_of(workspace: Workspace) -> str:
    """Return the text of the scorecard that judges this workspace, for people to read and export."""
    source = _active(workspace)
    return DEFAULT_PATH.read_text(encoding="utf-8") if source is None else source


def _active(workspace: Workspace) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT source FROM kpis_scorecard WHERE workspace_id = %s AND active", [workspace.pk])
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def versions_of(workspace: Workspace) -> list[Scorecard]:
    """Return the imported versions, newest first."""
    return list(Scorecard.objects.filter(workspace=workspace).select_related("author").order_by("-number"))

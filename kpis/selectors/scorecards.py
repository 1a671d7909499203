"""The policy that judges a workspace: its own active scorecard, else the default one."""

from __future__ import annotations

from functools import lru_cache

from kpis.models import Scorecard
from kpis.scoring.scorecard import Scorecard as Policy
from kpis.scoring.scorecard_parse import DEFAULT_PATH, default_scorecard, parse_scorecard
from mltrack.accounts.models import Workspace

parse_once = lru_cache(maxsize=64)(parse_scorecard)


def policy_of(workspace: Workspace) -> Policy:
    """Return the scorecard that judges this workspace."""
    source = Scorecard.objects.filter(workspace=workspace, active=True).values_list("source", flat=True).first()
    return default_scorecard() if source is None else parse_once(source)


def source_of(workspace: Workspace) -> str:
    """Return the text of the scorecard that judges this workspace, for people to read and export."""
    source = Scorecard.objects.filter(workspace=workspace, active=True).values_list("source", flat=True).first()
    return DEFAULT_PATH.read_text(encoding="utf-8") if source is None else source


def versions_of(workspace: Workspace) -> list[Scorecard]:
    """Return the imported versions, newest first."""
    return list(Scorecard.objects.filter(workspace=workspace).select_related("author").order_by("-number"))

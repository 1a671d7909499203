"""Portfolios with a history, as tests of the analysis need them: made of rows, not of deeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from mltrack.accounts.access import Principal
from projects.models import Initiative, StageChange
from tests.factories import make_initiative

LIVE: Final = (("framing", 400), ("data", 380), ("modeling", 350), ("integration", 320), ("production", 300))
STOPPED: Final = (("framing", 400), ("data", 390), ("cancelled", 350))
OPEN: Final = (("framing", 400), ("data", 390))


def told(owner: Principal, key: str, moves: tuple[tuple[str, int], ...], reason: str = "", **fields: Any) -> Initiative:
    """Return an initiative that moved so many days ago; `cancelled` is a state of the stage before."""
    initiative = make_initiative(owner, key, name=f"{key.title()} calls", **fields)
    initiative.stage_changes.all().delete()
    now, stage, rows = timezone.now(), "framing", []
    for word, days in moves:
        state = word if word in ("cancelled", "paused") else "active"
        stage = stage if state != "active" else word
        why = reason if state == "cancelled" else ""
        at = now - timedelta(days=days)
        rows.append(StageChange(initiative=initiative, stage=stage, state=state, at=at, reason=why, actor=owner.user))
    StageChange.objects.bulk_create(rows)
    Initiative.objects.filter(pk=initiative.pk).update(stage=stage, state=rows[-1].state)
    initiative.refresh_from_db()
    return initiative


def portfolio(owner: Principal, live: int = 5, stopped: int = 3, still: int = 4) -> None:
    """Make a portfolio begun 400 days ago: 100 days to production, 50 to the end, or in data still."""
    for number in range(live):
        told(owner, f"LIVE-{number}", LIVE)
    for number in range(stopped):
        told(owner, f"STOPPED-{number}", STOPPED, reason="data" if number else "")
    for number in range(still):
        told(owner, f"OPEN-{number}", OPEN)

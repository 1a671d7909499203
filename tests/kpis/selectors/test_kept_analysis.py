"""What is kept of the analysis: it changes with every move, with who is put away, with the hour, and by workspace."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from kpis.scoring.filters import Filters, parse_filters
from kpis.scoring.portfolio_analysis.histories import hour_of
from kpis.selectors.kept_analysis import Analysis, analysis_of
from kpis.selectors.portfolio_histories import Asked
from mltrack.accounts.access import Principal
from projects.services.initiatives import archive_initiative, change_stage, restore_initiative
from tests.factories import make_initiative, make_workspace
from tests.kpis.portfolio_world import LIVE, OPEN, portfolio, told

pytestmark = pytest.mark.django_db


def asked(owner: Principal, now: datetime | None = None) -> Analysis:
    return analysis_of(owner, Asked(), now or timezone.now())


def entered(found: Analysis) -> list[int]:
    return [each.entered for each in found.funnel]


def test_nothing_is_reckoned_twice_within_an_hour() -> None:
    owner = make_workspace()
    portfolio(owner)
    hour = hour_of(timezone.now())
    assert asked(owner, hour) is asked(owner, hour + timedelta(minutes=59))
    assert asked(owner, hour) is not asked(owner, hour + timedelta(hours=1))


def test_days_pass_with_the_hour() -> None:
    owner = make_workspace()
    told(owner, "LATE", (("framing", 10),))
    begun = owner.workspace.initiatives.get().stage_changes.get().at
    (before,) = asked(owner, hour_of(begun) + timedelta(days=20, hours=-1)).times[0].waiting
    (after,) = asked(owner, hour_of(begun) + timedelta(days=20)).times[0].waiting
    assert (before, after) == (19, 20)


def test_a_move_is_told_at_once() -> None:
    owner, now = make_workspace(), timezone.now()
    still = told(owner, "STILL", OPEN)
    assert entered(asked(owner)) == [1, 1, 0, 0, 0]
    change_stage(owner, still, stage="modeling")
    assert entered(asked(owner)) == [1, 1, 1, 0, 0]
    # A move of the past changes nothing of what the initiative shows now, and all the same its way.
    assert asked(owner).times[1].survival.events == 1
    change_stage(owner, still, stage="integration", at=now - timedelta(days=100))
    assert entered(asked(owner)) == [1, 1, 1, 1, 0]
    change_stage(owner, still, state="cancelled", reason="value")
    assert [(each.reason, each.count) for each in asked(owner).reasons] == [("value", 1)]
    make_initiative(owner, "NEW")
    assert entered(asked(owner)) == [2, 1, 1, 1, 0]


def test_who_is_put_away_is_seen_no_longer() -> None:
    owner, later = make_workspace(), timezone.now() + timedelta(days=30)
    still = told(owner, "STILL", OPEN)
    assert asked(owner, later).times[1].waiting == (420,)
    archive_initiative(owner, still)
    assert asked(owner, later).times[1].waiting == (390,)
    restore_initiative(owner, still)
    assert asked(owner, later).times[1].waiting == (420,)


def test_workspaces_filters_and_beginnings_are_kept_apart() -> None:
    owner, other = make_workspace(), make_workspace(name="Elsewhere")
    told(owner, "LIVE", LIVE)
    told(other, "STILL", OPEN)
    assert (entered(asked(owner)), entered(asked(other))) == ([1, 1, 1, 1, 1], [1, 1, 0, 0, 0])
    now = timezone.now()
    assert not analysis_of(owner, Asked(parse_filters("stage:data")), now).histories
    assert not analysis_of(owner, Asked(Filters(), now.date() - timedelta(days=300)), now).histories
    assert entered(asked(owner)) == [1, 1, 1, 1, 1]

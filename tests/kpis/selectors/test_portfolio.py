"""The portfolio: what a row says, what a filter keeps, and that history costs nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.selectors.main_kpis import told_kpi
from kpis.selectors.portfolio import PortfolioRow, portfolio
from kpis.services.contributions import set_contribution
from kpis.services.kpis import archive_kpi, create_kpi, edit_kpi
from kpis.services.readings import record_readings
from kpis.services.snapshots import judge_initiative
from mltrack.accounts.access import Principal
from projects.services.initiatives import archive_initiative, post_update
from tests.factories import make_initiative, make_member, make_stranger, make_workspace
from tests.kpis.world import GOOD, POOR, aimed, judged, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def keys(owner: Principal, text: str = "") -> list[str]:
    return [row.initiative.key for row in portfolio(owner, text).rows]


def only(owner: Principal) -> PortfolioRow:
    (row,) = portfolio(owner).rows
    return row


def weekly(values: list[float]) -> dict[str, list[Any]]:
    """Return readings one a week up to this week."""
    now = timezone.now()
    return {"times": [now - timedelta(weeks=len(values) - 1 - i) for i in range(len(values))], "values": values}


def test_before_a_judgement_nothing_is_claimed(owner: Principal) -> None:
    make_initiative(owner)
    row = only(owner)
    assert (row.verdict, row.health, row.blocked_by, row.pending) == ("unknown", "no_data", "Not judged yet", True)
    assert (row.accuracy, row.kpi, row.declared, row.score) == (None, None, None, None)


def test_a_row_shows_the_candidate_under_both_targets(owner: Principal) -> None:
    initiative = aimed(owner)
    report(initiative, "poor", POOR)
    judged(initiative)
    row = only(owner)
    assert row.accuracy is not None
    assert row.coverage is not None
    assert (row.verdict, row.candidate) == ("not_ready", "run poor")
    assert (row.accuracy["observed"], row.accuracy["result"], row.accuracy["n"]) == (0.7, "fail", 5000)
    assert row.coverage["observed"] == 0.4
    assert 1 <= len(row.blocked_by.split()) <= 5


def test_the_declared_health_stands_beside_the_computed_one(owner: Principal) -> None:
    initiative = make_initiative(owner)
    post_update(owner, initiative, health="off_track", text="stuck")
    post_update(owner, initiative, health="on_track", text="all fine")
    row = only(owner)
    assert row.declared is not None
    assert (row.declared["health"], row.declared["by"], row.differs) == ("on_track", str(owner.user), True)
    assert row.health == "no_data"


def test_the_main_kpi_has_value_attainment_and_sparkline(owner: Principal) -> None:
    initiative = make_initiative(owner)
    kpi = create_kpi(owner, name="Churn", direction="lower", baseline=12.0, target=8.0, unit="%")
    set_contribution(owner, initiative, kpi)
    set_contribution(owner, initiative, create_kpi(owner, name="Second"))
    record_readings(kpi, weekly([12.0, 11.0, 10.0]))
    main = only(owner).kpi
    assert main is not None
    assert (main.key, main.value, main.attainment, main.target) == ("churn", 10.0, 0.5, 8.0)
    assert main.spark == (12.0, 11.0, 10.0)
    assert not main.late


def test_a_missing_week_is_a_gap(owner: Principal) -> None:
    initiative = make_initiative(owner)
    kpi = create_kpi(owner, name="Churn")
    set_contribution(owner, initiative, kpi)
    record_readings(kpi, {"times": ["2026-01-05", "2026-01-12", "2026-01-26"], "values": [1, 2, 4]})
    main = only(owner).kpi
    assert main is not None
    assert main.spark == (1.0, 2.0, None, 4.0)
    assert main.late


def test_a_kpi_that_was_put_away_is_not_shown(owner: Principal) -> None:
    initiative = make_initiative(owner)
    kpi = create_kpi(owner, name="Churn")
    set_contribution(owner, initiative, kpi)
    archive_kpi(owner, kpi)
    assert only(owner).kpi is None


def test_the_figures_count_all_that_fit(owner: Principal) -> None:
    for number in range(3):
        initiative = make_initiative(owner, f"I{number}", state="paused" if number == 2 else "active")
        kpi = create_kpi(owner, name=f"KPI {number}", baseline=0.0, target=10.0)
        set_contribution(owner, initiative, kpi)
        record_readings(kpi, weekly([4.0 * (number + 1)]))
    found = portfolio(owner, limit=1)
    assert (len(found.rows), found.total, found.after) == (1, 3, "I0")
    assert (found.figures.active, found.figures.unknown, found.figures.attainment_n) == (2, 2, 2)
    assert found.figures.attainment == pytest.approx(0.6)


def test_pages_follow_each_other_without_a_gap(owner: Principal) -> None:
    for number in range(5):
        make_initiative(owner, f"I{number}")
    seen, after = [], ""
    while True:
        page = portfolio(owner, limit=2, after=after)
        seen += [row.initiative.key for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == ["I0", "I1", "I2", "I3", "I4"]


def test_another_workspace_is_never_seen(owner: Principal) -> None:
    make_initiative(make_stranger(), "THEIRS")
    assert keys(owner) == []


def test_filters(owner: Principal) -> None:
    member = make_member(owner.workspace)
    make_initiative(owner, "ALPHA", name="Fraud watch", stage="modeling")
    make_initiative(owner, "BETA", name="Churn watch", state="paused", owner=member.user)
    make_initiative(owner, "GAMMA", name="Old", owner=None, target_date=datetime(2020, 1, 1, tzinfo=UTC).date())
    archived = make_initiative(owner, "DELTA")
    archive_initiative(owner, archived)
    poor = aimed(owner, "POOR")
    report(poor, "poor", POOR)
    judged(poor)
    kpi = create_kpi(owner, name="Loss")
    set_contribution(owner, poor, kpi)
    cases = {
        "": ["ALPHA", "BETA", "GAMMA", "POOR"],
        "watch": ["ALPHA", "BETA"],
        "watch -churn": ["ALPHA"],
        '"fraud watch"': ["ALPHA"],
        "stage:modeling": ["ALPHA"],
        "-state:paused": ["ALPHA", "GAMMA", "POOR"],
        "state:paused,cancelled": ["BETA"],
        "verdict:not-ready": ["POOR"],
        "verdict:unknown": ["ALPHA", "BETA", "GAMMA"],
        "health:no-data -watch": ["GAMMA", "POOR"],
        "owner:@me": ["ALPHA", "POOR"],
        "owner:none": ["GAMMA"],
        f"owner:{member.user.email if member.user else ''}": ["BETA"],
        "is:archived": ["DELTA"],
        "is:overdue": ["GAMMA"],
        "is:pending verdict:not-ready": ["POOR"],
        "is:no-longer-ready": [],
        "-is:no-longer-ready": ["ALPHA", "BETA", "GAMMA", "POOR"],
        "accuracy:<80": ["POOR"],
        "coverage:>=0.4": ["POOR"],
        "coverage:>40": [],
        "kpi:loss": ["POOR"],
        "%": [],
    }
    assert {text: keys(owner, text) for text in cases} == cases


@pytest.mark.parametrize("text", ["colour:red", "health:green", "coverage:low", "owner:", "a" * 401])
def test_what_is_not_understood_is_said(owner: Principal, text: str) -> None:
    with pytest.raises(ValidationError) as error:
        portfolio(owner, text)
    assert list(error.value.message_dict) == ["q"]


def test_queries_do_not_grow(owner: Principal) -> None:
    counts = []
    for size in (2, 20):
        for number in range(size):
            initiative = aimed(owner, f"S{size}-N{number}")
            for step in range(1 + size // 10):
                report(initiative, f"r{size}-{number}-{step}", {**GOOD, "accuracy": 0.9 + step / 100})
                judged(initiative)
            kpi = create_kpi(owner, name=f"KPI {size} {number}", baseline=0.0, target=1.0)
            set_contribution(owner, initiative, kpi)
            record_readings(kpi, weekly([0.1] * size))
            post_update(owner, initiative, health="on_track", text="fine")
            judged(initiative)
        with CaptureQueriesContext(connection) as queries:
            portfolio(owner)
        counts.append(len(queries))
    assert counts == [2, 2]


def test_initiatives_never_judged_cost_three_queries_together(owner: Principal) -> None:
    counts = []
    for size in (2, 20):
        for number in range(size):
            kpi = create_kpi(owner, name=f"KPI {size} {number}", baseline=0.0, target=1.0)
            set_contribution(owner, make_initiative(owner, f"S{size}-N{number}"), kpi)
            record_readings(kpi, weekly([0.5]))
        with CaptureQueriesContext(connection) as queries:
            found = portfolio(owner)
        counts.append(len(queries))
        assert {row.kpi and row.kpi.attainment for row in found.rows} == {0.5}
        assert found.figures.attainment_n == found.total
    assert counts == [5, 5]


def test_the_kpi_is_as_the_last_judgement_found_it(owner: Principal) -> None:
    initiative = make_initiative(owner)
    kpi = create_kpi(owner, name="Churn", direction="lower", baseline=12.0, target=8.0, unit="%")
    set_contribution(owner, initiative, kpi)
    set_contribution(owner, initiative, create_kpi(owner, name="Second", baseline=0.0, target=1.0))
    record_readings(kpi, weekly([12.0, 11.0]))
    before = portfolio(owner)
    judge_initiative(initiative.pk)
    assert only(owner).kpi == before.rows[0].kpi
    assert portfolio(owner).figures == before.figures
    record_readings(kpi, weekly([12.0, 11.0, 10.0]))
    waiting = only(owner)
    assert waiting.kpi is not None
    assert (waiting.pending, waiting.kpi.spark) == (True, (12.0, 11.0))
    judge_initiative(initiative.pk)
    row = only(owner)
    assert row.kpi is not None
    assert (row.pending, row.kpi.spark, row.kpi.value) == (False, (12.0, 11.0, 10.0), 10.0)


def test_what_else_a_kpi_shows_follows_its_changes(owner: Principal) -> None:
    initiative = make_initiative(owner)
    kpi = create_kpi(owner, name="Churn", baseline=0.0, target=10.0)
    set_contribution(owner, initiative, kpi)
    record_readings(kpi, weekly([5.0]))
    judge_initiative(initiative.pk)
    edit_kpi(owner, kpi, {"name": "Loss", "unit": "EUR"}, reason="r")
    judge_initiative(initiative.pk)
    main = only(owner).kpi
    assert main is not None
    assert (main.name, main.unit, main.attainment) == ("Loss", "EUR", 0.5)
    kpi.refresh_from_db()
    archive_kpi(owner, kpi)
    judge_initiative(initiative.pk)
    assert only(owner).kpi is None
    assert portfolio(owner).figures.attainment_n == 0


def test_a_kept_kpi_becomes_late_by_time_alone(owner: Principal) -> None:
    initiative = make_initiative(owner)
    kpi = create_kpi(owner, name="Churn")
    set_contribution(owner, initiative, kpi)
    record_readings(kpi, weekly([5.0]))
    judge_initiative(initiative.pk)
    kept = initiative.snapshots.get().summary["kpi"]
    now = timezone.now()
    assert [getattr(told_kpi(kept, now + timedelta(weeks=weeks)), "late", None) for weeks in (0, 3)] == [False, True]


def test_a_filter_that_fits_all_tells_the_same_figures_as_none(owner: Principal) -> None:
    for number, result in enumerate((GOOD, POOR, GOOD)):
        made = aimed(owner, f"KEY{number}")
        report(made, f"r{number}", result)
        judged(made)
    make_initiative(owner, "FRESH")
    other = make_stranger()
    make_initiative(other, "OTHER")
    for person, count in ((owner, 4), (other, 1), (owner, 4)):
        whole, fitting = portfolio(person), portfolio(person, "-stage:retired")
        assert (whole.figures, whole.total, whole.rows) == (fitting.figures, fitting.total, fitting.rows)
        assert whole.total == count

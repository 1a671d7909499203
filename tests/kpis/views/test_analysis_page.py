"""The portfolio as a whole: three people, what is told of whom, files, filters, and a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.scoring.filters import Filters, parse_filters
from kpis.selectors.analysis_page import analysis_page
from kpis.selectors.portfolio_effort import efforts
from kpis.selectors.portfolio_histories import Asked, portfolio_histories
from kpis.services.value import add_cost
from mltrack.accounts.access import Principal
from projects.services.initiatives import archive_initiative
from tests.factories import make_evaluation, make_initiative, make_member, make_runs, make_stranger, make_workspace
from tests.kpis.portfolio_world import LIVE, OPEN, portfolio, told
from tests.kpis.views.conftest import browser

pytestmark = pytest.mark.django_db


def page(person: Principal, rest: str = "", workspace: Principal | None = None, part: bool = False) -> tuple[int, str]:
    key = (workspace or person).workspace.key
    answer = browser(person).get(f"/w/{key}/portfolio/analysis/{rest}", headers={"HX-Request": "true"} if part else {})
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, unescape(body.decode())


def test_the_portfolio_is_told_to_members_alone() -> None:
    owner = make_workspace()
    portfolio(owner)
    viewer, stranger = make_member(owner.workspace, "viewer"), make_stranger()
    status, text = page(viewer)
    assert status == 200
    assert "5 initiatives reached production; of the others, most stopped in data (3)." in text
    # By hand: 5 of 12 in production after 100 days, 3 cancelled after 50, all begun 400 days ago.
    assert "Of 12 initiatives begun, 42\u202f% (" in text and " in production after 12 months, 25\u202f% (" in text
    assert "12 were begun that long ago." in text
    assert text.count('class="curve-live"') == 2 and 'role="img" aria-label="Of 12 initiatives' in text
    assert "Data missing or unfit" in text and "No reason kept" in text
    # Of 12 in data 5 got further and 3 stopped; of the 5 in modeling all did.
    assert "fewer than half got further so far" in text and "only 5 came through, 10 are needed" in text
    assert page(stranger, workspace=owner)[0] == 404
    assert "No initiative to look back on" in page(stranger)[1]


def test_it_is_found_from_the_portfolio_and_keeps_the_filter() -> None:
    owner = make_workspace()
    portfolio(owner, 1, 1, 1)
    home = unescape(browser(owner).get(f"/w/{owner.workspace.key}/?q=live").content.decode())
    assert f'href="/w/{owner.workspace.key}/portfolio/analysis/?q=live"' in home
    assert "1 initiative reached production; of the others, none stopped." in page(owner, "?q=live")[1]


def test_filters_narrow_and_say_so() -> None:
    owner = make_workspace()
    portfolio(owner, 2, 1, 1)
    assert "2 initiatives reached production; of the others, none stopped." in page(owner, "?q=stage:production")[1]
    assert "This filter chooses by what became of initiatives" in page(owner, "?q=stage:production")[1]
    today = timezone.now().date()
    assert "No initiative to look back on" in page(owner, f"?since={today}")[1]
    early = page(owner, f"?since={today - timedelta(days=401)}")[1]
    assert "begun since" in early and "2 initiatives reached production" in early
    for wrong in ("?since=soon", "?since=1650-01-01", "?since=9999-12-31", "?since=2026-02-30", "?q=colour:red"):
        status, text = page(owner, wrong)
        assert status == 200 and "This filter is not understood" in text and "2 initiatives reached" in text


def test_who_is_put_away_counts_as_long_as_seen() -> None:
    owner = make_workspace()
    archive_initiative(owner, told(owner, "LIVE", LIVE))
    assert "1 initiative reached production" in page(owner)[1]
    assert "No initiative to look back on" in page(owner, "?q=-is:archived")[1]


def test_what_they_took_is_counted_by_what_became_of_them(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = make_workspace()
    live, still = told(owner, "LIVE", LIVE), told(owner, "OPEN", OPEN)
    make_runs(live, 3)
    make_evaluation(still)
    for kind, spent in (
        ("people", {"weeks": 2.5}),
        ("people", {"weeks": 1, "amount": 900}),
        ("compute", {"amount": 100}),
    ):
        add_cost(owner, live, kind=kind, starts_on="2026-01-01", ends_on="2026-01-31", **spent)
    _, text = page(owner, "effort.csv")
    assert text.splitlines() == [
        "initiative,outcome,days,runs,evaluations,labels,tasks_done,weeks,amount",
        "LIVE,production,100,3,0,0,0,3.5,1000.0",
        "OPEN,open,400,0,1,0,0,,",
    ]
    assert 'hx-get="' in page(owner)[1] and "portfolio/analysis/effort/?q=live" in page(owner, "?q=live")[1]
    part = page(owner, "effort/", part=True)[1]
    assert "<html" not in part and ">In production<" in part and ">Open<" in part and ">Stopped<" not in part
    assert "<html" in page(owner, "effort/")[1]
    found = portfolio_histories(owner, Asked(), timezone.now())
    with django_assert_num_queries(7):
        efforts(found)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("funnel", "data,12,5,3,4,0,0,0.4166666666666667,0.625"),
        ("reasons", "data,2"),
        ("incidence", "50,0.0,0.25,12,,,"),
        ("stage-times", "framing,12,12,10,,0,"),
    ],
)
def test_each_table_is_a_file(table: str, line: str) -> None:
    owner, stranger = make_workspace(), make_stranger()
    portfolio(owner)
    status, text = page(owner, f"{table}.csv?q=colour:red")
    assert status == 200 and any(each.startswith(line) for each in text.splitlines())
    assert page(stranger, f"{table}.csv", workspace=owner)[0] == 404


def test_the_number_of_queries_does_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    owner = make_workspace()
    for live in (1, 12):
        if live > 1:
            for number in range(1, live):
                told(owner, f"MORE-{number}", LIVE)
        else:
            portfolio(owner, 1, 1, 1)
        for queries in (3, 1):
            with django_assert_num_queries(queries):
                found = analysis_page(owner, Asked(Filters()), timezone.now())
        with django_assert_num_queries(2):
            analysis_page(owner, Asked(parse_filters("live")), timezone.now())
    assert found.n == 14


def test_an_initiative_of_today_is_open() -> None:
    owner = make_workspace()
    make_initiative(owner)
    text = page(owner)[1]
    assert "Of 1 initiative begun, 0 in production and 0 cancelled so far" in text and 'class="curve"' not in text

"""The portfolio: three people, both layouts, filters by words, moves on the board."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kpis.services.sample import make_sample
from kpis.services.snapshots import judge_initiative
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, User
from projects.models import StageChange
from projects.models.initiatives import Stage
from tests.factories import make_initiative, make_member, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


def browser(user: User | None) -> Client:
    client = Client()
    assert user is not None
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(principal: Principal, query: str = "") -> str:
    return browser(principal.user).get(f"/w/{principal.workspace.key}/{query}").content.decode()


def test_three_people() -> None:
    owner, stranger = make_workspace(), make_stranger()
    member = make_member(owner.workspace, "viewer")
    make_initiative(owner, name="Late parcels")
    assert "Late parcels" in page(owner)
    assert "Late parcels" in page(member)
    assert "New initiative" not in page(member)
    assert browser(stranger.user).get(f"/w/{owner.workspace.key}/").status_code == 404
    assert "Late parcels" not in page(stranger)


def test_the_empty_portfolio_teaches() -> None:
    text = page(make_workspace())
    assert "No initiative yet" in text
    assert "/api/v1/initiatives/" in text


def test_the_sample_is_shown_with_verdict_health_and_what_blocks() -> None:
    user = User.objects.create_user("demo@example.org", "a long enough phrase")
    workspace = make_sample(user)
    text = browser(user).get(f"/w/{workspace.key}/").content.decode()
    for words in ("Ready", "Not ready", "Off track", "98.8", "Coverage fails", "sample"):
        assert words in text, words


def test_filters_are_words_in_the_link() -> None:
    owner = make_workspace()
    make_initiative(owner, "CHURN")
    make_initiative(owner, "FRAUD", name="Fraud score")
    assert "Fraud score" not in page(owner, "?q=churn")
    assert "Fraud score" in page(owner, "?q=verdict:unknown+fraud")
    assert "Nothing fits this filter" in page(owner, "?q=verdict:ready")
    assert "is no filter word" in page(owner, "?q=color:red")


@pytest.mark.parametrize(("layout", "leads"), [("timeline", "timeline/"), ("analysis", "analysis/"), ("odd", "")])
def test_a_layout_with_a_page_of_its_own_is_there(layout: str, leads: str) -> None:
    owner = make_workspace()
    answer = browser(owner.user).get(f"/w/{owner.workspace.key}/?q=churn&layout={layout}")
    if leads:
        assert answer.headers["Location"].endswith(f"{leads}?q=churn")
    else:
        assert 'aria-current="page"' in answer.content.decode()


def test_a_figure_leads_to_what_it_counts() -> None:
    owner = make_workspace()
    make_initiative(owner, "CHURN", name="Churn score")
    make_initiative(owner, "FRAUD", name="Fraud score", state="paused")
    links = re.findall(r'href="(\?q=[^"]+)" class="stat"', page(owner))
    assert len(links) == 3
    assert all(link.endswith("+state:active") for link in links)
    counted = page(owner, "?q=verdict:unknown+state:active")
    assert ("Churn score" in counted, "Fraud score" in counted) == (True, False)


def test_a_board_that_is_full_leads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpis.views.portfolio.CARDS", 1)
    owner = make_workspace()
    make_initiative(owner, "CHURN", name="Churn score")
    make_initiative(owner, "FRAUD", name="Fraud score")
    first = page(owner, "?layout=board")
    assert ("Churn score" in first, "Fraud score" in first) == (True, False)
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
    last = page(owner, unescape(link))
    assert ("Churn score" in last, "Fraud score" in last) == (False, True)
    assert 'data-column="framing"' in last and 'rel="next"' not in last


def test_the_board_moves_by_its_form() -> None:
    owner = make_workspace()
    member = make_member(owner.workspace, "contributor")
    initiative = make_initiative(owner)
    path = f"/w/{owner.workspace.key}/move/{initiative.key}/"
    assert 'data-column="modeling"' in page(owner, "?layout=board")
    assert browser(member.user).post(path, {"to": "modeling"}).status_code == 403
    browser(owner.user).post(path, {"to": "modeling"})
    initiative.refresh_from_db()
    assert initiative.stage == "modeling"
    assert StageChange.objects.filter(initiative=initiative, stage="modeling").exists()
    browser(owner.user).post(path, {"to": "nowhere"})
    initiative.refresh_from_db()
    assert initiative.stage == "modeling"


def test_a_move_leads_back_to_the_same_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpis.views.portfolio.CARDS", 1)
    owner = make_workspace()
    make_initiative(owner, "CHURN", name="Churn score")
    make_initiative(owner, "FRAUD", name="Fraud score")
    (link,) = re.findall(r'rel="next" href="([^"]+)"', page(owner, "?q=score&layout=board"))
    hidden = dict(re.findall(r'type="hidden" name="(q|cursor)" value="([^"]*)"', _form(page(owner, unescape(link)))))
    assert hidden["q"] == "score" and hidden["cursor"]
    sent = {name: unescape(value) for name, value in hidden.items()}
    path = f"/w/{owner.workspace.key}/move/FRAUD/"
    answer = browser(owner.user).post(path, {"to": "modeling", **sent}, follow=True)
    assert answer.request["PATH_INFO"] == f"/w/{owner.workspace.key}/"
    assert parse_qs(answer.request["QUERY_STRING"]) == {**{n: [v] for n, v in sent.items()}, "layout": ["board"]}
    assert f"FRAUD is in {Stage.MODELING.label} now." in answer.content.decode()


def _form(board: str) -> str:
    return board.split("data-move>")[1].split("</form>")[0]


def test_changes_counts_what_was_judged_since() -> None:
    owner, stranger = make_workspace(), make_stranger()
    judge_initiative(make_initiative(owner).pk)
    path = f"/w/{owner.workspace.key}/changes/"
    client = browser(owner.user)
    assert client.get(path, {"since": "2020-01-01T00:00:00+00:00"}).json() == {"count": 1}
    assert client.get(path, {"since": "2199-01-01T00:00:00+00:00"}).json() == {"count": 0}
    assert client.get(path, {"since": "yesterday"}).json() == {"count": 0}
    theirs = browser(stranger.user).get(f"/w/{stranger.workspace.key}/changes/", {"since": "2020-01-01T00:00:00Z"})
    assert theirs.json() == {"count": 0}


@pytest.mark.parametrize("initiatives", [1, 10])
def test_the_page_takes_twelve_queries_at_most(
    initiatives: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    owner = make_workspace()
    for number in range(initiatives):
        judge_initiative(make_initiative(owner, f"C{number}").pk)
    client = browser(owner.user)
    with django_assert_max_num_queries(12):
        client.get(f"/w/{owner.workspace.key}/")


def test_short_links_lead_to_the_last_workspace() -> None:
    owner, other = make_workspace(key="north"), make_workspace(key="south")
    assert owner.user is not None
    Member.objects.create(workspace=other.workspace, user=owner.user)
    page(owner)
    assert browser(owner.user).get("/").headers["Location"] == "/w/north/"

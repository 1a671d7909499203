"""The timeline: three people, what is drawn and said, ranges in the link, and a fixed number of queries."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mltrack.accounts.access import Principal
from projects.models import Deployment, StageChange
from projects.services.initiatives import change_stage, edit_initiative
from projects.services.sprints import create_sprint
from tests.factories import make_initiative, make_stranger, make_workspace
from tests.kpis.views.conftest import browser

pytestmark = pytest.mark.django_db


def page(person: Principal, query: str = "", workspace: Principal | None = None) -> tuple[int, str]:
    key = (workspace or person).workspace.key
    answer = browser(person).get(f"/w/{key}/timeline/{query}")
    return answer.status_code, unescape(answer.content.decode())


def told(owner: Principal, key: str) -> None:
    """Make an initiative that moved twice and slipped twice, and was released."""
    initiative = make_initiative(owner, key, name=f"{key} calls", target_date=date(2026, 10, 1))
    StageChange.objects.filter(initiative=initiative).update(at=datetime(2026, 8, 3, tzinfo=UTC))
    change_stage(owner, initiative, stage="data", at=datetime(2026, 9, 7, 12, tzinfo=UTC))
    for day in (date(2026, 11, 2), date(2026, 12, 9)):
        initiative = edit_initiative(owner, initiative, {"target_date": day})
    for state, version in (("live", "v7"), ("failed", "v8")):
        Deployment.objects.create(
            workspace=owner.workspace,
            initiative=initiative,
            environment="production",
            version=version,
            state=state,
            at=datetime(2026, 10, 5, tzinfo=UTC),
        )


def test_stages_releases_and_slipped_dates_are_drawn_and_said(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = make_workspace()
    told(owner, "CHURN")
    create_sprint(owner, name="Sprint nine", starts_on=date(2026, 10, 5), ends_on=date(2026, 10, 30))
    status, text = page(owner, "?span=half&from=2026-07")
    assert status == 200
    said = (
        'aria-label="CHURN calls: Data since 7 Sep 2026; target 2026-12-09, moved from 1 Oct 2026 and 2 Nov 2026; '
        'in production v7 on 5 Oct 2026"'
    )
    assert said in text and "v8" not in text and "Sprint nine, 5 Oct 2026 to 30 Oct 2026" in text
    assert text.count('class="tl-ghost"') == 3 and text.count('class="tl-target"') == 2
    told(owner, "FRAUD")
    client = browser(owner)
    client.get(f"/w/{owner.workspace.key}/timeline/")
    with django_assert_num_queries(8):
        client.get(f"/w/{owner.workspace.key}/timeline/")
    assert "FRAUD" not in page(owner, "?q=churn")[1]


def test_a_kept_forecast_is_a_band() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    day = timezone.now().date() + timedelta(days=3)
    dates = {"p50": day.isoformat(), "p85": day.isoformat(), "decided_by": "tasks"}
    initiative.snapshots.create(
        workspace=owner.workspace,
        at=timezone.now(),
        confirmed_at=timezone.now(),
        verdict="unknown",
        health="no_data",
        score=0,
        policy_version="1",
        document={},
        summary={"forecast": dates},
        digest="d",
    )
    assert page(owner)[1].count('class="tl-forecast"') == 2


@pytest.mark.parametrize(
    "query", ["?span=week&from=never", "?from=9999-99", "?from=२०२६-०१", "?q=health:great", "?cursor=Z"]
)
def test_odd_words_in_the_link_show_a_page(query: str) -> None:
    owner = make_workspace()
    make_initiative(owner)
    status, text = page(owner, query)
    assert status == 200 and ("CHURN" in text or "Nothing to show" in text)


def test_a_stranger_sees_nothing_and_the_portfolio_leads_here() -> None:
    owner, stranger = make_workspace(), make_stranger()
    assert page(stranger, workspace=owner)[0] == 404
    assert "Nothing to show" in page(owner)[1]
    make_initiative(owner)
    listed = browser(owner).get(f"/w/{owner.workspace.key}/?q=churn").content.decode()
    assert f'href="/w/{owner.workspace.key}/timeline/?q=churn"' in listed


def test_all_of_it_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpis.selectors.timeline.ROWS", 1)
    owner = make_workspace()
    for key in ("CHURN", "FRAUD"):
        told(owner, key)
    path = f"/w/{owner.workspace.key}/timeline/timeline.csv"
    answer = browser(owner).get(path)
    head, churn, fraud = csv.reader(b"".join(answer.streaming_content).decode().splitlines())  # type: ignore[attr-defined]
    assert head[0] == "initiative" and fraud[0] == "FRAUD"
    assert churn[:2] == ["CHURN", "CHURN calls"] and churn[2].endswith("Data 2026-09-07")
    assert churn[3:6] == ["2026-12-09", "2026-12-09", "2026-10-01; 2026-11-02"]
    assert churn[8] == "v7 2026-10-05"
    only = browser(owner).get(f"{path}?q=fraud")
    assert b"CHURN" not in b"".join(only.streaming_content)  # type: ignore[attr-defined]
    assert browser(owner).get(f"{path}?q=health:none-such").status_code == 400
    assert browser(make_stranger()).get(path).status_code == 404


@pytest.mark.parametrize("place", ["updates", "timeline", "board", "forecasts", "sprints"])
def test_short_paths_lead_to_the_workspace(place: str) -> None:
    owner = make_workspace()
    answer = browser(owner).get(f"/{place}/?q=x")
    assert (answer.status_code, answer["Location"]) == (302, f"/w/{owner.workspace.key}/{place}/?q=x")


def test_sprints_and_forecasts_lead_to_each_other() -> None:
    owner = make_workspace()
    there = f"/w/{owner.workspace.key}/"
    for here, other in (("sprints", "forecasts"), ("forecasts", "sprints")):
        text = browser(owner).get(f"{there}{here}/").content.decode()
        assert f'href="{there}{other}/"' in text and f'href="{there}{here}/" aria-current="page"' in text


def test_an_opening_that_gave_way_is_not_drawn() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner, "CHURN", name="Churn calls")
    change_stage(owner, initiative, stage="modeling", at=timezone.now() - timedelta(days=40))
    since = timezone.now() - timedelta(days=40)
    assert f'aria-label="Churn calls: Modeling since {since.day} {since:%b %Y}' in page(owner)[1]
    stages = unescape(browser(owner).get(f"/w/{owner.workspace.key}/initiatives/CHURN/activity/").content.decode())
    assert "Stages so far" in stages and "Framing" not in stages.partition("Stages so far")[2].partition("</ul>")[0]

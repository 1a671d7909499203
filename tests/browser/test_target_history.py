"""A target over the runs in a browser: drawn when it is seen, in words and numbers without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from kpis.services.snapshots import judge_pending
from kpis.services.targets import approve_target, propose_target
from mltrack.accounts.access import Principal
from projects.models import Initiative
from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.factories import make_member, make_workspace
from tests.kpis.views.conftest import browser as signed_in
from tests.kpis.world import GOOD, POOR, aimed, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLOT = "figure.chart[data-src*='/targets/']"


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    """An initiative whose accuracy was loosened after two runs."""
    found = aimed(owner)
    for name, metrics in (("poor", POOR), ("good", GOOD)):
        report(found, name, metrics)
    less = propose_target(owner, found, metric="accuracy", comparator=">=", value=0.85, reason="A pilot needs less")
    approve_target(make_member(owner.workspace, is_approver=True), less)
    judge_pending(found)
    return found


def test_a_target_is_drawn_with_its_loosening(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, initiative: Initiative
) -> None:
    page: Page = page_factory(live_server.url)
    session = signed_in(owner).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"/w/{owner.workspace.key}/initiatives/{initiative.key}/targets/")
    chart = page.locator(PLOT).first
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-drawn", "true")
    assert page.locator(PLOT).count() == 2
    names = chart.locator(".legendtext").all_text_contents()
    assert names == ["accuracy", "Best so far", "Target", "Loosened"]
    expect(chart.locator("figcaption")).to_contain_text("A pilot needs less")
    chart.locator("summary").click()
    expect(chart.locator("tbody tr").first).to_contain_text("0.95")
    assert violations(page) == []

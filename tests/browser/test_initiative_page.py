"""An initiative in a browser: fields edited where they stand, forms in place, a verdict that arrives by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from kpis.services.snapshots import judge_pending
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.initiatives import edit_initiative
from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.factories import make_workspace
from tests.kpis.views.conftest import browser as signed_in
from tests.kpis.world import POOR, aimed, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    found = aimed(owner)
    report(found, "poor", POOR)
    judge_pending(found)
    return found


@pytest.fixture
def page(live_server: LiveServer, page_factory: PageFactory, owner: Principal, initiative: Initiative) -> Page:
    """The initiative's page, opened by its owner."""
    opened = page_factory(live_server.url)
    session = signed_in(owner).cookies["sessionid"].value
    opened.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    opened.goto(f"/w/{owner.workspace.key}/initiatives/{initiative.key}/")
    return opened


def field(page: Page, name: str) -> str:
    return f"form[action$='/edit/{name}/']"


def test_a_field_is_edited_where_it_stands(page: Page, initiative: Initiative) -> None:
    page.click(f"{field(page, 'name')} [data-view]")
    page.keyboard.type("Keep more clients")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Keep more clients")
    initiative.refresh_from_db()
    assert initiative.name == "Keep more clients"
    page.click(f"{field(page, 'sponsor')} [data-view]")
    page.keyboard.type("Sales")
    page.keyboard.press("Enter")
    expect(page.locator(f"{field(page, 'sponsor')} [data-view]")).to_contain_text("Sales")
    assert violations(page) == []


def test_escape_leaves_a_field_as_it_was(page: Page, initiative: Initiative) -> None:
    page.click(f"{field(page, 'name')} [data-view]")
    page.keyboard.type("Something else")
    page.keyboard.press("Escape")
    expect(page.locator(f"{field(page, 'name')} [data-view]")).to_be_focused()
    assert page.locator(f"{field(page, 'name')} input[name=value]").input_value() == "Customer churn"


def test_what_cannot_be_kept_is_said_at_the_field(page: Page, page_factory: PageFactory) -> None:
    page_factory.forgive("422")
    page.click(f"{field(page, 'target_date')} [data-view]")
    page.keyboard.type("soon")
    page.keyboard.press("Enter")
    expect(page.locator(f"{field(page, 'target_date')} [role=alert]")).to_contain_text("Q1 2027")
    assert violations(page) == []


def test_whose_words_stay_is_asked(
    page: Page, page_factory: PageFactory, initiative: Initiative, owner: Principal
) -> None:
    page_factory.forgive("412")
    edit_initiative(owner, initiative, {"problem": "Theirs"})
    page.click(f"{field(page, 'problem')} [data-view]")
    page.fill(f"{field(page, 'problem')} textarea", "Mine")
    page.click(f"{field(page, 'problem')} [data-edit] button")
    page.click("text=Keep mine")
    expect(page.locator(f"{field(page, 'problem')} .prose")).to_have_text("Mine")
    initiative.refresh_from_db()
    assert initiative.problem == "Mine"


def test_a_form_opens_inside_its_check(page: Page) -> None:
    page.click("#check-modelcoverage > summary")
    page.click("#check-modelcoverage >> text=Ask for a waiver")
    expect(page.locator("#check-modelcoverage textarea")).to_be_focused()
    assert violations(page) == []


def test_a_new_verdict_arrives_by_itself(page: Page, initiative: Initiative) -> None:
    report(initiative, "newer", {**POOR, "accuracy": 0.71})
    page.reload()
    expect(page.locator("#verdict")).to_contain_text("Newer facts wait to be judged")
    judge_pending(initiative)
    expect(page.locator("#verdict")).to_contain_text("Show the checks", timeout=8000)
    expect(page.locator("#verdict")).to_contain_text("newer")
    expect(page.locator("#verdict")).not_to_contain_text("Newer facts wait")


def test_the_key_is_proposed_while_typing(page: Page, owner: Principal) -> None:
    page.goto(f"/w/{owner.workspace.key}/initiatives/new/")
    page.locator("#id_name").press_sequentially("Read the meters")
    expect(page.locator("#proposed-key")).to_contain_text("READ-METERS")

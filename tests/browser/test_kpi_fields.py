"""A KPI's fields in a browser: opened where they stand, and without scripts on a page of their own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from kpis.models import KPI
from mltrack.accounts.access import Principal
from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.factories import make_workspace
from tests.kpis.views.conftest import browser as signed_in
from tests.kpis.views.kpi_world import home, make_kpi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    found = make_workspace()
    make_kpi(found)
    return found


def opened(live_server: LiveServer, page_factory: PageFactory, owner: Principal, *, scripts: bool = True) -> Page:
    page: Page = page_factory(live_server.url, scripts=scripts)
    session = signed_in(owner).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(home(owner, "kpis/churn-rate/"))
    return page


def test_a_field_is_opened_saved_and_left(live_server: LiveServer, page_factory: PageFactory, owner: Principal) -> None:
    page = opened(live_server, page_factory, owner)
    link = page.get_by_role("link", name=re.compile("^Unit: "))
    link.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Unit", exact=True)
    expect(field).to_be_focused()
    assert violations(page) == []
    field.fill("‰")
    page.keyboard.press("Enter")
    expect(link).to_contain_text("‰")
    expect(link).to_be_focused()
    assert KPI.objects.get().unit == "‰"
    link.click()
    field.fill("days")
    page.keyboard.press("Escape")
    expect(page.locator(".inline-edit .view", has_text="‰")).to_be_focused()
    assert KPI.objects.get().unit == "‰"


def test_a_new_name_stands_above_at_once(live_server: LiveServer, page_factory: PageFactory, owner: Principal) -> None:
    page = opened(live_server, page_factory, owner)
    page.locator("main").press("e")
    page.get_by_label("Name", exact=True).fill("Churn of all")
    page.keyboard.press("Enter")
    expect(page.locator("#kpi-name")).to_have_text("Churn of all")
    page.get_by_role("link", name=re.compile("^Edit How it is measured")).click()
    expect(page.locator("textarea[name=value]")).to_be_focused()


def test_without_scripts_it_has_a_page(live_server: LiveServer, page_factory: PageFactory, owner: Principal) -> None:
    page = opened(live_server, page_factory, owner, scripts=False)
    page.get_by_role("link", name=re.compile("^Unit: ")).click()
    page.locator("input[name=value]").fill("cases")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/kpis/churn-rate/$"))
    expect(page.get_by_role("link", name=re.compile("^Unit: "))).to_contain_text("cases")

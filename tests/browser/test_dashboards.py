"""A dashboard composed by keyboard alone; full screen; and the Leadership dashboard printed on two sheets."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from kpis.models import Panel
from tests.browser.axe import violations
from tests.browser.catalogue import LIGHT_DESKTOP
from tests.browser.pages import PageFactory
from tests.browser.test_every_page import open_page
from tests.browser.test_keyboard import tab_to
from tests.browser.worlds import make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LEADERSHIP = "/w/demo/dashboards/leadership/"
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.fixture
def page(live_server: LiveServer, page_factory: PageFactory, transactional_db: None) -> Page:
    """A signed-in page."""
    return open_page(live_server, page_factory, LIGHT_DESKTOP, make_world())


def titles() -> list[str]:
    """Return the titles of the copy's panels in order."""
    there = Panel.objects.filter(dashboard__key="leadership-copy", position__isnull=False)
    return list(there.order_by("position").values_list("title", flat=True))


def press(page: Page, selector: str) -> None:
    """Come to an element by Tab, press Enter, and wait until the page that follows is there."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_dashboard_is_composed_by_keyboard_and_printed(page: Page) -> None:
    page.goto(LEADERSHIP)
    # Two leaders' questions are answered by the first words of the first two panels.
    expect(page.locator(".dash .lead").nth(0)).to_contain_text("KPI")
    expect(page.locator(".dash .lead").nth(1)).to_contain_text(re.compile("initiative|Nothing is forecast"))
    assert len(SHEET.findall(page.pdf(format="A4"))) == 2
    page.locator("h1").focus()
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement?.id === 'dashboard'")
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement")

    press(page, "form[action$='/leadership/copy/'] button")
    begun = titles()
    press(page, "ol.rows > li:nth-child(2) button[value=earlier]")
    assert titles()[:2] == [begun[1], begun[0]]
    # The button that was pressed has the focus, at its new place: pressed again, nothing is before it.
    expect(page.locator("ol.rows > li:nth-child(1) button[value=earlier]")).to_be_focused()
    press(page, "ol.rows > li:nth-child(1) button[value=later]")
    expect(page.locator("ol.rows > li:nth-child(2) button[value=later]")).to_be_focused()
    assert titles() == begun

    press(page, "ol.rows > li:nth-child(3) button[name=removed]")
    assert titles() == [*begun[:2], *begun[3:]]
    press(page, ".toast form button")
    assert titles() == begun
    expect(page.locator("ol.rows > li:nth-child(3) .title")).to_be_focused()

    tab_to(page, "select[name=kind]")
    page.keyboard.type("Text")
    press(page, "footer form .btn")
    tab_to(page, "input[name=title]")
    page.keyboard.press("Control+a")
    page.keyboard.type("Why")
    tab_to(page, "textarea[name=text]")
    page.keyboard.type("Because of **this**.")
    press(page, "main .form-foot .btn.primary")
    assert titles() == [*begun, "Why"]
    assert violations(page) == []
    press(page, ".page-head .actions a")
    expect(page.locator(".dash section").last).to_contain_text("Because of this.")

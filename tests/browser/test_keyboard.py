"""By keyboard alone: the palette, a card on the board, a field edited where it stands."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from projects.models import Initiative
from tests.browser.axe import violations
from tests.browser.catalogue import LIGHT_DESKTOP
from tests.browser.pages import PageFactory
from tests.browser.test_every_page import open_page
from tests.browser.worlds import make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: LiveServer, page_factory: PageFactory, transactional_db: None) -> Page:
    """A signed-in page."""
    return open_page(live_server, page_factory, LIGHT_DESKTOP, make_world())


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until an element that fits the selector has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
            return
    raise AssertionError(f"Tab never came to {wanted}")


def test_the_palette_leads_to_an_initiative(page: Page) -> None:
    page.goto("/w/demo/")
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    expect(palette).to_be_visible()
    page.keyboard.type("wine")
    expect(palette.get_by_role("option", name=re.compile("grower of a wine"))).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/initiatives/CELLAR/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("CELLAR")


def test_a_card_is_lifted_carried_and_dropped(page: Page) -> None:
    page.goto("/w/demo/?layout=board")
    tab_to(page, "[data-card=DIGITS]")
    page.keyboard.press("Space")
    expect(page.locator("#live")).to_contain_text("lifted")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-column=production] [data-card=DIGITS]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-column=integration] [data-card=DIGITS]")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    with page.expect_response("**/move/DIGITS/"):
        page.keyboard.press("Space")
    page.goto("/w/demo/?layout=board")
    expect(page.locator("[data-column=production] [data-card=DIGITS]")).to_be_visible()
    assert Initiative.objects.get(key="DIGITS").stage == "production"


def test_a_field_is_edited_where_it_stands(page: Page) -> None:
    page.goto("/w/demo/initiatives/BIOPSY/")
    tab_to(page, "form[action$='/edit/sponsor/'] [data-view]")
    page.keyboard.press("Enter")
    page.keyboard.type("The clinic")
    page.keyboard.press("Escape")
    field = page.locator("form[action$='/edit/sponsor/']")
    expect(field.locator("[data-view]")).to_be_focused()
    expect(field).to_contain_text("Sample sponsor")
    page.keyboard.press("Enter")
    page.keyboard.type("The clinic")
    page.keyboard.press("Enter")
    expect(field.locator("[data-view]")).to_contain_text("The clinic")
    assert violations(page) == []
    page.reload()
    expect(field.locator("[data-view]")).to_contain_text("The clinic")


def test_the_skip_link_leads_past_the_sidebar(page: Page) -> None:
    page.goto("/w/demo/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")

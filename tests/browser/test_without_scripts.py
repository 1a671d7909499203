"""What a browser without JavaScript can do: everything that is a form or a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.pages import PageFactory
from tests.browser.people import fill, sign_in, sign_out
from tests.browser.worlds import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: LiveServer, page_factory: PageFactory, transactional_db: None) -> Page:
    """A signed-in page without scripts."""
    world: World = make_world()
    page = page_factory(live_server.url, scripts=False)
    sign_in(page, world.user.email, "a long enough password")
    return page


def test_from_sign_in_to_a_word_without_scripts(page: Page) -> None:
    page.goto("/w/empty/initiatives/new/")
    fill(page, "Make the initiative", name="Sort returned parcels")
    expect(page).to_have_url(re.compile("/w/empty/initiatives/SORT-RETURNED/$"))
    here = page.url
    page.goto(f"{here}targets/")
    fill(page, "Set the target", metric="accuracy", comparator=">=", value="92 %")
    expect(page.locator("main")).to_contain_text(re.compile(r"0\.92|92 %"))
    page.goto(f"{here}edit/problem/")
    fill(page, "Save", value="They are sorted by hand.")
    expect(page.locator("main")).to_contain_text("They are sorted by hand.")
    page.goto(f"{here}checks/data.schema/attest/")
    fill(page, "Attest", link="https://wiki.example.org/schema", note="Read it.")
    page.wait_for_url(f"{here}*")
    expect(page.locator("main")).to_contain_text("Read it.")
    page.goto(f"{here}gate/")
    fill(page, "Ask", commit="0a1b2c3")
    expect(page.locator("main")).to_contain_text("There is no finished run of commit 0a1b2c3 here")


def test_a_card_moves_by_its_menu_without_scripts(page: Page) -> None:
    page.goto("/w/demo/?layout=board")
    page.get_by_label("Move DIGITS to").select_option("production")
    page.locator("[data-card=DIGITS]").get_by_role("button", name="Move").click()
    page.goto("/w/demo/?layout=board")
    expect(page.locator("[data-column=production] [data-card=DIGITS]")).to_be_visible()


def test_a_reading_and_the_search_without_scripts(page: Page) -> None:
    page.goto("/w/bare/kpis/bare/readings/")
    fill(page, "Add", time="2026-01-05", value="7.25")
    expect(page.locator("main table")).to_contain_text("7.25")
    page.goto("/w/demo/search/?q=biopsy")
    page.get_by_role("link", name=re.compile("Second reader")).first.click()
    expect(page).to_have_url(re.compile("/initiatives/BIOPSY/$"))


def test_the_way_out_without_scripts(page: Page) -> None:
    page.goto("/w/demo/")
    sign_out(page)
    page.goto("/w/demo/")
    expect(page).to_have_url(re.compile("/accounts/login/"))

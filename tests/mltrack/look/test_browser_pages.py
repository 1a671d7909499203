"""The look in a real browser: accessible, within its policy, readable at every width."""

from __future__ import annotations

from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.samples import sampled

pytestmark = pytest.mark.browser
Theme = Literal["light", "dark"]


@pytest.mark.parametrize(
    ("path", "theme", "size"),
    sampled(product(["/styleguide/", "/w/sample/", "/missing/"], ["light", "dark"], ["desktop", "phone"]), keep=5),
)
def test_no_axe_violations(look_server: str, page_factory: PageFactory, path: str, theme: Theme, size: str) -> None:
    page_factory.forgive("404 (Not Found)")
    page = page_factory(look_server, size=size, theme=theme)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/styleguide/", "/w/sample/"])
def test_the_page_flows_at_320_pixels(look_server: str, page_factory: PageFactory, path: str) -> None:
    page = page_factory(look_server, size="narrow")
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_axe_finds_what_is_wrong(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/w/sample/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(each.startswith("button-name") for each in violations(page))


def test_a_page_that_breaks_the_policy_is_reported(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/w/sample/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://example.org/x.png\" alt=\"\">')")
    page.wait_for_timeout(200)
    assert any("CSP" in each for each in page_factory.complaints)
    page_factory.complaints.clear()


def test_a_first_view_needs_at_most_eight_requests(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/w/sample/")
    page.wait_for_load_state("networkidle")
    assert len(asked) <= 8, asked
    assert not any("plotly" in url for url in asked)


def test_a_chart_is_drawn_when_seen_and_shares_nothing(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    page.locator("[data-chart]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-drawn]")
    assert page.locator(".modebar-btn, .plotlyjsicon, .modebar-btn--logo").count() == 0
    page.locator(".plot .points path").last.hover(force=True)
    page.wait_for_selector(".hoverlayer .hovertext")
    assert violations(page) == []


def test_a_chart_follows_the_theme(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    page.locator("[data-chart]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-drawn]")
    label = page.locator(".plot .xtick text").first
    before = str(label.evaluate("element => getComputedStyle(element).fill"))
    page.emulate_media(color_scheme="dark")
    expect(label).not_to_have_css("fill", before)


def test_without_scripts_the_page_still_shows_everything(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server, scripts=False)
    page.goto("/styleguide/")
    assert page.locator("figure table tr").count() == 11
    assert page.locator(".inline-edit input[name=title]").is_visible()
    page.locator("#check-coverage summary").click()
    assert page.locator("#check-coverage .to-pass").is_visible()


def test_without_scripts_the_theme_is_a_form(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server, scripts=False)
    page.goto("/styleguide/")
    page.get_by_role("button", name="Display").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url("**/styleguide/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_every_use_of_the_sprite_finds_its_symbol(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    empty = """async () => {
      const text = await (await fetch(document.body.dataset.sprite)).text();
      const sprite = new DOMParser().parseFromString(text, "image/svg+xml");
      const used = [...document.querySelectorAll("use")].map((use) => use.getAttribute("href").split("#")[1]);
      return used.filter((name) => !sprite.getElementById(name));
    }"""
    assert page.evaluate(empty) == []


def test_printing_leaves_the_frame_out_and_opens_what_is_closed(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    page.emulate_media(media="print")
    assert not page.locator(".side").is_visible()
    assert not page.locator(".page-head .actions").is_visible()
    assert page.locator("h1").is_visible()
    height = "document.querySelector('#check-coverage .more').getBoundingClientRect().height"
    assert page.evaluate(height) > 20

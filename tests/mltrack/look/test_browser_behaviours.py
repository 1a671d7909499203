"""The behaviours by keyboard and pointer in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.pages import PageFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def sample(look_server: str, page_factory: PageFactory) -> Page:
    """The sample workspace's page."""
    page = page_factory(look_server)
    page.goto("/w/sample/")
    return page


def test_the_palette_by_keyboard_alone(sample: Page) -> None:
    sample.keyboard.press("Control+k")
    palette = sample.locator("#palette")
    expect(palette).to_be_visible()
    expect(palette.get_by_role("option")).to_have_count(2)
    assert violations(sample) == []
    sample.keyboard.type("second")
    expect(palette.get_by_role("option")).to_have_count(1)
    expect(palette.get_by_role("option")).to_contain_text("Second <b>sample</b>")
    sample.keyboard.press("Enter")
    sample.wait_for_url("**/connections/")


def test_the_palette_walks_its_list_and_closes(sample: Page) -> None:
    sample.get_by_role("link", name="Search").click()
    palette = sample.locator("#palette")
    expect(palette.locator("[aria-selected=true]")).to_contain_text("First")
    sample.keyboard.press("ArrowDown")
    expect(palette.locator("[aria-selected=true]")).to_contain_text("Second")
    expect(palette.locator("input")).to_have_attribute("aria-activedescendant", "palette-2")
    sample.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_two_keys_go_places(sample: Page) -> None:
    sample.keyboard.press("g")
    sample.keyboard.press("k")
    sample.wait_for_url("**/kpis/")


def test_rows_are_walked_and_chosen_by_keys(sample: Page) -> None:
    sample.keyboard.press("j")
    expect(sample.get_by_role("link", name="one", exact=True)).to_be_focused()
    sample.keyboard.press("j")
    sample.keyboard.press("x")
    expect(sample.get_by_role("checkbox", name="Select two")).to_be_checked()
    sample.keyboard.press("k")
    expect(sample.get_by_role("link", name="one", exact=True)).to_be_focused()


def test_keys_do_nothing_while_typing_or_when_off(sample: Page) -> None:
    sample.get_by_label("Note").fill("")
    sample.get_by_label("Note").press("g")
    sample.get_by_label("Note").press("k")
    expect(sample).to_have_url(re.compile(r"/w/sample/$"))
    sample.get_by_label("Note").blur()
    sample.keyboard.press("?")
    dialog = sample.locator("#keys")
    expect(dialog).to_be_visible()
    expect(dialog.locator("dt")).to_contain_text(["Search or jump to", "Portfolio"])
    assert violations(sample) == []
    dialog.get_by_role("button", name="Keys off").click()
    sample.keyboard.press("Escape")
    sample.keyboard.press("?")
    expect(dialog).to_be_hidden()
    sample.reload()
    sample.keyboard.press("?")
    expect(sample.locator("#keys")).to_be_hidden()


def test_the_sidebar_collapses_and_stays_so(sample: Page) -> None:
    wide = sample.locator(".side").bounding_box()
    sample.keyboard.press("[")
    expect(sample.locator("html")).to_have_attribute("data-nav", "slim")
    slim = sample.locator(".side").bounding_box()
    assert wide is not None and slim is not None and slim["width"] < wide["width"] / 3
    assert violations(sample) == []
    sample.wait_for_load_state("networkidle")
    sample.reload()
    expect(sample.locator("html")).to_have_attribute("data-nav", "slim")


def test_the_theme_changes_at_once_and_stays(sample: Page) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = sample.evaluate(ground)
    sample.get_by_role("button", name="Display").click()
    with sample.expect_response("**/preferences/"):
        sample.get_by_role("button", name="Dark").click()
    assert sample.evaluate(ground) != light
    expect(sample.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    sample.reload()
    assert sample.evaluate(ground) != light


def open_edit(page: Page) -> None:
    page.keyboard.press("e")
    expect(page.get_by_label("Title", exact=True)).to_be_focused()


def test_inline_edit_saves_with_enter(sample: Page) -> None:
    open_edit(sample)
    sample.keyboard.type("new words")
    sample.keyboard.press("Enter")
    expect(sample.locator(".inline-edit .view")).to_have_text("new words")


def test_inline_edit_cancels_with_escape(sample: Page) -> None:
    open_edit(sample)
    sample.keyboard.type("thrown away")
    sample.keyboard.press("Escape")
    view = sample.locator(".inline-edit .view")
    expect(view).to_have_text("old")
    expect(view).to_be_focused()


def test_inline_edit_shows_the_error_of_the_server(sample: Page, page_factory: PageFactory) -> None:
    page_factory.forgive("422")
    open_edit(sample)
    sample.get_by_label("Title", exact=True).fill("")
    sample.keyboard.press("Enter")
    expect(sample.get_by_text("A title is needed.")).to_be_visible()
    expect(sample.get_by_label("Title", exact=True)).to_be_focused()
    assert violations(sample) == []


def test_inline_edit_never_overwrites_another_s_words(sample: Page, page_factory: PageFactory) -> None:
    page_factory.forgive("412")
    open_edit(sample)
    sample.keyboard.type("mine")
    sample.keyboard.press("Enter")
    expect(sample.get_by_text("Title was changed by a manager while you were editing")).to_be_visible()
    assert violations(sample) == []
    sample.get_by_role("button", name="Keep mine").click()
    expect(sample.locator(".inline-edit .view")).to_have_text("mine")


def test_a_broken_answer_is_a_message_and_not_swapped_in(sample: Page, page_factory: PageFactory) -> None:
    page_factory.forgive("500")
    sample.locator("#breaks").click()
    expect(sample.get_by_role("alert")).to_contain_text("The server answered 500. Request req-7")
    expect(sample.locator("#part")).to_have_text("before")
    assert violations(sample) == []
    sample.get_by_role("button", name="Dismiss").click()
    expect(sample.get_by_role("alert")).to_have_count(0)


def test_a_toast_can_be_undone(sample: Page) -> None:
    sample.evaluate("""document.dispatchEvent(new CustomEvent("toast", {
        detail: {text: "Archived", undo: () => { document.title = "undone"; }},
    }))""")
    expect(sample.get_by_role("status").filter(has_text="Archived")).to_be_visible()
    sample.get_by_role("button", name="Undo").click()
    expect(sample).to_have_title("undone")


def test_a_draft_survives_and_is_cleared_once_sent(sample: Page) -> None:
    sample.get_by_label("Note").press_sequentially("half a thought")
    sample.goto("/styleguide/")
    sample.goto("/w/sample/")
    expect(sample.get_by_label("Note")).to_have_value("half a thought")
    expect(sample.get_by_text("Your unsent text was restored.")).to_be_visible()
    sample.get_by_role("button", name="Send").click()
    sample.wait_for_url("**/kpis/**")
    sample.goto("/w/sample/")
    expect(sample.get_by_label("Note")).to_have_value("")


def test_a_draft_can_be_discarded(sample: Page) -> None:
    sample.get_by_label("Note").press_sequentially("no")
    sample.reload()
    sample.get_by_role("button", name="Discard").click()
    expect(sample.get_by_label("Note")).to_have_value("")
    sample.reload()
    expect(sample.get_by_label("Note")).to_have_value("")


def test_news_is_announced_in_a_bar_and_moves_nothing(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.clock.install()
    page.goto("/w/sample/")
    expect(page.locator("[data-poll]")).to_be_hidden()
    page.clock.run_for(31_000)
    expect(page.get_by_role("link", name="3 updates, show")).to_be_visible()


def test_times_stay_true_while_the_page_is_open(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.clock.install(time="2026-03-02T10:30:00Z")
    page.goto("/styleguide/")
    page.clock.run_for(31_000)
    expect(page.locator(".verdict time")).to_have_text("1 h ago")
    page.clock.fast_forward(3_600_000)
    page.clock.run_for(31_000)
    expect(page.locator(".verdict time")).to_have_text("2 h ago")


def test_rows_in_bulk(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    page.get_by_role("checkbox", name="Select SAMPLE-A").click()
    page.get_by_role("checkbox", name="Select SAMPLE-C").click(modifiers=["Shift"])
    expect(page.locator("[data-bulk-bar]")).to_contain_text("3 selected")
    page.get_by_role("checkbox", name="Select all rows").check()
    expect(page.locator("[data-bulk-bar]")).to_contain_text("4 selected")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()


def test_the_filter_offers_its_words(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    page.keyboard.press("/")
    page.keyboard.type("health")
    expect(page.locator("#filter-terms").get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Filter by words")).to_have_value("health:at-risk ")


def test_a_card_moves_by_keys_and_can_be_put_back(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    card, live = page.locator("[data-card=SAMPLE-C]"), page.locator("#live")
    card.focus()
    page.keyboard.press("Space")
    expect(live).to_contain_text("Third sample lifted")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-column=modeling] [data-card]")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("[data-column=data] [data-card]")).to_have_count(1)
    expect(live).to_contain_text("put back")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"before=SAMPLE-B&to=modeling"))


def test_a_card_moves_by_dragging(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    page.locator("[data-card=SAMPLE-C]").drag_to(page.locator("[data-column=modeling]"))
    page.wait_for_url(re.compile(r"to=modeling"))


def test_copying_puts_the_code_on_the_clipboard(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/styleguide/")
    page.locator(".code [data-copy]").first.click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -X POST")


def test_a_dialog_opens_by_its_key_and_closes(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    page.keyboard.press("c")
    expect(page.locator("#sample-dialog")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#sample-dialog")).to_be_hidden()


def test_a_menu_opens_beside_its_button(look_server: str, page_factory: PageFactory) -> None:
    page = page_factory(look_server)
    page.goto("/styleguide/")
    button = page.get_by_role("button", name="More")
    button.click()
    menu = page.locator("#sample-menu")
    expect(menu).to_be_visible()
    at, beside = menu.bounding_box(), button.bounding_box()
    assert at is not None and beside is not None
    assert abs(at["x"] - beside["x"]) < 220
    assert min(abs(at["y"] - beside["y"] - beside["height"]), abs(at["y"] + at["height"] - beside["y"])) < 12
    assert violations(page) == []

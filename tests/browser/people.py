"""What a person does in the browser, in their own words: sign in, fill a form, wait for something to appear."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.trees import Tree

EMAIL = "first@example.org"
PHRASE = "correct horse battery"


def fill(page: Page, button: str, **values: str) -> None:
    """Fill the form that has this button, field by field, and press it."""
    form = page.locator("main form", has=page.get_by_role("button", name=button, exact=True)).first
    for name, value in values.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_role("button", name=button, exact=True).click()


def become_first(page: Page, tree: Tree) -> None:
    """Become the first member with the code that the console printed."""
    found = re.search(r"one-time code (\S+)", tree.words())
    assert found is not None, tree.words()
    page.goto("/")
    fill(page, "Begin", code=found[1], name="Ada", email=EMAIL, password=PHRASE, workspace_name="Claims")
    expect(page).to_have_url(re.compile(r"/w/claims/$"))


def sign_out(page: Page) -> None:
    """Sign out by the menu."""
    page.locator("[popovertarget=you]").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def sign_in(page: Page, email: str = EMAIL, phrase: str = PHRASE) -> None:
    """Sign in."""
    page.goto("/accounts/login/")
    fill(page, "Sign in", login=email, password=phrase)
    page.wait_for_url("**/w/**")

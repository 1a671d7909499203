"""The browser for tests: one headless Chromium, pages that report whatever a page must not do."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PageFactory, chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole run.

    Playwright keeps an event loop in this thread, in which the tests' own queries are safe: nothing awaits them.
    """
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with chromium() as found:
        yield found


@pytest.fixture
def page_factory(browser: Browser) -> Iterator[PageFactory]:
    """Pages by origin, theme and size; the test fails at its end when one of them broke a rule."""
    factory = PageFactory(browser)
    yield factory
    factory.finish()

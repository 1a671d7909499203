"""The reference page in a real browser."""

from __future__ import annotations

from typing import Literal

import pytest
from django.test import override_settings

from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.mltrack.look.server import serving

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_it_is_accessible_and_flows(page_factory: PageFactory, theme: Literal["light", "dark"], size: str) -> None:
    with serving() as origin, override_settings(ROOT_URLCONF="tests.mltrack.accounts.api.urls"):
        page = page_factory(origin, size=size, theme=theme)
        page.goto("/api/v1/docs/")
        page.wait_for_load_state("networkidle")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

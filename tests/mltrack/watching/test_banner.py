"""The banner in a browser: accessible and in one column, light and dark, wide and narrow."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from mltrack import standstill
from mltrack.standstill import Memo
from tests.browser.axe import violations
from tests.browser.catalogue import VIEWS, View
from tests.browser.pages import PageFactory
from tests.browser.test_every_page import too_wide
from tests.factories import make_workspace
from tests.kpis.views.conftest import browser as signed_in
from tests.mltrack.management.test_health import age, beat_all

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.theme}-{view.size}")
def test_the_banner(
    live_server: LiveServer, page_factory: PageFactory, monkeypatch: pytest.MonkeyPatch, view: View
) -> None:
    owner = make_workspace()
    beat_all()
    age("queue:celery", 300)
    age("queue:pulls", 7200)
    monkeypatch.setattr(standstill, "MEMO", Memo())
    monkeypatch.setattr(standstill, "_STARTED", time.monotonic() - 3600)
    page = page_factory(live_server.url, size=view.size)
    session = signed_in(owner).cookies["sessionid"].value
    cookies = {"mltrack_theme": view.theme, "sessionid": session}
    page.context.add_cookies([{"name": name, "value": text, "url": live_server.url} for name, text in cookies.items()])
    page.goto(f"/w/{owner.workspace.key}/connections/")
    banner = page.get_by_role("status").filter(has_text="manage.py doctor")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("Judging stands still. Last sign of life: 5 min ago")
    expect(banner).to_contain_text("Pulls stand still. Last sign of life: 2 h ago")
    assert violations(page) == []
    assert too_wide(page, view) == []

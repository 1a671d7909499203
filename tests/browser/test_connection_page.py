"""A connection in a browser: while a pull is under way its part is asked for again, without counting all runs."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from mltrack.accounts.access import Principal
from projects.models import SyncAttempt
from tests.browser.pages import PageFactory
from tests.factories import make_connection, make_runs, make_workspace
from tests.kpis.views.conftest import browser as signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


def test_the_number_of_runs_stays_until_the_pull_has_ended(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal
) -> None:
    connection = make_connection(owner)
    make_runs(connection, 3)
    attempt = SyncAttempt.objects.create(connection=connection, state="running", pages=1, started_at=timezone.now())
    page = page_factory(live_server.url)
    session = signed_in(owner).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"/w/{owner.workspace.key}/connections/{connection.public_id}/")
    expect(page.locator("#runs-here .figure")).to_have_text("3")
    make_runs(connection, 1)
    SyncAttempt.objects.filter(pk=attempt.pk).update(pages=7)
    expect(page.locator("#status")).to_contain_text("in 7 pages so far", timeout=8000)
    expect(page.locator("#runs-here .figure")).to_have_text("3")
    SyncAttempt.objects.filter(pk=attempt.pk).update(state="done", ended_at=timezone.now())
    expect(page.locator("#runs-here .figure")).to_have_text("4", timeout=8000)

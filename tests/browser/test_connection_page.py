"""A connection in a browser: while a pull is under way its part is asked for again, without counting all runs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mltrack.accounts.access import Principal
from projects.models import Connection, Run, SyncAttempt
from projects.services.connections import create_connection
from tests.browser.pages import PageFactory
from tests.factories import make_connection, make_initiative, make_runs, make_workspace
from tests.kpis.views.conftest import browser as signed_in
from tests.projects.faults.test_killed import gated
from tests.projects.faults.workers import celery, scheduler
from tests.projects.little_mlflow import LittleMLflow, mlflow_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


def opened(live_server: LiveServer, page_factory: PageFactory, owner: Principal, connection: Connection) -> Page:
    """Return a connection's page, opened by its owner."""
    page = page_factory(live_server.url)
    session = signed_in(owner).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"/w/{owner.workspace.key}/connections/{connection.public_id}/")
    return page


def test_the_number_of_runs_stays_until_the_pull_has_ended(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal
) -> None:
    connection = make_connection(owner)
    make_runs(connection, 3)
    attempt = SyncAttempt.objects.create(connection=connection, state="running", pages=1, started_at=timezone.now())
    page = opened(live_server, page_factory, owner, connection)
    expect(page.locator("#held-here .figure")).to_have_text("3")
    make_runs(connection, 1)
    SyncAttempt.objects.filter(pk=attempt.pk).update(pages=7)
    expect(page.locator("#status")).to_contain_text("in 7 pages so far", timeout=8000)
    expect(page.locator("#held-here .figure")).to_have_text("3")
    SyncAttempt.objects.filter(pk=attempt.pk).update(state="done", ended_at=timezone.now())
    expect(page.locator("#held-here .figure")).to_have_text("4", timeout=8000)


def resting(owner: Principal, address: str) -> Connection:
    """Return a connection that nobody pulls within the hour unless a person asks."""
    options = {"page_size": 5, "timeout_seconds": 60}
    made = create_connection(
        owner,
        kind="mlflow",
        name="Laboratory",
        base_url=address,
        options=options,
        interval_seconds=3600,
        initiative=make_initiative(owner),
    )
    Connection.objects.filter(pk=made.pk).update(last_ok=Now(), next_due=Now() + timedelta(hours=1))
    return made


def rows_so_far(page: Page, pages: int) -> int:
    """Return the rows that the page says came, once it tells of so many pages or more."""
    progress = page.get_by_role("group", name="Pulling")
    several = "|".join(str(number) for number in range(pages, 20))
    expect(progress).to_contain_text(re.compile(rf"\d+ rows in ({several}) pages so far"), timeout=60_000)
    found = re.search(r"(\d+) rows in", progress.inner_text())
    assert found
    return int(found[1])


@pytest.mark.processes
def test_sync_now_shows_the_rows_grow_and_the_end_without_a_reload(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, redis_url: str, tmp_path: Path
) -> None:
    mlflow = LittleMLflow(runs=[mlflow_run(number) for number in range(23)])
    worker = celery(tmp_path, redis_url, MLTRACK_LEASE_SECONDS="60")
    with mlflow.serve() as server, scheduler(tmp_path, redis_url), worker:
        connection = resting(owner, server.url)
        first, second = gated(mlflow, 3), gated(mlflow, 5)
        page = opened(live_server, page_factory, owner, connection)
        page.evaluate("window.opened = 'once'")
        expect(page.locator("#held-here .figure")).to_have_text("0")
        page.get_by_role("button", name="Sync now").click()
        assert first.reached.wait(60)
        few = rows_so_far(page, 2)
        assert few == Run.objects.count() < 23
        first.opened.set()
        assert second.reached.wait(60)
        more = rows_so_far(page, 4)
        assert few < more == Run.objects.count() < 23
        second.opened.set()
        expect(page.locator("#status tbody th").first).to_have_text("Done", timeout=30_000)
        expect(page.locator("#held-here .figure")).to_have_text("23")
        expect(page.get_by_role("group", name="Pulling")).to_have_count(0)
        expect(page.locator("#status tbody tr")).to_contain_text(f"asked for by {owner.user}")
        assert page.evaluate("window.opened") == "once"

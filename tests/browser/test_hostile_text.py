"""A hostile text in every field, by hand, by REST and from a server: shown as text on every page, never run."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from itertools import chain
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kpis.models import KPI, ContributionResult, Dashboard
from kpis.services.snapshots import judge_now
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Role
from projects.models import Connection, DatasetVersion, Evaluation, Initiative, LabelAudit, Run, Sprint, Task
from tests.browser.catalogue import DATA, LIGHT_DESKTOP, PAGES
from tests.browser.pages import PageFactory
from tests.browser.people import fill
from tests.browser.taint import CORE, cut, poison, poison_by_rest
from tests.browser.tainted_fields import FORMED, untainted
from tests.browser.tainted_server import PATH, connect, connect_studio, serving
from tests.browser.test_every_page import open_page
from tests.browser.worlds import BACKEND, World, make_world
from tests.servers.hostile import HostileServer
from tests.sheets import text_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Servers = tuple[HostileServer, HostileServer]
ASKED = (
    "/w/{w}/?q=",
    "/w/{w}/search/?q=",
    "/w/{w}/initiatives/{i}/runs/?text=",
    "/w/{w}/initiatives/{i}/runs/?metric=",
    "/w/{w}/initiatives/{i}/runs/?commit=x&experiment=",
    "/w/{w}/kpis/{k}/readings/?segment=",
    "/w/{w}/connections/new/?initiative=",
    "/w/{w}/board/?q=",
    "/w/{w}/dashboards/leadership/?q=",
    "/w/{w}/sprints/?q=",
    "/w/{w}/initiatives/{i}/delivery/?q=",
    "/w/{w}/initiatives/{i}/runs/compare/?run={run}&run=",
)
DANGEROUS = """() => [...document.querySelectorAll("*")].flatMap((each) => [...each.attributes]
  .filter((one) => /^on/i.test(one.name) || /^\\s*javascript:/i.test(one.value) && /^(href|src|action)$/.test(one.name))
  .map((one) => one.name + "=" + one.value)).concat(window.tainted ? ["it ran"] : [])"""


@pytest.fixture
def servers() -> Iterator[Servers]:
    with serving() as found:
        yield found


@pytest.fixture
def world(transactional_db: None, settings: Settings, servers: Servers) -> World:
    """Return the world with the taint everywhere; `bare` names what came by REST, and the server that refuses."""
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    world = make_world()
    biopsy = Initiative.objects.get(key="BIOPSY")
    person = Principal(workspace=biopsy.workspace, role=Role.ADMIN, user=world.user, is_approver=True)
    assert poison_by_rest(person) == []
    with transaction.atomic():
        poison(person, biopsy, KPI.objects.get(key=world.full["k"]))
    made, refused = connect(person, servers, biopsy)
    studio = connect_studio(person, biopsy)
    pulled = Run.objects.filter(connection=made).order_by("pk")
    assert pulled.count() == 4
    with transaction.atomic():
        for initiative in Initiative.objects.filter(workspace=biopsy.workspace):
            judge_now(initiative.pk)
    names = {"connection": made.public_id, "run": pulled[0].public_id, "other_run": pulled[3].public_id}
    names["studio"] = studio.public_id
    answer = ContributionResult.objects.get(initiative=biopsy, kpi__key=world.full["k"])
    names |= {"moved": world.full["k"], "result": answer.public_id}
    dashboard = Dashboard.objects.get(key="tainted")
    names |= {"dash": dashboard.key, "panel": dashboard.panels.get(kind="kpi_tile").public_id}
    names["tracker"] = Connection.objects.get(name=cut(115)).public_id
    audits = {each.initiative.key: each.public_id for each in LabelAudit.objects.filter(state="open")}
    names["label_audit"] = audits["BIOPSY"]
    posted = Run.objects.get(pushed_to__key="HOSTILE").public_id
    measured = Evaluation.objects.get(initiative__key="HOSTILE").public_id
    by_rest = {**world.full, "i": "HOSTILE", "k": "hostile", "run": posted, "connection": refused.public_id}
    by_rest |= dict.fromkeys(("label_audit", "closed_audit"), audits["HOSTILE"])
    data = DatasetVersion.objects.filter(initiative__key="HOSTILE").earliest("pk").public_id
    by_rest |= {"evaluation": measured, "audited": measured, "dataset": data, "earlier_dataset": data}
    work = Task.objects.filter(initiative=biopsy, title__contains="tainted").order_by("number")
    names |= {"task": work[0].key, "mirrored_task": work[2].key}
    sprints = Sprint.objects.filter(workspace=biopsy.workspace, name__contains="tainted").order_by("pk")
    names["sprint"] = sprints[0].public_id
    names["dataset"] = DatasetVersion.objects.get(initiative=biopsy, splits__class_counts__has_key=cut(200)).public_id
    return World(world.user, {**world.full, **names}, by_rest)


def test_every_text_field_of_the_models_holds_it(world: World) -> None:
    assert untainted() - set(FORMED) == set(), "poison these fields, or say in FORMED why nothing can stand there"
    assert set(FORMED) - untainted() == set(), "these fields hold it: FORMED is wrong"


def test_a_new_text_field_would_be_missed(world: World) -> None:
    KPI.objects.update(description="harmless")
    assert untainted() - set(FORMED) == {"KPI.description"}


def paths(world: World) -> Iterator[str]:
    """Yield the pages of what was poisoned, and pages that say again what they were asked."""
    every = list(chain.from_iterable(PAGES.values()))
    yield from dict.fromkeys(path.format_map(world.full) for path in every)
    foreign = (
        *("{task}", "{mirrored_task}", "{decision}", "{other_run}", "{tied}", "{late}", "{range}", "{ready}"),
        *("{moved}", "{result}", "{no_answer}", "{note}"),
    )
    own = ("{i}", "{k}", "{connection}")
    again = [path for path in every if any(each in path for each in own) and not any(each in path for each in foreign)]
    yield from (path.format_map(world.bare) for path in again)
    yield from (path.format_map(world.full) + quote(CORE) for path in ASKED)


def look(page: Page, path: str) -> list[str]:
    """Visit a page, open and hover what there is, and return what is dangerous."""
    answer = page.goto(path)
    assert answer is not None and answer.status == 200, path
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    charts = page.locator("[data-chart]:visible")
    if charts.count():
        charts.first.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
    return [f"{path}: {each}" for each in page.evaluate(DANGEROUS)]


def test_no_page_runs_it(live_server: LiveServer, page_factory: PageFactory, world: World, servers: Servers) -> None:
    page = open_page(live_server, page_factory, LIGHT_DESKTOP, world)
    wrong = [each for path in paths(world) for each in look(page, path)]
    page_factory.forgive("422 (Unprocessable")
    for server in servers:
        page.goto("/w/demo/connections/new/")
        fill(page, "Look at the server", name="Hostile", base_url=server.url + PATH)
        expect(page.locator("main")).to_contain_text("tainted=1")
        wrong += [f"{server.url}: {each}" for each in page.evaluate(DANGEROUS)]
    assert not wrong, "\n".join(wrong)


def test_a_page_that_believes_its_texts_is_found_out(
    live_server: LiveServer, page_factory: PageFactory, world: World, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.browser.planted"
    page_factory.forgive("favicon.ico")
    page = open_page(live_server, page_factory, LIGHT_DESKTOP, world)
    found = look(page, "/planted/")
    assert any("onerror=tainted=1" in each for each in found) and any("onload" in each for each in found)
    reports = [each for each in page_factory.complaints if "CSP script-src" in each]
    assert reports
    page_factory.complaints.clear()


def test_it_is_there_and_shown_as_it_was_written(world: World) -> None:
    client = Client()
    client.force_login(world.user, backend=BACKEND)
    shown = 0
    for path in paths(world):
        page = client.get(path).content.decode()
        assert "<script>tainted" not in page and "<img src=x" not in page and "<svg/onload" not in page, path
        shown += CORE[:60] in unescape(page)
    assert shown >= 25
    for each in DATA.values():
        answer = client.get(each.format_map(world.full))
        kind = answer.headers.get("Content-Type", "")
        assert "<script>tainted" not in text_of(answer.getvalue()) or ("html" not in kind and "svg" not in kind), each


def test_the_look_sees_what_is_dangerous(live_server: LiveServer, page_factory: PageFactory, world: World) -> None:
    page = open_page(live_server, page_factory, LIGHT_DESKTOP, world)
    page.goto("/w/demo/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<a href=\" javascript:tainted=1\">x</a>')")
    assert page.evaluate(DANGEROUS) == ["href= javascript:tainted=1"]
    page.evaluate("window.tainted = 1")
    assert "it ran" in page.evaluate(DANGEROUS)

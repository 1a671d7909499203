"""Every page, light and dark, wide and narrow, full and empty: accessible, in one column, within its policy."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Sequence
from urllib.parse import urljoin

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.axe import violations
from tests.browser.catalogue import DARK_PHONE, LIGHT_DESKTOP, OPEN, VIEWS, View, every, sample
from tests.browser.pages import SIZES, PageFactory
from tests.browser.worlds import BACKEND, World, make_world
from tests.factories import make_workspace
from tests.kpis.world import GOOD, POOR, aimed, judged, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ids = pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.theme}-{view.size}")
Name = Callable[[str], str | None]
OPEN_DETAILS = (
    "most => [...document.querySelectorAll('details')].slice(0, most).forEach((each) => { each.open = true; })"
)
# The reference folds every endpoint away; all of them open take axe a minute, and are alike.
LONG = ("/api/v1/docs/",)
# Pages that have little to show are seen in other views than those that have much.
EMPTY = 20261128
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def open_page(live_server: LiveServer, page_factory: PageFactory, view: View, world: World | None) -> Page:
    """Return a page in one view, signed in where a world is given. The theme comes from the cookie alone."""
    page = page_factory(live_server.url, size=view.size)
    cookies = {"mltrack_theme": view.theme} | ({"sessionid": world.cookie()} if world else {})
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    return page


def look(page: Page, factory: PageFactory, path: str, view: View) -> list[str]:
    """Visit a path and return what is wrong with its page."""
    before = len(factory.complaints)
    answer = page.goto(path)
    status = answer.status if answer else 0
    if status != 200:
        return [f"{path}: status {status}"]
    if page.locator("html").get_attribute("data-theme") != view.theme:
        return [f"{path}: not {view.theme}"]
    charts = page.locator("[data-chart]:visible")
    if charts.count():
        charts.first.scroll_into_view_if_needed()
        page.wait_for_selector("[data-drawn]")
    found = [f"{path}: {each}" for each in too_wide(page, view)]
    found += [f"{path}: shows a template's code"] * shows_code(page)
    page.evaluate(OPEN_DETAILS, 5 if path in LONG else 500)
    found += [f"{path}: {each}" for each in violations(page)]
    found += [f"{path}: {each}" for each in factory.complaints[before:]]
    del factory.complaints[before:]
    return found


def shows_code(page: Page) -> bool:
    """Say whether a template's tag is on the page as text."""
    words = page.locator("body").inner_text()
    return any(tag in words for tag in ("{%", "{{", "{#"))


def too_wide(page: Page, view: View) -> list[str]:
    """Say where the page scrolls sideways: on a desktop, on a phone and at 320 px, its own size last."""
    found = []
    for size in sorted(SIZES, key=lambda size: size == view.size):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        if (seen := page.evaluate(WIDTH)) > width:
            found.append(f"{seen} px wide in {width}")
    return found


def walk(page: Page, factory: PageFactory, paths: Sequence[str], view: View, names: Sequence[Name]) -> None:
    """Look at every path under each of its names and fail with all that is wrong."""
    named = dict.fromkeys(found for name in names for path in paths if (found := name(path)))
    assert named
    wrong = [each for path in named for each in look(page, factory, path, view)]
    assert not wrong, "\n".join(wrong)


@ids
def test_pages_full_and_empty(live_server: LiveServer, page_factory: PageFactory, world: World, view: View) -> None:
    page = open_page(live_server, page_factory, view, world)
    walk(page, page_factory, sample(view), view, [world.in_full])
    walk(page, page_factory, sample(view, EMPTY), view, [world.without])


@pytest.mark.slow
@ids
def test_every_page_in_every_view(live_server: LiveServer, page_factory: PageFactory, world: World, view: View) -> None:
    page = open_page(live_server, page_factory, view, world)
    walk(page, page_factory, every(), view, [world.in_full, world.without])


def test_pages_before_the_sign_in(live_server: LiveServer, page_factory: PageFactory, world: World) -> None:
    page_factory.forgive("404 (Not Found)")
    paths = [path for name, paths in OPEN.items() if name != "first_run" for path in paths if "gone" not in path]
    for view in (LIGHT_DESKTOP, DARK_PHONE):
        page = open_page(live_server, page_factory, view, None)
        walk(page, page_factory, paths, view, [world.in_full])
        for path in ("/invitations/gone/", "/first-run/"):
            assert page.goto(path).status == 404  # type: ignore[union-attr]
            assert violations(page) == []


def test_the_page_of_the_first_person(live_server: LiveServer, page_factory: PageFactory) -> None:
    page = open_page(live_server, page_factory, DARK_PHONE, None)
    walk(page, page_factory, ["/first-run/"], DARK_PHONE, [str])


def test_the_look_finds_what_is_wrong(live_server: LiveServer, page_factory: PageFactory, world: World) -> None:
    page = open_page(live_server, page_factory, DARK_PHONE, world)
    page.goto("/w/empty/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<table><tr><td>' + 'x'.repeat(500))")
    assert too_wide(page, DARK_PHONE)
    page.evaluate("document.querySelector('main').textContent = '{% include nothing %}'")
    assert shows_code(page)
    page.context.clear_cookies(name="mltrack_theme")
    assert look(page, page_factory, "/w/empty/", DARK_PHONE) == ["/w/empty/: not dark"]
    page_factory.forgive("404 (Not Found)")
    assert look(page, page_factory, "/w/none/", DARK_PHONE) == ["/w/none/: status 404"]


def test_a_first_view_needs_at_most_eight_requests(
    live_server: LiveServer, page_factory: PageFactory, world: World
) -> None:
    for path in ("/w/{w}/", "/w/{w}/initiatives/{i}/", "/w/{w}/initiatives/{i}/runs/", "/w/{w}/kpis/"):
        page = open_page(live_server, page_factory, LIGHT_DESKTOP, world)
        assert len(requests_of(page, world.in_full(path))) <= 8


def requests_of(page: Page, path: str) -> list[str]:
    """Return what the first view of a page asks for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return asked


def test_a_portfolio_of_a_hundred_is_light(transactional_db: None) -> None:
    owner = make_workspace()
    for number in range(100):
        initiative = aimed(owner, f"EFFORT-{number}", name=f"Decide question {number} of the claims office")
        report(initiative, f"run-{number}", GOOD if number % 2 else POOR)
        judged(initiative)
    client = Client()
    assert owner.user is not None
    client.force_login(owner.user, backend=BACKEND)
    path, seen, weight = f"/w/{owner.workspace.key}/", 0, 0
    for number in range(4):
        page = client.get(path)
        seen += page.content.count(b"<tr data-row>")
        weight += len(gzip.compress(page.getvalue()))
        following = re.search(rb'rel="next" href="([^"]+)"', page.content)
        assert (following is None) == (number == 3)
        path = urljoin(path, following[1].decode() if following else "")
    assert seen == 100
    assert weight <= 60_000

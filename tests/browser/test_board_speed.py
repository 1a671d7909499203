"""The board stays light with many cards: first paint and a drag in a real Chromium, against pages of the same run."""

from __future__ import annotations

from statistics import median

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from benchmarks.board import dragged, painted
from mltrack.accounts.access import Principal
from mltrack.accounts.models import User
from projects.models import Task
from projects.progress.ranks import spread
from tests.browser.catalogue import LIGHT_DESKTOP
from tests.browser.pages import PageFactory
from tests.browser.test_every_page import open_page
from tests.browser.worlds import World
from tests.factories import make_initiative, make_workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAINT, DRAG = 4.0, 3.0
FRAME = 1 / 60
PLAIN, FEW = "/w/acme/settings/", "/w/acme/board/?initiative=FEW"


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace("acme")


@pytest.fixture
def page(live_server: LiveServer, page_factory: PageFactory, owner: Principal) -> Page:
    """A signed-in page."""
    assert isinstance(owner.user, User)
    return open_page(live_server, page_factory, LIGHT_DESKTOP, World(owner.user, {}, {}))


def fill(owner: Principal, key: str, count: int) -> None:
    """Give a new initiative so many cards, in turn to do, doing and done."""
    initiative, now = make_initiative(owner, key), timezone.now()
    statuses = ("todo", "doing", "done")
    Task.objects.bulk_create(
        Task(
            initiative=initiative,
            number=number + 1,
            title=f"Decide question {number} of the claims office",
            rank=rank,
            created_at=now,
            status=statuses[number % 3],
            done_at=now if number % 3 == 2 else None,
        )
        for number, rank in enumerate(spread(count))
    )


@pytest.mark.parametrize("cards", [45, pytest.param(500, marks=pytest.mark.slow)])
def test_first_paint_and_drag_stay_near_a_plain_page(page: Page, owner: Principal, cards: int) -> None:
    fill(owner, "MANY", cards)
    fill(owner, "FEW", 6)
    board = "/w/acme/board/?initiative=MANY"
    for path in (PLAIN, board):
        painted(page, path)
    turns = [(painted(page, PLAIN), painted(page, board)) for _ in range(3)]
    plain, many = (median(each) for each in zip(*turns, strict=True))
    assert many <= PAINT * plain, f"first paint {many:.3f} s, {plain:.3f} s of a plain page"
    drags: dict[str, list[float]] = {FEW: [], board: []}
    for path in (FEW, board) * 3:
        page.goto(path)
        drags[path].append(dragged(page))
    few, longest = median(drags[FEW]), median(drags[board])
    # Frames are told in whole ones: two of them are the least that a ratio is told of.
    assert longest <= DRAG * max(few, 2 * FRAME), f"longest frame {longest:.3f} s, {few:.3f} s among six cards"

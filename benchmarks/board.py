"""The board of 500 cards in a real Chromium: its first paint beside a hello page's, a drag beside one among few cards.

Pages take turns in one browser, each in a fresh one of its tabs, and medians are compared.
"""

from __future__ import annotations

from statistics import median

from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, Page

from benchmarks.results import Result
from benchmarks.server import serve
from benchmarks.sizes import Size
from benchmarks.stopwatch import milliseconds
from benchmarks.worlds import World, add_tasks, make_world
from tests.browser.pages import SIZES, chromium

CARDS = 500
PAINT, DRAG = 10.0, 2.0
FEW = 10
# The paint is told a little after the page is there.
PAINTED = """() => new Promise((told) => {
  new PerformanceObserver((list) => {
    const first = list.getEntriesByName("first-contentful-paint")[0];
    if (first) told(first.startTime);
  }).observe({ type: "paint", buffered: true });
})"""
# Frames from the first movement of a drag until two after its end: the longest is what a hand feels.
WATCH = """() => {
  window.dragFrames = new Promise((told) => {
    let last, longest = 0, left = Infinity;
    const frame = (now) => {
      longest = Math.max(longest, now - (last ?? now));
      last = now;
      if (left-- > 0) requestAnimationFrame(frame);
      else told(longest);
    };
    document.addEventListener("dragstart", () => requestAnimationFrame(frame), { once: true });
    document.addEventListener("dragend", () => { left = 2; }, { once: true });
  });
}"""


def measure(size: Size) -> list[Result]:
    """Return first paint against the hello page's, and the longest frame of a drag against one among few cards."""
    world = make_world(FEW)
    add_tasks(world, CARDS)
    session = signed_in(world)
    # Styles and scripts decide what is painted and dragged: they are served too.
    call_command("collectstatic", interactive=False, verbosity=0)
    with serve() as url, chromium() as browser:
        paints, drags = measured(browser, url, session, world, 3 * size.rounds)
    floor, board = median(paints["/hello/"]), median(paints["board"])
    few, many = median(drags["few"]), median(drags["board"])
    about = f"{CARDS} tasks"
    return [
        Result(
            "board", f"first paint, {about}", milliseconds(board), f"hello {milliseconds(floor)}", board / floor, PAINT
        ),
        Result(
            "board",
            f"longest frame of a drag, {about}",
            milliseconds(many),
            f"of {CARDS // FEW} tasks {milliseconds(few)}",
            many / few,
            DRAG,
        ),
    ]


def signed_in(world: World) -> str:
    """Return a session of the world's owner; once a browser runs in this thread nothing is asked of the database."""
    client = Client()
    assert world.owner.user is not None
    client.force_login(world.owner.user)
    return client.cookies["sessionid"].value


def measured(
    browser: Browser, url: str, session: str, world: World, rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return seconds of first paints and of the longest frames of drags, by page."""
    board = f"/w/{world.owner.workspace.key}/board/"
    few = f"{board}?initiative={world.keys[0]}"
    paints: dict[str, list[float]] = {"/hello/": [], "board": []}
    drags: dict[str, list[float]] = {"few": [], "board": []}
    width, height = SIZES["desktop"]
    context = browser.new_context(base_url=url, viewport={"width": width, "height": height})
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    for turn in range(rounds + 1):
        for name, path in (("/hello/", "/hello/"), ("board", board)):
            page = context.new_page()
            taken = painted(page, path)
            # The first turn fills the browser's cache.
            paints[name] += [taken] * (turn > 0)
            page.close()
        for name, path in (("few", few), ("board", board)):
            page = context.new_page()
            page.goto(path)
            drags[name].append(dragged(page))
            page.close()
    context.close()
    return paints, drags


def painted(page: Page, path: str) -> float:
    """Return the seconds until a page shows something."""
    page.goto(path)
    return float(page.evaluate(PAINTED)) / 1000


def dragged(page: Page) -> float:
    """Drag the first card to do to the next column and back; return the seconds of the longest frame on the way."""
    page.wait_for_function("() => Boolean(window.Sortable)")
    card = page.locator("[data-column=todo] [data-card]").first
    key = card.get_attribute("data-card")
    page.evaluate(WATCH)
    card.drag_to(page.locator("[data-column=doing] [data-card]").first)
    longest = float(page.evaluate("window.dragFrames")) / 1000
    page.locator(f"[data-column=doing] [data-card={key}]").wait_for()
    page.locator(f"[data-card={key}]").drag_to(page.locator("[data-column=todo] [data-card]").first)
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('moves:'))")
    return longest

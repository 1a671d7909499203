"""What leaders open: KPIs, portfolio, its analysis and the leadership dashboard, beside a hello page; then × 10.

One caller asks for each path in turn, over one kept connection, and medians are compared. Times at ten times the
history are each held against the hello page of their own run. While nobody commits anything, what is kept of the
dashboard is told without a look at its rows: it is asked for right after a commit, too, as every other path is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve

from benchmarks.caller import Caller
from benchmarks.leaders import SEGMENTS, add_days, make_leaders
from benchmarks.pages import queries_of
from benchmarks.results import Result
from benchmarks.server import serve
from benchmarks.sizes import Size
from benchmarks.stopwatch import all_in_turns, milliseconds
from benchmarks.worlds import World, judge_all

TEN: Final = 10
GROWTH: Final = 1.2
RATIO: Final = 10.0
LEADERS: Final = "leadership dashboard"
AFTER: Final = f"{LEADERS} after a commit"
MOST_QUERIES: Final = {LEADERS: 15, AFTER: 15, "portfolio page": 12}


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many initiatives and KPIs, how many days of readings before the tenfold, and of how many KPIs that is."""

    initiatives: int
    kpis: int
    days: int
    grown: int


AMOUNTS: Final = {
    "tiny": Amounts(4, 2, 3, 2),
    "quick": Amounts(1_000, 200, 1_095, 20),
    "full": Amounts(1_000, 200, 1_095, 200),
}


def measure(size: Size) -> list[Result]:
    """Return ratios and queries of each page and answer, and how they change when history grows tenfold."""
    amounts = AMOUNTS[size.name]
    world = make_leaders(amounts.initiatives, amounts.kpis)
    judge_all(world)
    rows = add_days(world, 0, amounts.days - 1, amounts.kpis)
    asked = Asked(world)
    about = f"{amounts.kpis} KPIs, {len(SEGMENTS)} segments, {rows:,} readings, {amounts.initiatives:,} initiatives"
    with serve() as url:
        before, counts = asked.times(url, size.requests), asked.queries()
        add_days(world, amounts.days, TEN * amounts.days - 1, amounts.grown)
        after, later = asked.times(url, size.requests), asked.queries()
    found = [ratio(name, about, before) for name in asked.paths]
    found += [growth(name, f"history × 10 of {amounts.grown} KPIs", before, after) for name in asked.paths]
    return [*found, *(count(name, counts[name], later[name]) for name in asked.paths)]


class Asked:
    """The paths that are measured, and who asks for them."""

    def __init__(self, world: World) -> None:
        workspace = world.owner.workspace.key
        self._client = Client(SERVER_NAME="127.0.0.1")
        assert world.owner.user is not None
        self._client.force_login(world.owner.user)
        self._client.get(f"/w/{workspace}/")
        self._cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in self._client.cookies.items())
        self._token = f"Bearer {world.token()}"
        paths = {
            "KPI list": f"/w/{workspace}/kpis/",
            "KPI page": f"/w/{workspace}/kpis/kpi-000/",
            "KPI figure": f"/w/{workspace}/kpis/kpi-000/figure.json",
            "portfolio page": f"/w/{workspace}/",
            "analysis page": f"/w/{workspace}/portfolio/analysis/",
            "funnel": "/api/v1/portfolio/funnel/",
            "incidence": "/api/v1/portfolio/incidence/",
            AFTER: f"/w/{workspace}/dashboards/leadership/",
            LEADERS: f"/w/{workspace}/dashboards/leadership/",
        }
        self.paths = {name: path for name, path in paths.items() if is_served(path)}

    def times(self, url: str, requests: int) -> dict[str, float]:
        """Return the median seconds of each path's requests, `hello` among them."""
        with Caller(url, {"Cookie": self._cookie}) as person, Caller(url, {"Authorization": self._token}) as program:
            deeds: dict[str, Callable[[], object]] = {"hello": lambda: program.get("/hello/")}
            for name, path in self.paths.items():
                if name == AFTER:
                    deeds["commit"] = _commit
                deeds[name] = _asking(program if path.startswith("/api/") else person, path)
            all_in_turns(deeds, 3)
            return {name: median(each) for name, each in all_in_turns(deeds, requests).items()}

    def queries(self) -> dict[str, int]:
        """Return how many queries each path takes."""
        program = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": self._token})
        return {
            name: queries_of(_asking(program if path.startswith("/api/") else self._client, path))
            for name, path in self.paths.items()
        }


def is_served(path: str) -> bool:
    """Say whether there is a page or an endpoint at a path."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def _commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_session SET expire_date = expire_date")


def _asking(caller: Caller | Client, path: str) -> Callable[[], object]:
    return lambda: caller.get(path)


def ratio(name: str, about: str, times: dict[str, float]) -> Result:
    """Return a path's time against the hello page's."""
    floor = f"hello {milliseconds(times['hello'])}"
    return Result("value", f"{name}, {about}", milliseconds(times[name]), floor, times[name] / times["hello"], RATIO)


def growth(name: str, how: str, before: dict[str, float], after: dict[str, float]) -> Result:
    """Return a path's time with the longer history against before, each by its own hello page."""
    grown = (after[name] / after["hello"]) / (before[name] / before["hello"])
    return Result("value", f"{name}, {how}", milliseconds(after[name]), milliseconds(before[name]), grown, GROWTH)


def count(name: str, before: int, after: int) -> Result:
    """Return a path's queries with the longer history; those that are not promised must stay as they were."""
    most = MOST_QUERIES.get(name, before)
    return Result("value", f"{name}, queries", str(after), f"{before} before × 10", after, most)

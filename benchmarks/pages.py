"""Portfolio, readiness and gate against a hello page with one query on the same server, and at ten times the history.

One caller asks for each path in turn, over one kept connection, and medians are compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.caller import Caller
from benchmarks.results import Result
from benchmarks.server import serve
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, milliseconds
from benchmarks.worlds import World, add_history, add_snapshots, judge_all, make_world
from projects.models import Run

TEN = 10
SNAPSHOTS = 20
AIMS = {"portfolio page": 10.0, "readiness": 3.0, "gate": 6.0}
MOST_QUERIES = 12
GROWTH = 1.2


def measure(size: Size) -> list[Result]:
    """Return ratios and query counts at the size, and how they change when history grows tenfold."""
    world = make_world(size.initiatives)
    add_history(world, runs=(1, size.runs_each), readings=(1, size.readings_each))
    judge_all(world)
    add_snapshots(world, 1, SNAPSHOTS)
    asked = Asked(world)
    with serve() as url:
        before, counts = asked.times(url, size.requests), asked.queries()
        add_history(
            world,
            runs=(size.runs_each + 1, TEN * size.runs_each),
            readings=(size.readings_each + 1, TEN * size.readings_each),
        )
        add_snapshots(world, SNAPSHOTS + 1, TEN * SNAPSHOTS)
        after, later = asked.times(url, size.requests), asked.queries()
    about = f"{size.initiatives:,} initiatives"
    found = [ratio(name, before, about) for name in AIMS] + [growth(name, before, after) for name in AIMS]
    return found + [count(name, counts[name], later[name]) for name in AIMS]


class Asked:
    """The paths that are measured, and who asks for them."""

    def __init__(self, world: World) -> None:
        workspace, key = world.owner.workspace.key, world.keys[len(world.keys) // 2]
        commit = Run.objects.get(pushed_to__key=key, external_id="r1").commit
        self.client = Client(SERVER_NAME="127.0.0.1")
        assert world.owner.user is not None
        self.client.force_login(world.owner.user)
        assert Session.objects.exists()
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())
        self.token = f"Bearer {world.token()}"
        self.page = f"/w/{workspace}/"
        self.readiness = f"/api/v1/initiatives/{key}/readiness/"
        self.gate = f"/api/v1/initiatives/{key}/gate/"
        self.question = json.dumps({"commit": commit, "ref": "main"}).encode()

    def times(self, url: str, requests: int) -> dict[str, float]:
        """Return the median seconds of each path, `hello` among them."""
        with Caller(url, {"Cookie": self.cookie}) as person, Caller(url, {"Authorization": self.token}) as program:
            deeds: dict[str, Callable[[], object]] = {
                "hello": lambda: program.get("/hello/"),
                "portfolio page": lambda: person.get(self.page),
                "readiness": lambda: program.get(self.readiness),
                "gate": lambda: program.post(self.gate, self.question),
            }
            in_turns(deeds, 3)
            return in_turns(deeds, requests)

    def queries(self) -> dict[str, int]:
        """Return how many queries each path takes."""
        program = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": self.token})
        kind = "application/json"
        return {
            "portfolio page": queries_of(lambda: self.client.get(self.page)),
            "readiness": queries_of(lambda: program.get(self.readiness)),
            "gate": queries_of(lambda: program.post(self.gate, self.question, content_type=kind)),
        }


def queries_of(deed: Callable[[], object]) -> int:
    """Return how many queries a deed takes the second time, when nothing has to be found out once."""
    deed()
    with CaptureQueriesContext(connection) as captured:
        answer = deed()
    assert getattr(answer, "status_code", 200) == 200, answer
    words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
    return sum(not each["sql"].startswith(words) for each in captured.captured_queries)


def ratio(name: str, times: dict[str, float], about: str) -> Result:
    """Return a path's time against the hello page's."""
    floor = f"hello {milliseconds(times['hello'])}"
    return Result(
        "pages", f"{name}, {about}", milliseconds(times[name]), floor, times[name] / times["hello"], AIMS[name]
    )


def growth(name: str, before: dict[str, float], after: dict[str, float]) -> Result:
    """Return a path's time at ten times the history against before, each by its own hello page."""
    times = (after[name] / after["hello"]) / (before[name] / before["hello"])
    return Result(
        "pages", f"{name}, history × 10", milliseconds(after[name]), milliseconds(before[name]), times, GROWTH
    )


def count(name: str, before: int, after: int) -> Result:
    """Return a path's queries at ten times the history; the portfolio's are promised, all must stay as they were."""
    aim = MOST_QUERIES if name == "portfolio page" else before
    return Result("pages", f"{name}, queries", str(after), f"{before} before × 10", after, aim)

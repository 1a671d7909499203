"""Pages, readiness and gate against a hello page with one query on the same server, and at ten times the history.

One caller asks for each path in turn, over one kept connection, and medians are compared; then fifty people read
portfolio and initiative pages of two web workers. MLflow's list of runs is read beside them on the same machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import cycle
from statistics import median

from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.caller import Caller
from benchmarks.people import Crowd, Watched, p95, watch
from benchmarks.results import Result
from benchmarks.server import serve
from benchmarks.sizes import Size
from benchmarks.stopwatch import all_in_turns, milliseconds
from benchmarks.tracking import EXPERIMENTS, SEARCH, filled_server
from benchmarks.worlds import World, add_history, add_snapshots, add_tasks, judge_all, make_world
from projects.models import Run

TEN = 10
SNAPSHOTS = 20
AIMS: dict[str, float | None] = {"portfolio page": 10.0, "initiative page": None, "readiness": 3.0, "gate": 6.0}
AIMS |= {"board page": 10.0, "card moved": None, "analysis page": None, "early warnings": None}
CARDS = 500
JSON = {"Accept": "application/json"}
MOST_QUERIES = 12
GROWTH = 1.2
ALONE, TOGETHER = 0.150, 0.300
WORKERS = 2
LISTED = 100
CROWDS = {"tiny": Crowd(5, 0.05, 0.2, 2.0)}
CROWD = Crowd(50, 1.0, 5.0, 40.0)


def measure(size: Size) -> list[Result]:
    """Return ratios and query counts at the size, how they change when history grows tenfold, and what people see."""
    world = make_world(size.initiatives)
    add_history(world, runs=(1, size.runs_each), readings=(1, size.readings_each))
    judge_all(world)
    add_snapshots(world, 1, SNAPSHOTS)
    asked = Asked(world)
    about = f"{size.initiatives:,} initiatives, {size.initiatives * size.runs_each:,} runs, {CARDS} tasks"
    with serve() as url:
        before, counts = asked.times(url, size.requests), asked.queries()
        listed = runs_list(size)
        add_history(
            world,
            runs=(size.runs_each + 1, TEN * size.runs_each),
            readings=(size.readings_each + 1, TEN * size.readings_each),
        )
        judge_all(world)
        add_snapshots(world, SNAPSHOTS + 1, TEN * SNAPSHOTS)
        after, later = asked.times(url, size.requests), asked.queries()
    with serve(WORKERS) as url:
        crowd = CROWDS.get(size.name, CROWD)
        seen = watch(url, {"Cookie": asked.cookie}, asked.pages(world), crowd)
    first = medians(before)
    found = [ratio(name, first, about) for name in AIMS]
    found += [growth(name, first, medians(after)) for name in AIMS]
    found += [count(name, counts[name], later[name]) for name in AIMS]
    return [*found, alone(before["portfolio page"], after["portfolio page"]), listed, *together(seen, crowd)]


class Asked:
    """The paths that are measured, and who asks for them."""

    def __init__(self, world: World) -> None:
        workspace, key = world.owner.workspace.key, world.keys[len(world.keys) // 2]
        commit = Run.objects.get(pushed_to__key=key, external_id="r1").commit
        self.client = Client(SERVER_NAME="127.0.0.1")
        assert world.owner.user is not None
        self.client.force_login(world.owner.user)
        assert Session.objects.exists()
        self.page = f"/w/{workspace}/"
        self.client.get(self.page)
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())
        self.token = f"Bearer {world.token()}"
        self.initiative = f"/w/{workspace}/initiatives/{key}/"
        self.readiness = f"/api/v1/initiatives/{key}/readiness/"
        self.gate = f"/api/v1/initiatives/{key}/gate/"
        self.board = f"/w/{workspace}/board/"
        self.analysis = f"{self.page}portfolio/analysis/"
        first, _, *_, last = add_tasks(world, CARDS)
        self.moves = cycle([{"task": last, "above": first}, {"task": first, "above": last}])
        self.question = json.dumps({"commit": commit, "ref": "main"}).encode()

    def times(self, url: str, requests: int) -> dict[str, list[float]]:
        """Return the seconds of each path's requests, `hello` among them."""
        token = self.client.cookies["csrftoken"].value
        asks = {"Cookie": self.cookie, "X-CSRFToken": token, "Accept": "application/json"}
        with (
            Caller(url, {"Cookie": self.cookie}) as person,
            Caller(url, asks) as script,
            Caller(url, {"Authorization": self.token}) as program,
        ):
            deeds: dict[str, Callable[[], object]] = {
                "hello": lambda: program.get("/hello/"),
                "portfolio page": lambda: person.get(self.page),
                "initiative page": lambda: person.get(self.initiative),
                "readiness": lambda: program.get(self.readiness),
                "gate": lambda: program.post(self.gate, self.question),
                "board page": lambda: person.get(self.board),
                "card moved": lambda: script.post_form(f"{self.board}place/", next(self.moves)),
                "analysis page": lambda: person.get(self.analysis),
                "early warnings": lambda: person.get(f"{self.analysis}first/"),
            }
            all_in_turns(deeds, 3)
            return all_in_turns(deeds, requests)

    def queries(self) -> dict[str, int]:
        """Return how many queries each path takes."""
        program = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": self.token})
        kind = "application/json"
        return {
            "portfolio page": queries_of(lambda: self.client.get(self.page)),
            "initiative page": queries_of(lambda: self.client.get(self.initiative)),
            "readiness": queries_of(lambda: program.get(self.readiness)),
            "gate": queries_of(lambda: program.post(self.gate, self.question, content_type=kind)),
            "board page": queries_of(lambda: self.client.get(self.board)),
            "card moved": queries_of(lambda: self.client.post(f"{self.board}place/", next(self.moves), headers=JSON)),
            "analysis page": queries_of(lambda: self.client.get(self.analysis)),
            "early warnings": queries_of(lambda: self.client.get(f"{self.analysis}first/")),
        }

    def pages(self, world: World) -> dict[str, list[str]]:
        """Return the pages that people read: the portfolio from any place on, and any initiative."""
        return {
            "portfolio page": [self.page, *(f"{self.page}?cursor={key}" for key in world.keys[::25])],
            "initiative page": [f"{self.page}initiatives/{key}/" for key in world.keys],
        }


def runs_list(size: Size) -> Result:
    """Return how long MLflow takes for the page of runs that its list shows, beside ours."""
    body = json.dumps({"experiment_ids": EXPERIMENTS, "max_results": LISTED}).encode()
    with filled_server(size.mlflow_runs) as server, Caller(server.url) as caller:
        deeds: dict[str, Callable[[], object]] = {"list": lambda: caller.post(SEARCH, body)}
        all_in_turns(deeds, 3)
        times = all_in_turns(deeds, size.requests)["list"]
    what = f"MLflow's {LISTED} newest of {size.mlflow_runs:,} runs"
    return Result("pages", what, milliseconds(median(times)), f"p95 {milliseconds(p95(times))}", None)


def queries_of(deed: Callable[[], object]) -> int:
    """Return how many queries a deed takes the second time, when nothing has to be found out once."""
    deed()
    with CaptureQueriesContext(connection) as captured:
        answer = deed()
    assert getattr(answer, "status_code", 200) == 200, answer
    words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
    return sum(not each["sql"].startswith(words) for each in captured.captured_queries)


def medians(times: Mapping[str, list[float]]) -> dict[str, float]:
    """Return each path's median."""
    return {name: median(each) for name, each in times.items()}


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
    aim = MOST_QUERIES if name in ("portfolio page", "board page") else before
    return Result("pages", f"{name}, queries", str(after), f"{before} before × 10", after, aim)


def alone(before: list[float], after: list[float]) -> Result:
    """Return the portfolio's p95 for one client, at ten times the history, as a share of what is promised."""
    late = p95(after)
    floor = f"promised {milliseconds(ALONE)}; {milliseconds(p95(before))} before × 10"
    return Result("pages", "portfolio page, p95, one client", milliseconds(late), floor, late / ALONE, 1.0)


def together(seen: Watched, crowd: Crowd) -> list[Result]:
    """Return what the crowd saw: p95 of each kind of page, and failures, of which there may be none."""
    found = []
    for kind, times in filter(lambda item: item[1], seen.times.items()):
        what = f"{kind}, p95, {crowd.words}"
        late = p95(times)
        floor = f"promised {milliseconds(TOGETHER)}; p50 {milliseconds(median(times))}"
        aim = 1.0 if kind == "portfolio page" else None
        found.append(Result("pages", what, milliseconds(late), floor, late / TOGETHER, aim))
    failed = f"of {seen.requests + len(seen.failures):,} requests"
    return [*found, Result("pages", "failures that people saw", str(len(seen.failures)), failed, len(seen.failures), 0)]

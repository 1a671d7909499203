"""Answers of a hostile server, through a whole pull: it ends, in words, and what is kept can be read.

Statuses, broken answers, gzip bombs, slow bytes, silence and repeated pages, as the connector sees them, stand in
tests/projects/connectors/test_mlflow_hostile.py.
"""

from __future__ import annotations

import gzip
import json
import time
from itertools import count
from typing import Any

import pytest
from pytest_django import Settings

from mltrack.accounts.access import Principal
from projects.models import Connection, MetricValue, Run
from projects.services import pull
from projects.services.connections import create_connection
from projects.services.pages import record_page
from tests.factories import make_initiative, make_workspace
from tests.projects.little_mlflow import mlflow_run
from tests.servers import hostile
from tests.servers.hostile import Answer, Handler, HostileServer, as_json, by_path, raw
from tests.trust.attacks.people import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
EXPERIMENTS = as_json({"experiments": [{"experiment_id": "1", "name": "x", "lifecycle_stage": "active"}]})
LONG = "k" * 100_000
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**70,
    "",
    "x",
    "\x00",
    "\ud800",
    "\u202e\r\n\x1b[2J",
    [],
    {},
    [[]],
    {"a": {}},
]


@pytest.fixture
def owner(transactional_db: None, settings: Settings) -> Principal:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    return make_workspace()


def pulled(owner: Principal, runs: Answer, **others: Answer) -> Connection:
    """Return a connection after one pull of a server whose search for runs answers so; it must take no minute."""
    answers = {"experiments/search": EXPERIMENTS, "runs/search": runs, **others}
    with HostileServer(by_path(answers, otherwise=as_json({}))) as server:
        options = {"timeout_seconds": 2, "page_size": 5}
        made = create_connection(
            owner, kind="mlflow", name=f"m{time.monotonic_ns()}", base_url=server.url, options=options,
            initiative=make_initiative(owner, key=f"M{time.monotonic_ns()}"),
        )  # fmt: skip
        began = time.monotonic()
        pull.run(made.pk, record_page)
        assert time.monotonic() - began < 60
    made.refresh_from_db()
    assert made.lease_until is None, "the pull never ended"
    return made


def everything_reads(owner: Principal, made: Connection) -> bool:
    """Say whether every page that shows what was kept can be read."""
    browser, here = signed_in(owner), f"/w/{owner.workspace.key}/"
    key = made.initiative.key if made.initiative else ""
    paths = [f"{here}connections/{made.public_id}/", f"{here}initiatives/{key}/runs/", f"{here}initiatives/{key}/"]
    paths += [f"{here}initiatives/{key}/runs/{run.public_id}/" for run in Run.objects.filter(connection=made)[:3]]
    return all(browser.get(path).status_code == 200 for path in paths)


BOMBS: dict[str, Answer] = {
    "depth": raw(200, b'{"runs":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
    "depth of objects": raw(200, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "digits": raw(200, b'{"runs": [{"info": {"start_time": ' + b"9" * 100_000 + b"}}]}"),
    "gzip": hostile.gzip_bomb,
    "gzip in gzip": raw(200, gzip.compress(gzip.compress(b"0" * 50_000_000)), Content_Encoding="gzip"),
    "dripping": hostile.dripping,
    "dripping headers": hostile.dripping_headers,
    "many headers": raw(200, b"{}", **{f"X-{number}": "x" * 100 for number in range(5_000)}),
    "long header": raw(200, b"{}", X_Long="x" * 2_000_000),
    "no json": raw(200, b"\x00\xff" * 1_000),
    "status": raw(299, b"x"),
    "a refusal of megabytes": raw(400, b"<script>" * 500_000),
    "huge wait": raw(429, b"", Retry_After="9" * 400),
    "odd wait": raw(503, b"", Retry_After="nan"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_the_pull_in_words(owner: Principal, bomb: str) -> None:
    made = pulled(owner, BOMBS[bomb])
    assert made.last_error_code, bomb
    assert made.last_error_text and len(made.last_error_text) < 5_000
    assert made.last_error_text.isprintable() or "\n" in made.last_error_text
    assert made.next_due is not None and not Run.objects.exists()
    assert everything_reads(owner, made)


def with_field(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a good run in which one field is this value."""
    run = mlflow_run(1)
    inner: Any = run
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return run


INFO = ("run_id", "run_name", "experiment_id", "status", "start_time", "end_time", "lifecycle_stage", "user_id")
PLACES = [("info",), ("data",), ("inputs",), *(("info", name) for name in INFO)]
PLACES += [("data", name) for name in ("metrics", "params", "tags")]


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids="/".join)
def test_no_value_of_a_wrong_kind_breaks_a_pull_or_a_page(owner: Principal, place: tuple[str, ...]) -> None:
    good = mlflow_run(2)
    for value in ODD:
        made = pulled(owner, as_json({"runs": [with_field(place, value), good]}))
        if not made.last_error_code:
            assert Run.objects.filter(connection=made, external_id=good["info"]["run_id"]).exists(), value
    assert everything_reads(owner, made)


def test_names_and_keys_without_end_are_left_out_or_cut(owner: Principal) -> None:
    runs = [mlflow_run(number) for number in range(4)]
    runs[0]["info"]["run_name"] = LONG
    runs[1]["data"]["params"] = [{"key": LONG, "value": "x"}]
    runs[2]["data"]["metrics"] = [{"key": f"m{n}", "value": n, "timestamp": 1, "step": 1} for n in range(20_000)]
    runs[3]["data"]["tags"] = [{"key": f"t{n}", "value": LONG[:2_000]} for n in range(2_000)]
    made = pulled(owner, as_json({"runs": runs}))
    assert all(len(each.name) <= 500 for each in Run.objects.filter(connection=made))
    assert everything_reads(owner, made)


def test_numbers_of_every_kind_are_kept_as_what_they_are(owner: Principal) -> None:
    values = ["NaN", "Infinity", "-Infinity", 1e308, -1e308, 5e-324, 10**400, "1", "x", None, True, {}, "9" * 5_000]
    runs = [with_field(("data", "metrics"), [{"key": "m", "value": each, "timestamp": 1}]) for each in values]
    for number, run in enumerate(runs):
        run["info"]["run_id"] = f"{number:032x}"
    made = pulled(owner, raw(200, json.dumps({"runs": runs}).encode()))
    kept = MetricValue.objects.filter(run__connection=made)
    assert {each.special for each in kept} <= {"", "nan", "inf", "-inf"}
    assert all((each.value is None) == bool(each.special) for each in kept)
    assert everything_reads(owner, made)


def test_pages_without_end_of_the_same_runs_end(owner: Principal) -> None:
    numbers = count()

    def endless(handler: Handler) -> None:
        as_json({"runs": [mlflow_run(each) for each in range(5)], "next_page_token": f"t{next(numbers)}"})(handler)

    made = pulled(owner, endless)
    assert next(numbers) < 1_000
    assert Run.objects.filter(connection=made).count() <= 5
    assert everything_reads(owner, made)


def test_experiments_without_end_end(owner: Principal) -> None:
    numbers = count()

    def endless(handler: Handler) -> None:
        as_json({"experiments": [], "next_page_token": f"t{next(numbers)}"})(handler)

    made = pulled(owner, as_json({}), **{"experiments/search": endless})
    assert made.last_error_code and next(numbers) < 5_000

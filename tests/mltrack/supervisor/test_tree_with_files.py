"""The whole tree where there is no redis-server, so that jobs wait in files: it judges and pulls, and heals."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.faults import send
from tests.chaos.grounds import Grounds
from tests.chaos.load import Ledger, begin_load
from tests.chaos.names import KEYS
from tests.chaos.truth import differences, drain
from tests.projects.little_mlflow import mlflow_run
from tests.servers.client import Client
from tests.trees import eventually, without_redis

pytestmark = pytest.mark.processes

READY_SECONDS, RECOVERY_SECONDS = 60.0, 60.0


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without a redis-server."""
    return without_redis(tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module")
def grounds(prepared_home: Path, python: dict[str, str]) -> Iterator[Grounds]:
    """One machine without a redis-server, shared by the tests of this module in their order."""
    with Grounds(second_machine=False, seed_home=prepared_home, more=python) as found:
        yield found


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """What was acknowledged so far."""
    return Ledger()


def post(grounds: Grounds, ledger: Ledger, name: str, value: float) -> None:
    """Post a run of the first initiative."""
    body = {"runs": [{"external_id": name, "metrics": {"accuracy": value}}]}
    client = Client(grounds.tree.url, grounds.world.token)
    assert client.post(f"/api/v1/initiatives/{KEYS[0]}/runs/batch/", body).status == 200
    ledger.runs[KEYS[0], name] = value


def nothing_is_due(grounds: Grounds) -> bool:
    return bool(grounds.rows("SELECT count(*) FROM projects_judgedue")[0][0] == 0)


def pulled(grounds: Grounds) -> int:
    return int(grounds.rows("SELECT count(*) FROM projects_run WHERE connection_id IS NOT NULL")[0][0])


def test_it_says_so_and_is_ready(grounds: Grounds) -> None:
    assert "There is no redis-server: jobs wait in files" in grounds.tree.words()
    assert grounds.services()["redis_url"] == "filesystem://"
    assert grounds.tree.pids("redis") == set()
    assert eventually(lambda: grounds.tree.answers("/readyz"), READY_SECONDS)
    assert grounds.tree.answers("/accounts/login/")


def test_it_pulls_and_judges(grounds: Grounds, ledger: Ledger) -> None:
    assert eventually(lambda: pulled(grounds) == sum(len(each.runs) for each in grounds.mlflows), RECOVERY_SECONDS)
    post(grounds, ledger, "first", 0.5)
    assert eventually(lambda: nothing_is_due(grounds), RECOVERY_SECONDS)


@pytest.mark.parametrize("part", ["worker", "pulls", "beat", "web"])
def test_a_killed_part_comes_back_and_goes_on(grounds: Grounds, ledger: Ledger, part: str) -> None:
    before = grounds.tree.pids(part)
    assert send(grounds.tree.leaders(part), signal.SIGKILL)
    assert eventually(lambda: bool(grounds.tree.leaders(part) - before), 20)
    assert grounds.is_back()
    grounds.mlflows[0].runs.append(mlflow_run(5_000 + len(ledger.runs)))
    post(grounds, ledger, f"after {part}", 0.7)
    assert drain(grounds, RECOVERY_SECONDS) + differences(grounds, ledger, answers=False) == []


def test_workers_killed_under_load_lose_nothing(grounds: Grounds, ledger: Ledger) -> None:
    posters = begin_load(grounds, ledger, jobs=2)
    for part in ("worker", "pulls", "worker"):
        known, acknowledged = grounds.tree.leaders(part), len(ledger.acknowledged)
        assert send(grounds.tree.pids(part), signal.SIGKILL)
        assert eventually(lambda part=part, known=known: bool(grounds.tree.leaders(part) - known), 30)  # type: ignore[misc]
        assert eventually(lambda seen=acknowledged: len(ledger.acknowledged) > seen + 10, 30)  # type: ignore[misc]
    assert all(each.finish(90) for each in posters)
    assert drain(grounds) + differences(grounds, ledger) == []


def test_files_that_were_torn_by_a_power_cut_end_with_the_next_start(grounds: Grounds, ledger: Ledger) -> None:
    grounds.tree.destroy()
    for exchange in (grounds.home / "queue-control").glob("*.exchange"):
        exchange.write_text('[["cel')
    (grounds.home / "queue" / "0_torn.celery.msg").write_text('{"body"')
    grounds.power_cut()
    assert grounds.is_back(90)
    post(grounds, ledger, "after a power cut", 0.8)
    assert drain(grounds) + differences(grounds, ledger) == []
    assert eventually(lambda: grounds.tree.answers("/readyz"), READY_SECONDS)


def test_it_ends_in_time_and_leaves_no_process(grounds: Grounds) -> None:
    assert grounds.tree.stop() == 0
    assert eventually(lambda: grounds.tree.pids() == set(), 5)
    assert not (grounds.home / "services.json").exists()

"""Pulling from a real Roundup: filled, changed, moved, deleted, and equal at the end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.task_records import TaskOrder, TaskRecord
from tests.projects.connectors.mlflow_pulls import client_of
from tests.projects.connectors.task_pulls import TaskStore, asked_of, sent
from tests.servers.roundup import OPTIONS, SECRET, RoundupServer, serve


def same(store: TaskStore, server: RoundupServer) -> None:
    """Compare what was pulled with what the tracker itself lists."""
    truth = server.issues()
    assert store.rejected == {}
    assert set(store.tasks) == set(truth)
    for key, task in store.tasks.items():
        assert _shown(store, task) == {name: truth[key][name] for name in _shown(store, task)}


def _shown(store: TaskStore, task: TaskRecord) -> dict[str, object]:
    return {
        "title": task.title,
        "status.name": task.status,
        "kind.name": task.type or None,
        "points": task.estimate,
        "after": list(task.blocked_by),
        "sprint.name": store.sprints[task.sprint].name if task.sprint else None,
    }


def churn(server: RoundupServer, chance: random.Random, deeds: int) -> None:
    """Change statuses, move between sprints, rename, delete and create, as teams do."""
    ids, sprints = (
        sorted(server.issues(), key=int),
        [str(each["id"]) for each in server.call("GET", "sprint")["collection"]],
    )
    for number in range(deeds):
        picked = ids[chance.randrange(len(ids))]
        match chance.randrange(5):
            case 0:
                server.change(picked, status=chance.choice(["resolved", "in-progress", "testing"]))
            case 1:
                server.change(picked, sprint=chance.choice(sprints))
            case 2:
                server.change(picked, title=f"Renamed {number}", points=13)
            case 3:
                server.retire(picked)
                ids.remove(picked)
            case _:
                ids.append(server.create(title=f"New {number}", status="unread", kind="Bug", priority="wish"))


@pytest.fixture(scope="module")
def roundup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundupServer]:
    """A tracker of sixty issues in three sprints."""
    with serve(tmp_path_factory.mktemp("roundup"), issues=60, sprints=3) as server:
        yield server


def test_a_tracker_is_pulled_changed_and_pulled_again_until_it_is_equal(roundup: RoundupServer) -> None:
    store = TaskStore("roundup", roundup.url, SECRET, {**OPTIONS, "page_size": 25})
    now = datetime.now(UTC)
    first = store.pull(now)
    same(store, roundup)
    # All sixty were created within seconds: they share moments, and none came twice.
    assert len(sent(first)) == len(set(sent(first))) == 60
    assert {each.name for each in store.sprints.values()} == {"Sprint 1", "Sprint 2", "Sprint 3"}
    chance = random.Random(6)
    for hour in (1, 2):
        churn(roundup, chance, 15)
        younger = roundup.create("sprint", name=f"Late {hour}")
        roundup.change(next(iter(roundup.issues())), sprint=younger)
        store.pull(now + timedelta(hours=hour, seconds=1))
        same(store, roundup)


def test_a_pull_that_is_cut_after_any_page_ends_equal(roundup: RoundupServer) -> None:
    store = TaskStore("roundup", roundup.url, SECRET, {**OPTIONS, "page_size": 7})
    now = datetime.now(UTC)
    for cut in range(1, 40):
        pages = store.pull(now, most_pages=cut)
        if pages[-1].last:
            break
    same(store, roundup)


def test_words_choices_and_the_test_of_a_connection(roundup: RoundupServer) -> None:
    store = TaskStore("roundup", roundup.url, SECRET, dict(OPTIONS))
    with client_of(roundup.url, auth=store.connector_type.auth_of("", SECRET)) as client:
        connector = store.connector_type(client, store.options)
        words, report = connector.list_words(), connector.test()
    truth = roundup.issues()
    assert words.is_whole and sum(words.statuses.values()) == len(truth) == report.visible
    assert words.statuses["deferred"] == sum(each["status.name"] == "deferred" for each in truth.values())
    assert set(words.types) <= {"Annotation", "Training", "Bug", ""}


def test_a_wrong_password_is_said_in_words(roundup: RoundupServer) -> None:
    with pytest.raises(ConnectorError, match="refused") as caught:
        TaskStore("roundup", roundup.url, "admin:wrong", dict(OPTIONS)).pull()
    assert (caught.value.code, caught.value.permanent) == ("unauthorized", True)


def test_a_task_is_opened_once_ended_and_opened_again(roundup: RoundupServer) -> None:
    store = TaskStore("roundup", roundup.url, SECRET, {**OPTIONS, "may_open_tasks": True})
    before, marker = set(roundup.issues()), "mltrack-0123456789abcdef0123456789abcdef"
    order = TaskOrder(marker, "Accuracy <b>reaches</b> its target", ["Label 400 more.", marker])
    again = replace(order, tried_at=datetime.now(UTC))
    with client_of(roundup.url, auth=store.connector_type.auth_of("", SECRET)) as client:
        connector = store.connector_type(client, store.options)
        assert connector.find_task(again) is None
        opened = connector.create_task(order)
        assert connector.find_task(again) == connector.create_task(again) == opened
        assert set(roundup.issues()) - before == {opened.external_id}
        for is_open, status in ((False, "resolved"), (False, "resolved"), (True, "unread")):
            connector.set_task_open(opened.place, is_open=is_open)
            assert roundup.issues()[opened.external_id]["status.name"] == status
    (message,) = roundup.call("GET", f"msg?messageid={marker}&@fields=content,author")["collection"]
    assert message["author"]["id"] == "1"
    store.pull()
    assert store.tasks[opened.external_id].title == order.title


def test_new_tasks_get_the_keyword_that_is_read(roundup: RoundupServer) -> None:
    roundup.create("keyword", name="ours")
    options = {**OPTIONS, "may_open_tasks": True, "keywords": ["ours"]}
    store = TaskStore("roundup", roundup.url, SECRET, options)
    with client_of(roundup.url, auth=store.connector_type.auth_of("", SECRET)) as client:
        opened = store.connector_type(client, options).create_task(TaskOrder("mltrack-1", "One", ["mltrack-1"]))
    store.pull()
    assert set(store.tasks) == {opened.external_id}


@pytest.mark.slow
def test_two_thousand_issues_over_thirty_sprints_are_pulled_as_they_change(tmp_path: Path) -> None:
    with serve(tmp_path / "tracker", issues=2_000, sprints=30) as server:
        store = TaskStore("roundup", server.url, SECRET, {**OPTIONS, "window_seconds": 1})
        now = datetime.now(UTC)
        first = store.pull(now)
        same(store, server)
        assert (len(set(sent(first))), len(store.sprints)) == (2_000, 30)
        chance = random.Random(30)
        for hour in range(1, 6):
            churn(server, chance, 120)
            pages = store.pull(now + timedelta(hours=hour, seconds=hour))
            same(store, server)
            # The first time the issues that were made within seconds of the mark come once more.
            assert hour == 1 or (len(sent(pages)) <= 200 and asked_of(pages) < 30)

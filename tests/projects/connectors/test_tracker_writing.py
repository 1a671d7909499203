"""What every connector must do that writes to a tracker, against recorded answers; Roundup does it live."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from projects.connectors.base import ConnectorError, WritesTasks
from projects.connectors.registry import CONNECTORS, brings_tasks, resolve, writes_tasks
from projects.connectors.task_records import TaskOrder
from projects.connectors.tracking.connector import TrackerConnector
from tests.projects.connectors.mlflow_pulls import client_of
from tests.projects.connectors.test_tracker_contract import store_of
from tests.projects.little_trackers import FIRST
from tests.projects.written_trackers import WRITTEN, WrittenJira, WrittenRedmine, WrittenTracker, written
from tests.servers.hostile import as_json

MARKER = "mltrack-0123456789abcdef0123456789abcdef"
TEXTS = [
    "Set a target on accuracy [now] {0.81} & <b>report</b> it.",
    "CHURN-7 in MLTrack: https://ml.example/w/a/",
    MARKER,
]
ORDER = TaskOrder(MARKER, "Accuracy reaches its target", TEXTS, "training")
AGAIN = TaskOrder(MARKER, ORDER.title, TEXTS, "training", tried_at=FIRST)
NAMES = {"github": "1347001", "gitlab": "84", "redmine": "4330", "jira": "10020", "jira_server": "10020"}


@contextmanager
def connected(little: WrittenTracker, **options: Any) -> Iterator[TrackerConnector]:
    """Give a connector to a little tracker that is served."""
    kind = resolve(little.kind)
    assert issubclass(kind, TrackerConnector)
    with little.serve() as server, client_of(server.url, auth=kind.auth_of("", little.secret)) as client:
        yield kind(client, {**little.options, "may_open_tasks": True, **options})


@pytest.fixture(params=WRITTEN)
def name(request: pytest.FixtureRequest) -> str:
    """Each tracker that can be written to."""
    return str(request.param)


def test_every_tracker_can_be_written_to_and_says_what_it_follows() -> None:
    kinds = {kind for kind in CONNECTORS if brings_tasks(kind)}
    assert kinds == {each.kind for each in WRITTEN.values()} | {"roundup"}
    for kind in kinds:
        assert writes_tasks(kind) and issubclass(resolve(kind), WritesTasks)
    assert not writes_tasks("mlflow")
    for kind in kinds - {"roundup"}:
        for page in written(kind)["follows"]:
            assert page["address"].startswith("https://") and page["title"]
            assert page["read"] == "not read" or date.fromisoformat(page["read"])


def test_a_task_is_opened_with_its_marker_and_comes_back_by_the_pull(name: str) -> None:
    little = WRITTEN[name]()
    with connected(little) as connector:
        opened = connector.create_task(ORDER)
    assert opened.external_id == NAMES[name] and opened.place and opened.url.startswith("http")
    assert all(each in little.body_of(opened.external_id) for each in TEXTS[1:])
    with little.serve() as server:
        store = store_of(little, server)
        store.pull(little.now)
    task = store.tasks[opened.external_id]
    assert (task.title, MARKER in task.body) == (ORDER.title, True)


def test_a_retry_finds_what_an_unheard_try_opened(name: str) -> None:
    little = WRITTEN[name]()
    little.loses_answers = True
    with connected(little) as connector:
        with pytest.raises(ConnectorError) as lost:
            connector.create_task(ORDER)
        assert not lost.value.permanent
        little.loses_answers = False
        assert len(little.issues) == 1 and len(little.sent) == 1
        found, again = connector.find_task(AGAIN), connector.create_task(AGAIN)
    assert found == again and again.external_id == NAMES[name]
    assert len(little.issues) == 1 and len(little.sent) == 1


def test_what_was_never_opened_is_not_found_and_opened_once(name: str) -> None:
    little = WRITTEN[name]()
    little.load()
    before = len(little.issues)
    with connected(little) as connector:
        assert connector.find_task(AGAIN) is None
        connector.create_task(AGAIN)
        assert connector.find_task(AGAIN) is not None
    assert len(little.issues) == before + 1


def test_a_task_is_ended_and_opened_again_each_once(name: str) -> None:
    little = WRITTEN[name]()
    with connected(little) as connector:
        opened = connector.create_task(ORDER)
        for is_open in (False, False, True, True):
            connector.set_task_open(opened.place, is_open=is_open)
            assert little.is_open(opened.external_id) == is_open
    assert len(little.sent) == 3


def test_a_refusal_is_permanent_and_says_why(name: str) -> None:
    little = WRITTEN[name]()
    little.refuses = True
    with connected(little) as connector, pytest.raises(ConnectorError) as refused:
        connector.create_task(ORDER)
    assert refused.value.permanent
    said = next(iter(_words(little.answers["refused"]["body"])))
    assert said in refused.value.text


def _words(found: Any) -> list[str]:
    if isinstance(found, str):
        return [found]
    inner = found.values() if isinstance(found, dict) else found
    return [text for each in inner for text in _words(each)]


def test_a_strange_answer_to_a_new_task_is_doubtful_and_not_final(name: str) -> None:
    little = WRITTEN[name]()
    little.write = lambda method, path, body: {"surprise": 1}  # type: ignore[method-assign]
    with connected(little) as connector, pytest.raises(ConnectorError) as strange:
        connector.create_task(ORDER)
    assert (strange.value.code, strange.value.permanent) == ("bad_answer", False)


@pytest.mark.parametrize("stubborn", ["redmine", "jira"])
def test_a_workflow_that_lets_nobody_through_is_said(stubborn: str) -> None:
    little = WRITTEN[stubborn]()
    with connected(little) as connector:
        opened = connector.create_task(ORDER)
        if isinstance(little, WrittenRedmine):
            little.obeys = False
        else:
            little.answers["transitions"] = []
        with pytest.raises(ConnectorError) as stuck:
            connector.set_task_open(opened.place, is_open=False)
    assert (stuck.value.code, stuck.value.permanent) == ("no_way", True)


def test_types_and_statuses_follow_the_mapping() -> None:
    redmine = WrittenRedmine()
    with connected(redmine) as connector:
        connector.create_task(ORDER)
    assert redmine.sent[0][2]["issue"]["tracker_id"] == 3
    jira = WrittenJira()
    with connected(jira, statuses={"Live": "doing", "Won't do": "done"}, types={"Bug": "training"}) as connector:
        opened = connector.create_task(ORDER)
        connector.set_task_open(opened.place, is_open=False)
    assert jira.sent[0][2]["fields"]["issuetype"] == {"id": "1"}
    assert jira.sent[1][2] == {"transition": {"id": "31"}}


@pytest.mark.parametrize(
    ("kind", "options", "fits"),
    [
        ("github", {"repositories": ["a/b"]}, True),
        ("github", {"repositories": ["a/b", "a/c"]}, False),
        ("github", {"repositories": ["a/b", "a/c"], "new_tasks_in": "a/c"}, True),
        ("github", {"repositories": ["a/b"], "new_tasks_in": "a/d"}, False),
        ("github", {"projects": ["orgs/a/5"]}, False),
        ("github", {"projects": ["orgs/a/5"], "new_tasks_in": "a/../b"}, False),
        ("github", {"projects": ["orgs/a/5"], "new_tasks_in": "a/b"}, True),
        ("jira", {}, False),
        ("jira", {"new_tasks_in": "../x"}, False),
        ("gitlab", {"project_ids": ["4"]}, True),
        ("gitlab", {"new_tasks_in": "four"}, False),
        ("redmine", {"new_tasks_in": "1"}, True),
        ("roundup", {}, True),
        ("roundup", {"keywords": ["a", "b"]}, False),
    ],
)
def test_new_tasks_need_a_project_whose_tasks_are_read(kind: str, options: dict[str, Any], *, fits: bool) -> None:
    made: Any = resolve(kind)
    with client_of("http://127.0.0.1:9/") as client:
        made(client, {**options, "new_tasks_in": ""})
        if fits:
            made(client, {**options, "may_open_tasks": True})
            return
        with pytest.raises(ConnectorError, match="new_tasks_in") as refused:
            made(client, {**options, "may_open_tasks": True})
    assert refused.value.code == "bad_options"


def test_where_github_projects_are_read_the_issue_is_put_on_the_first() -> None:
    little = WRITTEN["github"]()
    asked: list[Any] = []
    plain = little.answer

    def answer(handler: Any) -> None:
        if not handler.path.endswith("/graphql"):
            plain(handler)
            return
        body = json.loads(handler.body)
        asked.append(body["variables"])
        found = {"organization": {"projectV2": {"id": "PVT_1"}}}
        if "mutation" in body["query"]:
            found = {"addProjectV2ItemById": {"item": {"id": "PVTI_1"}}}
        as_json({"data": found})(handler)

    little.answer = answer  # type: ignore[method-assign]
    options = {"repositories": [], "projects": ["orgs/acme/5"], "new_tasks_in": "octocat/Hello-World"}
    with connected(little, **options) as connector:
        connector.create_task(ORDER)
    assert asked == [{"login": "acme", "number": 5}, {"project": "PVT_1", "content": "MDU6SXNzdWUx"}]

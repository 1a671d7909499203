"""What every connector to a tracker must do, against recorded answers; Roundup does it live in its own file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from projects.connectors.base import ConnectorError, FetchesTasks, ListsChoices, ListsWords
from projects.connectors.registry import CONNECTORS, brings_tasks, resolve
from projects.connectors.task_records import SprintRecord, TaskRecord, TransitionRecord
from projects.connectors.tracking.connector import TrackerConnector
from tests.projects.connectors.mlflow_pulls import client_of
from tests.projects.connectors.task_pulls import TaskStore, asked_of, sent
from tests.projects.little_trackers import FIRST, LITTLE, LittleTracker, recorded
from tests.servers.hostile import Answer, HostileServer, as_json, half_json, html

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def became(*pairs: tuple[str, str]) -> list[TransitionRecord]:
    """Return transitions of pairs of moment and status."""
    return [TransitionRecord(at(moment), status) for moment, status in pairs]


@pytest.fixture(params=LITTLE)
def little(request: pytest.FixtureRequest) -> LittleTracker:
    """Each tracker, empty."""
    return LITTLE[request.param]()


@pytest.fixture
def served(little: LittleTracker) -> Iterator[tuple[LittleTracker, TaskStore]]:
    """Each tracker, served, and a store that pulls from it."""
    with little.serve() as server:
        yield little, store_of(little, server)


def store_of(little: LittleTracker, server: HostileServer, **options: Any) -> TaskStore:
    """Return a store that pulls from a little tracker."""
    return TaskStore(little.kind, server.url, little.secret, {**little.options, **options})


Served = tuple[LittleTracker, TaskStore]

GITHUB = [
    TaskRecord(
        "1", "Found a bug", "open", at("2011-04-22T13:33:48Z"), at("2011-04-22T13:33:48Z"), "Bug",
        "I'm having a problem with this.", "octocat/Hello-World#1",
        url="https://github.com/octocat/Hello-World/issues/1347", blocked_by=["3"],
    ),
    TaskRecord(
        "3", "Nobody wants it <script>alert(1)</script>", "not planned", at("2011-04-22T13:33:50Z"),
        at("2011-04-24T10:00:00Z"), "", "<p>An <b>HTML</b> body</p>\nand a line", done_at=at("2011-04-24T10:00:00Z"),
        transitions=became(("2011-04-24T10:00:00Z", "not planned")),
        url="https://github.com/octocat/Hello-World/issues/1349", blocked_by=[],
    ),
    TaskRecord(
        "4", "Label the second batch", "Somewhere else", at("2011-04-22T13:33:51Z"), at("2011-04-25T10:00:00Z"),
        "Annotation", transitions=became(("2011-04-23T08:00:00Z", "completed"), ("2011-04-23T09:00:00Z", "open")),
        url="https://github.com/octocat/Hello-World/issues/1350", blocked_by=[],
    ),
]  # fmt: skip
GITLAB = [
    TaskRecord(
        "41", "Ut commodi ullam eos dolores perferendis nihil sunt.", "closed", at("2016-01-04T15:31:46.176Z"),
        at("2016-01-04T15:31:46.176Z"), "issue", "Omnis vero earum sunt corporis dolor et placeat.", "milestone-11",
        due_on=date(2016, 7, 22), done_at=at("2016-01-05T15:31:46.176Z"),
        transitions=became(
            ("2016-01-05T10:00:00Z", "closed"), ("2016-01-05T11:00:00Z", "opened"),
            ("2016-01-05T15:31:46.176Z", "closed"),
        ),
        url="http://example.com/my-group/my-project/issues/1",
    ),
    TaskRecord(
        "42", "Train again <i>soon</i>", "In dev", at("2016-01-04T13:31:47Z"), at("2016-01-06T09:00:00.500Z"),
        "Training", estimate=3.0, transitions=became(("2016-01-05T13:38:20.077Z", "In dev")),
        url="http://example.com/my-group/my-project/issues/2",
    ),
    TaskRecord(
        "44", "An unknown state", "locked", at("2016-01-04T15:31:49Z"), at("2016-01-06T09:00:02.500Z"), "",
        "<h1>HTML</h1>", estimate=1.5, transitions=[],
    ),
]  # fmt: skip
REDMINE = [
    TaskRecord(
        "4326", "Aggregate Multiple Issue Changes for Email Notifications", "New", at("2009-12-03T14:02:12Z"),
        at("2010-01-03T11:08:41Z"), "Feature",
        "This is not to be confused with another useful proposed feature that\n"
        "would do digest emails for notifications.",
        "1", priority=2, transitions=[], url="SERVER/issues/4326", blocked_by=["4325"],
    ),
    TaskRecord(
        "4325", "Journal <em>of</em> everything", "Closed", at("2009-12-02T14:02:12Z"), at("2010-01-04T11:08:41Z"),
        "Bug", "<p>HTML in textile</p>", estimate=6.5, priority=4, due_on=date(2010, 2, 1),
        done_at=at("2010-01-04T11:08:41Z"),
        transitions=became(("2010-01-03T11:08:41Z", "Assigned"), ("2010-01-04T11:08:41Z", "Closed")),
        url="SERVER/issues/4325", blocked_by=[],
    ),
    TaskRecord(
        "4327", "An unknown status, and no description", "Neu hier", at("2009-12-04T14:02:12Z"),
        at("2010-01-04T11:08:42Z"), "", transitions=[], url="SERVER/issues/4327", blocked_by=[],
    ),
]  # fmt: skip
JIRA = [
    TaskRecord(
        "10002", "Main order flow broken", "In Progress", at("2026-10-01T08:36:58Z"), at("2026-11-01T08:36:58.123Z"),
        "Task", "Main order flow broken", "72", 5.0, 3, date(2026, 12, 24),
        transitions=became(("2026-10-02T07:00:00Z", "In Progress")),
        url="SERVER/browse/ED-1", assignee_email="mia@example.com", blocked_by=["10004"],
    ),
    TaskRecord(
        "10004", "No sprint & no assignee <img src=x onerror=alert(1)>", "Wartet auf Daten", at("2026-10-03T06:00:00Z"),
        at("2026-11-01T08:36:59Z"), "Datenarbeit", transitions=[], url="SERVER/browse/ED-3", blocked_by=[],
    ),
    TaskRecord(
        "10005", "Done in a sprint that is over", "Done", at("2026-09-12T08:00:00Z"), at("2026-11-01T08:37:00Z"), "Bug",
        "Why\n\n- asked by @Mia\n- <b>bold</b>\nnext", "37", 2.0, 1, done_at=at("2026-09-19T08:00:00Z"),
        transitions=became(("2026-09-19T08:00:00Z", "Done")), url="SERVER/browse/ED-4", blocked_by=[],
    ),
]  # fmt: skip
EXPECTED = {"github": GITHUB, "gitlab": GITLAB, "redmine": REDMINE, "jira": JIRA}
"""What the recorded issues are, worked out by hand; the last one of each recording cannot be read."""

SPRINTS = {
    "github": [
        SprintRecord(
            "octocat/Hello-World#1", "v1.0", None, date(2012, 10, 9), "Tracking milestone for version 1.0",
        )
    ],
    "gitlab": [
        SprintRecord(
            "milestone-11", "v3.0", date(2013, 11, 10), date(2013, 11, 29),
            "Rerum est voluptatem provident consequuntur molestias similique ipsum dolor.", is_closed=True,
        )
    ],
    "redmine": [
        SprintRecord("1", "0.9.0", None, date(2010, 1, 9), "Last stable release", is_closed=True),
        SprintRecord("2", "1.0.0"),
    ],
    "jira": [
        SprintRecord("37", "sprint 1", date(2026, 9, 11), date(2026, 9, 20), "sprint 1 goal", is_closed=True),
        SprintRecord("72", "sprint 2", date(2026, 10, 21), date(2026, 11, 4), "", is_closed=False),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPECTED)
def test_recorded_issues_become_tasks_in_the_trackers_own_words(kind: str) -> None:
    little = LITTLE[kind]()
    little.load()
    with little.serve() as server:
        store = store_of(little, server)
        store.pull(little.now)
        found = {key: json.dumps(_plain(each)).replace(server.url, "SERVER") for key, each in store.tasks.items()}
    assert found == {each.external_id: json.dumps(_plain(each)) for each in EXPECTED[kind]}
    assert list(store.sprints.values()) == SPRINTS[kind]
    (reason,) = store.rejected.values()
    assert reason.startswith("The task was left out: ")


def _plain(task: TaskRecord) -> dict[str, Any]:
    fields = {name: getattr(task, name) for name in TaskRecord.__slots__}
    if task.transitions is not None:
        fields["transitions"] = [(each.at.isoformat(), each.status) for each in task.transitions]
    return {name: str(value) for name, value in fields.items()}


@pytest.mark.parametrize("kind", EXPECTED)
def test_recordings_name_the_documentation_that_they_follow(kind: str) -> None:
    kept = recorded(kind)
    assert kept["follows"]
    for page in kept["follows"]:
        assert page["title"].strip() and page["address"].startswith("https://")
        assert page["read"] == "not read" or date.fromisoformat(page["read"])
    assert "values by hand" in kept["note"]


def test_every_tracker_of_the_registry_is_held_to_this() -> None:
    trackers = {kind for kind in CONNECTORS if brings_tasks(kind)}
    assert trackers == {each.kind for each in LITTLE.values()} | {"roundup"}
    for kind in trackers:
        assert all(issubclass(resolve(kind), each) for each in (FetchesTasks, ListsChoices, ListsWords))


def test_nothing_is_lost_where_more_tasks_share_a_moment_than_fit_on_a_page(served: Served) -> None:
    little, store = served
    ids = {little.make(number, FIRST + timedelta(hours=number // 60)) for number in range(1, 181)}
    store.options["page_size"] = 25
    store.pull(little.now)
    assert set(store.tasks) == ids


def test_a_task_that_changes_between_two_pages_takes_no_other_with_it(served: Served) -> None:
    little, store = served
    ids = [little.make(number, FIRST) for number in range(1, 101)]
    store.options["page_size"] = 20

    def change(call: int) -> None:
        if call in (2, 4):
            little.touch(ids[call], f"Changed {call}", little.now)

    little.after_call = change
    store.pull(little.now)
    assert set(store.tasks) == set(ids)
    assert {store.tasks[ids[2]].title, store.tasks[ids[4]].title} == {"Changed 2", "Changed 4"}


def test_what_changed_comes_and_nothing_comes_when_nothing_changed(served: Served) -> None:
    little, store = served
    ids = [little.make(number, FIRST + timedelta(minutes=number)) for number in range(1, 61)]
    store.pull(little.now)
    little.now += HOUR
    idle = store.pull(little.now)
    assert sent(idle) == [] and asked_of(idle) <= 4
    little.touch(ids[7], "Renamed", little.now)
    little.touch(ids[9], "Renamed too", little.now)
    assert set(sent(store.pull(little.now))) == {ids[7], ids[9]}
    assert store.tasks[ids[9]].title == "Renamed too"


def test_a_second_change_in_the_same_second_is_not_missed(served: Served) -> None:
    little, store = served
    key = little.make(1, FIRST)
    little.now = FIRST
    store.pull(little.now)
    little.touch(key, "Changed once more", FIRST)
    little.now = FIRST + timedelta(seconds=30)
    store.pull(little.now)
    assert store.tasks[key].title == "Changed once more"


def test_deleted_and_moved_tasks_are_gone_after_the_sweep(served: Served) -> None:
    little, store = served
    ids = [little.make(number, FIRST + timedelta(minutes=number)) for number in range(1, 11)]
    store.pull(little.now)
    del little.issues[ids[3]]
    little.now += DAY + HOUR
    store.pull(little.now)
    assert set(store.tasks) == set(ids) - {ids[3]}


def test_other_filters_make_everything_be_read_anew(served: Served) -> None:
    little, store = served
    ids = {little.make(number, FIRST) for number in range(1, 4)}
    store.pull(little.now)
    store.options["history" if "history" in type(connector_options(little)).__slots__ else "public"] = False
    assert set(sent(store.pull(little.now + HOUR))) == ids


def connector_options(little: LittleTracker) -> Any:
    """Return the options that a connector reads."""
    with little.serve() as server, client_of(server.url) as client:
        found = resolve(little.kind)
        assert issubclass(found, TrackerConnector)
        return found(client, little.options).source.options


def test_a_pull_that_is_cut_after_any_page_ends_whole(served: Served) -> None:
    little, store = served
    ids = {little.make(number, FIRST + timedelta(minutes=number // 5)) for number in range(1, 31)}
    store.options["page_size"] = 10
    for cut in range(1, 30):
        if store.pull(little.now, most_pages=cut)[-1].last:
            break
    assert set(store.tasks) == ids


def test_an_empty_tracker_is_no_mistake(served: Served) -> None:
    little, store = served
    assert store.pull(little.now)[-1].last and store.tasks == {}


def test_a_server_that_repeats_a_page_ends_the_pull(served: Served) -> None:
    little, store = served
    for number in range(1, 41):
        little.make(number, FIRST)
    store.options["page_size"] = 10
    frozen = little.found

    def stuck(path: str, params: dict[str, str]) -> Any:
        first = {"page": "1", "offset": "0", "startAt": "0", "nextPageToken": "token-0", "after": "cursor-0"}
        for name, value in first.items():
            params = {**params, name: value} if name in params else params
        return frozen(path, params)

    little.found = stuck  # type: ignore[method-assign]
    with pytest.raises(ConnectorError) as caught:
        store.pull(little.now)
    assert caught.value.code == "repeating_page"


@pytest.mark.parametrize(
    ("answer", "code", "is_permanent"),
    [(html, "not_json", False), (half_json, "not_json", False), (as_json({"surprise": 1}), "bad_answer", False)],
)
def test_answers_of_another_shape_are_said_in_words(
    served: Served, answer: Answer, code: str, is_permanent: bool
) -> None:
    little, store = served
    little.before = [answer] * 9
    with pytest.raises(ConnectorError) as caught:
        store.pull(little.now)
    assert (caught.value.code, caught.value.permanent) == (code, is_permanent)


def test_a_limit_says_when_to_come_back_and_a_wrong_secret_stops(served: Served) -> None:
    little, store = served
    little.before = [little.limited()]
    with pytest.raises(ConnectorError) as limited:
        store.pull(little.now)
    assert (limited.value.code, limited.value.retry_after, limited.value.permanent) == ("rate_limited", 60.0, False)
    little.before = [little.refused()]
    with pytest.raises(ConnectorError, match="refused") as refused:
        store.pull(little.now)
    assert (refused.value.code, refused.value.permanent) == ("unauthorized", True)


def test_words_are_counted_and_choices_are_listed(served: Served) -> None:
    little, store = served
    little.load()
    with client_of(store.url, auth=store.connector_type.auth_of("", little.secret)) as client:
        connector = store.connector_type(client, store.options)
        words, choices, report = connector.list_words(), connector.list_choices(), connector.test()
    assert words.is_whole and report.visible == len(choices) == 1
    tasks = sum("pull_request" not in each for each in little.issues.values())
    assert sum(words.statuses.values()) == sum(words.types.values()) == tasks


def test_secrets_are_sent_as_the_tracker_wants_them(served: Served) -> None:
    little, store = served
    seen = store.connector_type.auth_of("", "a:b" if little.kind != "redmine" else "key")
    assert type(seen).__name__ == "BasicAuth"
    assert type(store.connector_type.auth_of("", "token")).__name__ == (
        "BasicAuth" if little.kind == "redmine" else "BearerAuth"
    )

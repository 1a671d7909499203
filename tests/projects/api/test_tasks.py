"""Tasks by REST: one by one, and imported."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from mltrack.accounts.models import AuditEvent
from projects.api.shapes.tasks import TaskIn
from projects.models import Initiative, JudgeDue, SentTask, SprintMove, Task, TaskTransition
from projects.services.datasets import record_dataset
from projects.services.task_input import EDITED, FIELDS
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_connection, make_initiative, make_runs
from tests.projects.api.test_sprints import made as made_sprint

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/tasks/"
BATCH = f"{URL}batch/"
DAY = "2026-03-{:02}T09:00:00.000000Z"


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def post(team: Team, body: Any, status: int = 201) -> Any:
    return ok(team.contributor.call("post", URL, body), status)


def batch(team: Team, *tasks: Any, query: str = "", status: int = 200) -> Any:
    return ok(team.contributor.call("post", BATCH + query, {"tasks": list(tasks)}), status)


def states(answer: Any) -> list[str]:
    return [each["state"] for each in answer["results"]]


def told(task: Task) -> list[tuple[str, str, int]]:
    """Return a task's transitions in order of keeping, with the day of the month."""
    rows = TaskTransition.objects.filter(task=task).order_by("pk")
    return [(row.from_status, row.to_status, row.at.day) for row in rows]


def test_the_described_fields_are_those_that_are_read() -> None:
    assert set(TaskIn().fields) == set(FIELDS)


def test_a_task_is_made_shown_changed_and_put_away(team: Team, churn: Initiative) -> None:
    (run,), sprint = make_runs(churn), made_sprint(team)["id"]
    data, _ = record_dataset(team.principal, churn, name="cards", digest="9f")
    first = post(team, {"title": "Ask"})
    body = {
        "title": "Fit it",
        "body": "**All** of it",
        "type": "training",
        "status": "doing",
        "sprint": sprint,
        "assignee": "Manager@example.org",
        "estimate": 2.5,
        "priority": "high",
        "due_on": "2026-12-01",
        "check": "model.accuracy",
        "run": run.external_id,
        "dataset": data.public_id,
        "blocked_by": [first["key"]],
        "url": "https://example.org/1",
    }
    answer = team.contributor.call("post", URL, body)
    made = ok(answer, 201)
    shown = {**body, "assignee": "manager@example.org", "run": run.public_id, "key": "CHURN-2"}
    assert {name: made[name] for name in shown} == shown
    assert (made["is_mirrored"], made["is_from_check"], made["version"]) == (False, False, 1)
    assert [(each["from"], each["to"]) for each in made["transitions"]] == [("", "todo"), ("todo", "doing")]
    assert made["transitions"][1]["by"] == "contributor@example.org" and made["started_at"] and not made["done_at"]
    path = f"{URL}CHURN-2/"
    assert answer["Location"] == f"/api/v1/{path}"
    assert ok(team.viewer.call("get", path)) == made
    assert team.viewer.call("get", path, If_None_Match=answer["ETag"]).status_code == 304
    changed = team.contributor.call("patch", path, {"status": "done", "sprint": None}, If_Match=answer["ETag"])
    assert (ok(changed)["status"], ok(changed)["sprint"], ok(changed)["version"]) == ("done", None, 2)
    stale = team.contributor.call("patch", path, {"title": "No"}, If_Match=answer["ETag"])
    assert refused(stale, 412, "version_conflict")["current"]["status"] == "done"
    ok(team.contributor.call("delete", path, If_Match=changed["ETag"]), 204)
    assert ok(team.viewer.call("get", path))["deleted_at"]
    refused(team.viewer.call("post", f"{path}restore/"), 403)
    for _ in range(2):
        assert ok(team.contributor.call("post", f"{path}restore/"))["deleted_at"] is None
    ok(team.contributor.call("delete", path), 204)
    assert [each["key"] for each in ok(team.viewer.call("get", URL))["data"]] == ["CHURN-1"]
    assert JudgeDue.objects.filter(initiative=churn).exists()
    kept = AuditEvent.objects.filter(object_kind="task", object_key="CHURN-2").order_by("pk")
    assert list(kept.values_list("action", flat=True)) == ["create", "edit", "delete", "restore", "delete"]


WRONG: list[tuple[Any, str]] = [
    ([], ""),
    ({"title": ""}, "/title"),
    ({"title": None}, "/title"),
    ({"title": "x" * 251}, "/title"),
    ({"body": 5}, "/body"),
    ({"type": "fun"}, "/type"),
    ({"status": None}, "/status"),
    ({"status": "begun"}, "/status"),
    ({"sprint": "None such"}, "/sprint"),
    ({"assignee": "stranger@example.org"}, "/assignee"),
    ({"estimate": "5"}, "/estimate"),
    ({"estimate": True}, "/estimate"),
    ({"estimate": -1}, "/estimate"),
    ({"estimate": 10_000}, "/estimate"),
    ({"priority": 3}, "/priority"),
    ({"due_on": "tomorrow"}, "/due_on"),
    ({"due_on": "20261201"}, "/due_on"),
    ({"check": "x" * 101}, "/check"),
    ({"run": "run_none"}, "/run"),
    ({"dataset": "dat_none"}, "/dataset"),
    ({"blocked_by": ["CHURN-9"]}, "/blocked_by/0"),
    ({"blocked_by": "CHURN-1"}, "/blocked_by"),
    ({"blocked_by": [["CHURN-1"]]}, "/blocked_by/0"),
]


@pytest.mark.parametrize(("change", "wrong"), WRONG)
def test_what_is_wrong_is_named(team: Team, churn: Initiative, change: Any, wrong: str) -> None:
    post(team, {"title": "There"})
    body = {"title": "New", **change} if isinstance(change, dict) else change
    assert pointers(refused(team.contributor.call("post", URL, body), 400)) == {wrong}
    assert pointers(refused(team.contributor.call("patch", f"{URL}CHURN-1/", change), 400)) == {wrong}
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"key": "CHURN-9"}, "/key"),
        ({"created_at": None}, "/created_at"),
        ({"started_at": "2026-01-01"}, "/started_at"),
        ({"status": "doing", "done_at": DAY.format(1)}, "/done_at"),
        ({"version": 3}, "/version"),
        ({"external_id": 5}, "/external_id"),
    ],
)
def test_what_is_wrong_on_import_is_named(team: Team, churn: Initiative, change: Any, wrong: str) -> None:
    assert pointers(refused(team.contributor.call("post", URL, {"title": "New", **change}), 400)) == {wrong}
    assert refused(team.contributor.call("patch", f"{URL}CHURN-1/", change), 404)


def test_an_edit_takes_no_moments(team: Team, churn: Initiative) -> None:
    post(team, {"title": "There"})
    for name in sorted({*FIELDS} - {*EDITED}):
        problem = refused(team.contributor.call("patch", f"{URL}CHURN-1/", {name: DAY.format(1)}), 400)
        assert pointers(problem) == {f"/{name}"}


PAST: list[tuple[dict[str, Any], str, list[tuple[str, str, int]]]] = [
    ({}, "todo", [("", "todo", 1)]),
    ({"started_at": 4}, "doing", [("", "todo", 1), ("todo", "doing", 4)]),
    ({"done_at": 8}, "done", [("", "todo", 1), ("todo", "done", 8)]),
    ({"started_at": 4, "done_at": 8}, "done", [("", "todo", 1), ("todo", "doing", 4), ("doing", "done", 8)]),
    # Dirty: done before it was started, and started before it was made. It stands as it was told.
    ({"started_at": 9, "done_at": 5}, "done", [("", "todo", 1), ("todo", "doing", 9), ("doing", "done", 5)]),
]


@pytest.mark.parametrize(("moments", "status", "transitions"), PAST)
def test_moments_are_kept_as_they_are_told(
    team: Team, churn: Initiative, moments: dict[str, int], status: str, transitions: list[tuple[str, str, int]]
) -> None:
    times = {name: DAY.format(day) for name, day in moments.items()}
    answer = batch(team, {"external_id": "J-1", "title": "Old", "created_at": DAY.format(1), **times})
    assert answer["results"] == [{"key": "CHURN-1", "external_id": "J-1", "state": "created", "errors": []}]
    task = Task.objects.get()
    assert task.status == status and told(task) == transitions
    shown = ok(team.viewer.call("get", f"{URL}CHURN-1/"))
    assert {name: shown[name] for name in times} == times and shown["created_at"] == DAY.format(1)
    assert {each["by"] for each in shown["transitions"]} == {None}


def test_what_nobody_tells_of_the_past_stays_open(team: Team, churn: Initiative) -> None:
    past = {"created_at": DAY.format(1)}
    batch(team, {"title": "a", "status": "done", **past}, {"title": "b", "status": "cancelled", **past})
    batch(team, {"title": "c", "status": "doing", **past}, {"title": "d", "status": "done"})
    done, cancelled, doing, now = Task.objects.order_by("number")
    assert (done.status, done.done_at, cancelled.cancelled_at, doing.started_at) == ("done", None, None, None)
    assert now.done_at == now.created_at
    assert [each.transitions.count() for each in (done, cancelled, doing, now)] == [2, 2, 2, 2]


def test_a_second_push_changes_what_it_gives(team: Team, churn: Initiative) -> None:
    one = {"external_id": "J-1", "title": "Fit", "created_at": DAY.format(1), "estimate": 3}
    assert states(batch(team, one)) == ["created"]
    assert states(batch(team, one)) == ["unchanged"]
    assert Task.objects.get().version == 1
    later = {"external_id": "J-1", "started_at": DAY.format(4), "done_at": DAY.format(8)}
    assert states(batch(team, later, {"key": "CHURN-1", "estimate": None})) == ["updated", "updated"]
    task = Task.objects.get()
    assert (task.title, task.estimate, task.status, task.version) == ("Fit", None, "done", 2)
    assert told(task) == [("", "todo", 1), ("todo", "doing", 4), ("doing", "done", 8)]
    assert states(batch(team, {"external_id": "J-1", "status": "todo"})) == ["updated"]
    task.refresh_from_db()
    assert (task.status, task.done_at, task.started_at and task.started_at.day) == ("todo", None, 4)
    assert post(team, {"external_id": "J-1", "body": "Again"}, 200)["body"] == "Again"
    assert post(team, {"external_id": "J-1", "body": "Again"}, 200)["version"] == 4


def test_a_faulty_task_leaves_the_others_alone(team: Team, churn: Initiative) -> None:
    sprint = made_sprint(team, "March")
    tracker = make_connection(team.principal, name="Tracker", initiative=churn)
    Task.objects.create(
        initiative=churn, number=1, title="x", rank="V", created_at=churn.created_at, connection=tracker
    )
    items = [
        {"external_id": "a", "title": "A", "sprint": "March", "created_at": DAY.format(2)},
        {"external_id": "b"},
        7,
        {"external_id": "c", "title": "C", "blocked_by": ["a", "b"]},
        {"external_id": "d", "title": "D", "blocked_by": ["c"]},
        {"key": "CHURN-1", "title": "Mine"},
        {"external_id": "e", "title": "E", "blocked_by": ["e"]},
        {"external_id": "f", "title": "F", "blocked_by": ["a", "CHURN-1"]},
        {"external_id": "a", "blocked_by": ["f"]},
    ]
    refused(team.contributor.call("post", f"{BATCH}?atomic=1", {"tasks": items}), 422, "batch_rejected")
    assert Task.objects.count() == 1
    answer = batch(team, *items)
    wrong = {each["external_id"]: [fault["pointer"] for fault in each["errors"]] for each in answer["results"][1:7]}
    assert states(answer) == ["created", *["rejected"] * 6, "created", "rejected"]
    assert wrong == {
        "b": ["/title"],
        "": ["/key"],
        "c": ["/blocked_by/1"],
        "d": ["/blocked_by/0"],
        "e": ["/blocked_by"],
    }
    assert [each["key"] for each in answer["results"] if each["key"]] == ["CHURN-2", "CHURN-3"]
    assert ok(team.viewer.call("get", f"{URL}CHURN-3/"))["blocked_by"] == ["CHURN-1", "CHURN-2"]
    move = SprintMove.objects.get()
    assert (move.to_sprint and move.to_sprint.public_id, move.at.day) == (sprint["id"], 2)
    assert batch(team, *[{"title": "x"}] * 1_001, status=400)["errors"][0]["pointer"] == "/tasks"


def test_two_tasks_do_not_share_an_external_id(team: Team, churn: Initiative) -> None:
    batch(team, {"title": "A"}, {"title": "B"}, {"external_id": "c", "title": "C"})
    answer = batch(
        team,
        {"key": "CHURN-1", "external_id": "x"},
        {"key": "CHURN-2", "external_id": "x"},
        {"key": "CHURN-2", "external_id": "c"},
    )
    assert states(answer) == ["updated", "rejected", "rejected"]


def test_a_thousand_tasks_take_as_many_statements_as_ten(team: Team, churn: Initiative) -> None:
    make_runs(churn)
    made_sprint(team, "March")

    def items(first: int, count: int) -> list[dict[str, Any]]:
        return [
            {
                "external_id": f"J-{number}",
                "title": f"Task {number}",
                "sprint": "March",
                "assignee": "viewer@example.org",
                "created_at": DAY.format(1),
                "done_at": DAY.format(3 + number % 9),
                "blocked_by": [f"J-{number - 1}"] if number > first else [],
            }
            for number in range(first, first + count)
        ]

    def counted(given: list[dict[str, Any]]) -> int:
        with CaptureQueriesContext(database) as queries:
            batch(team, *given)
        return len(queries)

    few, many = counted(items(1, 10)), counted(items(11, 1_000))
    # Rows go in pieces where a statement would have too many values.
    assert many <= few + 12
    assert Task.objects.count() == 1_010 and TaskTransition.objects.count() == 2_020
    ranks = list(Task.objects.order_by("number").values_list("rank", flat=True))
    assert ranks == sorted(set(ranks))
    changed = [{"external_id": f"J-{number}", "estimate": 1} for number in range(1, 1_001)]
    assert counted(changed) <= few + 12
    assert Task.objects.filter(estimate=1, version=2).count() == 1_000


def test_filters_and_pages(team: Team, churn: Initiative) -> None:
    sprint = made_sprint(team)["id"]
    batch(
        team,
        {"title": "a", "type": "data", "sprint": sprint, "check": "model.accuracy"},
        {"title": "b", "status": "doing", "assignee": "viewer@example.org", "external_id": "J-2"},
        {"title": "c", "status": "done"},
    )
    tracker = make_connection(team.principal, name="Tracker", initiative=churn)
    Task.objects.create(
        initiative=churn, number=9, title="d", rank="V", created_at=churn.created_at, connection=tracker
    )

    def titles(query: str) -> str:
        return "".join(each["title"] for each in ok(team.viewer.call("get", f"{URL}?{query}"))["data"])

    expected = {
        "limit=200": "abcd",
        "status=done": "c",
        "type=data": "a",
        f"sprint={sprint}": "a",
        "assignee=viewer@example.org": "b",
        "check=model.accuracy": "a",
        "external_id=J-2": "b",
        "open=true": "abd",
        "open=false": "abcd",
        "mirrored=true": "d",
        "mirrored=false": "abc",
    }
    assert {query: titles(query) for query in expected} == expected
    first = ok(team.viewer.call("get", f"{URL}?limit=3"))
    assert len(first["data"]) == 3 and first["next"]
    with CaptureQueriesContext(database) as queries:
        ok(team.viewer.call("get", URL))
    # The tasks, and what they wait for. The initiative is read by a prepared statement.
    assert len([each for each in queries if "projects_" in each["sql"]]) == 2
    refused(team.viewer.call("get", f"{URL}?state=done"), 400)


def test_a_task_says_how_far_it_is_on_its_way(team: Team, churn: Initiative) -> None:
    tracker = make_connection(team.principal, name="Tracker", initiative=churn)
    made = {"initiative": churn, "number": 1, "title": "d", "rank": "V", "created_at": churn.created_at}
    SentTask.objects.create(task=Task.objects.create(**made), connection=tracker, refusal="No right to open.")
    words = "Tracker did not do it: No right to open."
    assert ok(team.viewer.call("get", f"{URL}CHURN-1/"))["standing"] == {"state": "refused", "words": words}
    assert ok(team.viewer.call("get", URL))["data"][0]["standing"]["state"] == "refused"


def test_a_mirrored_task_is_read_only(team: Team, churn: Initiative) -> None:
    tracker = make_connection(team.principal, name="Tracker", initiative=churn)
    Task.objects.create(
        initiative=churn, number=1, title="d", rank="V", created_at=churn.created_at, connection=tracker
    )
    shown = ok(team.viewer.call("get", f"{URL}CHURN-1/"))
    assert shown["is_mirrored"] and shown["connection"] == tracker.public_id
    assert shown["standing"] == {"state": "", "words": ""}
    for method, body in (("patch", {"title": "Mine"}), ("delete", None)):
        assert "read-only here" in refused(team.contributor.call(method, f"{URL}CHURN-1/", body), 400)["detail"]
    assert "read-only here" in refused(team.contributor.call("post", f"{URL}CHURN-1/restore/"), 400)["detail"]

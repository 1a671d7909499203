"""Whole pulls of a real Label Studio into our tables: a world of 1,000 tasks, and whatever happens to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any

import pytest
from django.db.models import Sum
from django.db.models.functions import Now
from nltk.metrics.agreement import AnnotationTask
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.outbound import ExchangeAuth
from projects.connectors.label_studio import signing
from projects.models import Annotation, Connection, LabelingProject, LabelingTally, LabelTask, SyncAttempt, TallyKind
from projects.progress.labeling.agreement import agreement
from projects.progress.labeling.coefficients import Bootstrap
from projects.progress.labeling.patterns import Patterns
from projects.services.connections import ask_sync, create_connection, edit_connection
from projects.services.pull import run
from projects.services.writing import write_page
from tests.factories import make_initiative, make_workspace
from tests.projects.connectors.labeling_pulls import LabelStore
from tests.projects.connectors.test_label_studio_recorded import ODD, labels_of, read
from tests.servers.label_studio import TOKEN, LabelStudioServer, Person
from tests.servers.label_studio_odd import answers_of, make_odd

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.label_studio]
TASKS, CLASSES = 1_000, ("spam", "ham", "news")
CONFIGURATION = (
    '<View><Text name="text" value="$text"/><Choices name="class" toName="text">'
    + "".join(f'<Choice value="{each}"/>' for each in CLASSES)
    + '</Choices><TextArea name="why" toName="text"/></View>'
)


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def answer(label: str | None, person: Person | None = None, **more: Any) -> dict[str, Any]:
    """Return an annotation as it is sent; without a label it was skipped."""
    results = [{"from_name": "class", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]
    body = {"result": results if label else [], "was_cancelled": label is None, "ground_truth": False, **more}
    return {**body, "completed_by": person.id} if person else body


def imported(number: int, people: list[Person]) -> dict[str, Any]:
    """Return a task: in tens, five have two labels, two have three, and one each was skipped, is gold, or is open."""
    turn, label = number % 10, CLASSES[number % 3]
    other = CLASSES[(number + 1) % 3] if number % 4 == 0 else label
    given = {
        7: [answer(None, people[0]), answer(None, people[1])],
        8: [answer(label, people[0], ground_truth=True)],
        9: [],
    }.get(turn, [answer(label, people[0], lead_time=1.5), answer(other, people[1], lead_time=2.25)])
    if turn in (5, 6):
        given.append(answer(label, people[2]))
    prediction = {"result": answer(label)["result"], "model_version": "v1", "score": 0.75}
    predictions = [prediction] if number % 5 == 0 else []
    return {
        "data": {"text": f"mail {number}", "batch": f"week {number % 4}"},
        "annotations": given,
        "predictions": predictions,
    }


def pull(connection: Connection) -> SyncAttempt:
    """Pull now and return the attempt, which is kept because somebody asked for it."""
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())
    ask_sync(Principal(workspace=connection.workspace, role="admin"), connection)
    attempt = run(connection.pk, write_page)
    assert attempt is not None
    connection.refresh_from_db()
    return attempt


def pulled(connection: Connection) -> SyncAttempt:
    """Pull now, well."""
    attempt = pull(connection)
    assert (attempt.state, attempt.rejected) == ("done", 0), attempt.error_text
    return attempt


def assert_equal(connection: Connection, server: LabelStudioServer, project: int) -> list[dict[str, Any]]:
    """Compare everything that is here with what the tool says, and return its export."""
    here, there = LabelingProject.objects.get(connection=connection), server.counts(project)
    names = {
        "total": "task_number",
        "labeled": "num_tasks_with_annotations",
        "finished": "finished_task_number",
        "annotations": "total_annotations_number",
        "skipped": "skipped_annotations_number",
        "predictions": "total_predictions_number",
        "ground_truth": "ground_truth_number",
    }
    assert {ours: getattr(here, ours) for ours in names} == {ours: there[theirs] for ours, theirs in names.items()}
    tasks = LabelTask.objects.filter(project=here, deleted_at__isnull=True)
    given = Annotation.objects.filter(task__in=tasks)
    assert tasks.count() == there["task_number"]
    assert given.filter(label__isnull=False).count() == there["total_annotations_number"]
    assert given.filter(label__isnull=True).count() == there["skipped_annotations_number"]
    assert given.filter(is_ground_truth=True).count() == there["ground_truth_number"]
    assert tasks.aggregate(n=Sum("predictions"))["n"] == there["total_predictions_number"]
    export = server.export(project)
    theirs = {
        (str(task["id"]), str(each["id"]), None if each["was_cancelled"] else each["result"][0]["value"]["choices"][0])
        for task in export
        for each in task["annotations"]
    }
    assert set(given.values_list("task__external_id", "external_id", "label")) == theirs
    assert_agreement(here, export)
    return export


def assert_agreement(project: LabelingProject, export: list[dict[str, Any]]) -> None:
    """Compare agreement by the kept sums with what NLTK and a loop over pairs make of the export."""
    rows = LabelingTally.objects.filter(project=project, kind=TallyKind.PATTERN).values_list("key", "n")
    sums: Counter[tuple[tuple[str, int], ...]] = Counter()
    for key, n in rows:
        sums[tuple((label, times) for label, times in key)] += n
    found = agreement(Patterns(tuple(sorted(sums.items()))), Bootstrap(resamples=10))
    ratings = [
        (str(each["completed_by"]), str(task["id"]), each["result"][0]["value"]["choices"][0])
        for task in export
        for each in task["annotations"]
        if not each["was_cancelled"]
    ]
    by_task: defaultdict[str, list[str]] = defaultdict(list)
    for _, name, label in ratings:
        by_task[name].append(label)
    shared = {name: labels for name, labels in by_task.items() if len(labels) > 1}
    assert found.tasks == len(shared)
    comparable = [each for each in ratings if each[1] in shared]
    assert found.alpha.value == pytest.approx(AnnotationTask(comparable).alpha(), abs=1e-12)
    agreed = [
        sum(a == b for a, b in combinations(labels, 2)) / (len(labels) * (len(labels) - 1) / 2)
        for labels in shared.values()
    ]
    assert found.percent.value == pytest.approx(sum(agreed) / len(agreed), abs=1e-12)


def test_a_world_of_a_thousand_tasks(
    owner: Principal, label_studio_server: LabelStudioServer, tell: Callable[[str], None]
) -> None:
    server = label_studio_server
    people = [server.join(f"{name}@example.org") for name in ("ada", "bob", "cyd")]
    project = server.create_project("Mails", CONFIGURATION, maximum_annotations=2)
    ids = server.load(project, [imported(number, people) for number in range(TASKS)])
    server.age(project, hours=2)
    connection = create_connection(
        owner,
        kind="label_studio",
        name="Labels",
        base_url=server.url,
        secret=server.personal_token(),
        options={"project_ids": [str(project)], "batch_key": "batch"},
        initiative=make_initiative(owner),
    )

    first = pulled(connection)
    assert first.requests == 1 + 2 + TASKS // 100  # a bearer token, counts and settings, tasks
    assert_equal(connection, server, project)
    assert set(LabelTask.objects.values_list("batch", flat=True)) == {f"week {n}" for n in range(4)}
    assert LabelTask.objects.filter(gold="spam").exists()
    assert f"{server.url}/projects/{project}/data?task=" in LabelTask.objects.earliest("pk").url

    for task, person in zip(ids[9::10][:20], people * 7):
        server.annotate(task, answer("news", lead_time=3.0), person)
    second = pulled(connection)
    assert (second.requests, second.rows) == (3, 20 + 1)  # a bearer token, counts, tasks; with the project's counts
    assert_equal(connection, server, project)
    idle = pulled(connection)
    tell(f"Label Studio: {first.requests} requests for {TASKS} tasks, {second.requests} after 20 annotations")
    assert idle.rows == 0

    change_and_delete(server, ids)
    third = pulled(connection)
    assert third.requests == 4  # a bearer token, counts, tasks, and the ids of all since some are gone
    export = assert_equal(connection, server, project)
    assert {str(each["id"]) for each in export}.isdisjoint({str(ids[0]), str(ids[1])})
    assert LabelTask.objects.exclude(deleted_at=None).count() == 2

    edited = edit_connection(owner, connection, {"secret": TOKEN})
    Connection.objects.filter(pk=edited.pk).update(cursor={})
    again = pulled(connection)
    assert (again.rows, again.requests) == (0, 2 + TASKS // 100)  # the legacy token needs no exchange
    assert_equal(connection, server, project)


def change_and_delete(server: LabelStudioServer, ids: list[int]) -> None:
    """Delete tasks and annotations, open one again, change a label, skip, and call one the truth."""
    for task in ids[:2]:
        server.call("DELETE", f"tasks/{task}/")
    for task in ids[10:13]:
        for each in server.call("GET", f"tasks/{task}/")["annotations"][:2]:
            server.call("DELETE", f"annotations/{each['id']}/")
    number = server.call("GET", f"tasks/{ids[20]}/")["annotations"][0]["id"]
    server.call("PATCH", f"annotations/{number}/", answer("news"))
    number = server.call("GET", f"tasks/{ids[21]}/")["annotations"][1]["id"]
    server.call("PATCH", f"annotations/{number}/", {"was_cancelled": True, "result": []})
    number = server.call("GET", f"tasks/{ids[22]}/")["annotations"][0]["id"]
    server.call("PATCH", f"annotations/{number}/", {"ground_truth": True})


def test_a_token_is_exchanged_in_the_middle_told_when_revoked_and_a_deleted_project_is_gone(
    owner: Principal, label_studio_server: LabelStudioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, person = label_studio_server, label_studio_server.join("dee@example.org")
    project = server.create_project("Short", CONFIGURATION)
    server.load(project, [{"data": {"text": "x"}}])
    token = server.personal_token(person.token)
    connection = create_connection(
        owner,
        kind="label_studio",
        name="Labels",
        base_url=server.url,
        secret=token,
        options={"project_ids": [str(project)]},
        initiative=make_initiative(owner),
    )
    assert pulled(connection).requests == 4
    with monkeypatch.context() as patch:
        patch.setattr(signing, "ExchangeAuth", partial(ExchangeAuth, seconds=0.0))
        assert pulled(connection).requests == 4  # counts and tasks, each with a bearer token of its own
    server.call("POST", "token/blacklist/", {"refresh": token}, token=person.token)
    refused = pull(connection)
    assert (refused.state, refused.error_code, refused.requests) == ("failed", "unauthorized", 0)
    assert "The token was refused (401)" in connection.last_error_text and token not in connection.last_error_text
    assert LabelTask.objects.count() == 1
    edit_connection(owner, connection, {"secret": TOKEN})
    server.call("DELETE", f"projects/{project}/")
    told = pull(connection)
    assert (told.state, told.error_code, told.rows) == ("failed", "no_project", 1)
    assert LabelingProject.objects.get().state == "gone"


def test_odd_annotations_are_what_was_recorded(label_studio_server: LabelStudioServer) -> None:
    server = label_studio_server
    project = make_odd(server)
    records, rejected = read(answers_of(server, project))
    assert (labels_of(records), len(rejected)) == (ODD, 1)
    store = LabelStore(server.url, TOKEN, {"project_ids": [str(project)]})
    store.pull()
    assert labels_of(list(store.tasks[str(project)].values())) == ODD
    assert list(store.rejected) == [f"{project}/{records[5].external_id}"]

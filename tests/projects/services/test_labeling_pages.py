"""Pages of labels: what a tool tells is kept, twice is once, and the sums follow what changed."""

from __future__ import annotations

import random

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from mltrack.accounts.access import system_principal
from projects.connectors.base import ConnectorError
from projects.connectors.labeling_records import AnnotationRecord, LabelingPage, LabelTaskRecord
from projects.connectors.records import RejectedRecord as Rejected
from projects.models import Annotation, Annotator, Connection, JudgeDue, LabelingProject, LabelingSnapshot, LabelTask
from projects.services.connections import delete_connection
from projects.services.labeling_pages import record_labeling_page
from tests.factories import make_connection, make_initiative, make_workspace
from tests.projects.labeling_world import NOON, counted_sums, kept_sums, project_record, pull, task_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    owner = make_workspace()
    return make_connection(owner, initiative=make_initiative(owner))


def project() -> LabelingProject:
    return LabelingProject.objects.get()


def test_what_the_tool_tells_is_kept(connection: Connection) -> None:
    tasks = [
        task_record("1", {"ann": "cat", "bob": "cat"}, predictions=2, batch="b1", url="https://ls.example/1"),
        task_record("2", {"ann": "cat", "bob": "dog"}, is_reviewed=True),
        task_record("3", {"ann": None}),
        task_record("4", {}, gold="cat"),
    ]
    stored = pull(connection, tasks)
    assert (stored.rows, stored.rejected, stored.changed) == (5, 0, True)
    kept = project()
    assert (kept.name, kept.total, kept.labeled, kept.skipped, kept.reviewed) == ("Tickets", 100, 40, 3, None)
    assert kept.initiative_id == connection.initiative_id
    states = LabelTask.objects.order_by("external_id").values_list("state", "label", "disagreement", "labels", "gold")
    assert list(states) == [
        ("labeled", "cat", 0.0, [["cat", 2]], ""),
        ("labeled", "", 1.0, [["cat", 1], ["dog", 1]], ""),
        ("skipped", "", None, [], ""),
        ("open", "", None, [], "cat"),
    ]
    snapshot = LabelingSnapshot.objects.get()
    assert (snapshot.total, snapshot.labeled, snapshot.skipped, snapshot.per_class) == (100, 40, 3, {"cat": 1})
    assert kept_sums(kept) == counted_sums(kept)
    assert JudgeDue.objects.get().reason == "labels"


def test_no_name_of_an_annotator_is_kept(connection: Connection) -> None:
    pull(connection, [task_record("1", {"ann@example.org": "cat", "bob": "dog"}), task_record("2", {"bob": "cat"})])
    rows = [str(vars(each)) for model in (Annotator, Annotation, LabelTask) for each in model.objects.all()]
    assert "ann@" not in "".join(rows)
    assert sorted(Annotator.objects.values_list("number", flat=True)) == [1, 2]
    assert Annotation.objects.values("annotator").distinct().count() == 2


def test_a_page_that_repeats_writes_nothing(connection: Connection) -> None:
    tasks = [task_record(str(number), {"ann": "cat", "bob": "dog"}) for number in range(20)]
    pull(connection, tasks)
    JudgeDue.objects.all().delete()
    with CaptureQueriesContext(database) as queries:
        assert not pull(connection, tasks).changed
    assert [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "DELETE", "UPDATE"))] == []
    assert not JudgeDue.objects.exists()


def test_annotations_that_are_no_longer_there_are_deleted(connection: Connection) -> None:
    pull(connection, [task_record("1", {"ann": "cat", "bob": "dog"}), task_record("2", {"ann": "cat"})])
    assert pull(connection, [task_record("1", {"bob": "dog"})]).rows == 1
    assert Annotation.objects.count() == 2
    assert LabelTask.objects.get(external_id="1").label == "dog"
    assert kept_sums(project()) == counted_sums(project())


def test_absent_tasks_are_marked_and_come_back(connection: Connection) -> None:
    tasks = [task_record(name, {"ann": "cat", "bob": "dog"}) for name in "123"]
    pull(connection, tasks)
    whole = kept_sums(project())
    assert pull(connection, present_ids=["1", "3", "unheard of"]).rows == 1
    assert list(
        LabelTask.objects.filter(deleted_at=None).order_by("external_id").values_list("external_id", flat=True)
    ) == ["1", "3"]
    assert kept_sums(project()) == counted_sums(project()) != whole
    assert not pull(connection, present_ids=["1", "3"]).changed
    assert pull(connection, present_ids=["1", "2", "3"]).rows == 1
    assert kept_sums(project()) == whole
    pull(connection, present_ids=["1"])
    pull(connection, [tasks[1]])
    assert LabelTask.objects.filter(deleted_at=None).count() == 2


def test_sums_follow_whatever_changes(connection: Connection) -> None:
    chance = random.Random(4)
    for _ in range(12):
        tasks = [
            task_record(
                str(number),
                {who: chance.choice([None, "cat", "dog"]) for who in chance.sample("abcde", chance.randrange(4))},
                batch=chance.choice(["", "b1"]),
                gold=chance.choice([None, None, "dog"]),
                is_reviewed=chance.choice([None, True, False]),
            )
            for number in chance.sample(range(15), 6)
        ]
        present = None if chance.random() < 0.5 else [str(number) for number in chance.sample(range(15), 10)]
        pull(connection, tasks, present_ids=present)
        assert kept_sums(project()) == counted_sums(project())


def test_what_changed_costs_alone(connection: Connection) -> None:
    """The rows that are read and written depend on the changed tasks, not on how many there are."""
    pull(connection, [task_record(str(number), {"ann": "cat"}) for number in range(40)])
    counts = []
    for extra in (0, 400):
        pull(connection, [task_record(f"more-{number}", {"ann": "cat"}) for number in range(extra)])
        with CaptureQueriesContext(database) as queries:
            pull(connection, [task_record("2" if extra else "1", {"ann": "owl"})])
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 25


def test_one_snapshot_a_day_follows_the_counts(connection: Connection) -> None:
    pull(connection)
    later = NOON.replace(hour=18)
    pull(connection, project=project_record(labeled=45, counted_at=later))
    assert LabelingSnapshot.objects.get().labeled == 45
    pull(connection, project=project_record(labeled=45, counted_at=later.replace(day=5)))
    assert LabelingSnapshot.objects.count() == 1
    pull(connection, project=project_record(labeled=50, counted_at=later.replace(day=6)))
    assert list(LabelingSnapshot.objects.order_by("day").values_list("labeled", flat=True)) == [45, 50]


def test_a_project_that_is_gone_is_marked_and_may_return(connection: Connection) -> None:
    pull(connection)
    assert record_labeling_page(connection, LabelingPage(gone=["7", "8"])).rows == 1
    assert project().state == "gone"
    assert not record_labeling_page(connection, LabelingPage(gone=["7"])).changed
    pull(connection)
    assert project().state == "active"


def test_what_cannot_be_stored_is_rejected_alone(connection: Connection) -> None:
    odd = [
        task_record("long", {"ann": "x" * 201}),
        task_record("nul", {"ann": "a\x00"}),
        task_record("half", {"ann": "a\ud800"}),
        task_record("empty", {"ann": ""}),
        LabelTaskRecord(
            "twice", [AnnotationRecord("1", "ann", "cat", NOON), AnnotationRecord("1", "bob", "cat", NOON)]
        ),
        task_record("x" * 251, {}),
    ]
    stored = pull(connection, [*odd, task_record("fine", {"ann": "cat"})], rejected=[Rejected("7/9", "Odd.")])
    assert (stored.rows, stored.rejected) == (2, 7)
    assert LabelTask.objects.get().external_id == "fine"
    assert connection.rejected_records.get(external_id="7/long").reason.endswith(
        "its label is longer than 200 characters."
    )
    assert pull(connection, [task_record("nul", {"ann": "a"})]).changed
    assert not connection.rejected_records.filter(external_id="7/nul").exists()


def test_odd_numbers_of_a_tool_are_tamed(connection: Connection) -> None:
    task = LabelTaskRecord(
        "1", [AnnotationRecord("1", "ann", "cat", NOON, float("nan"))], predictions=-1, url="javascript:x"
    )
    pull(connection, [task], project=project_record(name="a\x00\ud800", labeled=-1, skipped=2**70, url="ftp://x"))
    assert (Annotation.objects.get().lead_time, LabelTask.objects.get().predictions) == (None, 0)
    assert (project().name, project().labeled, project().skipped, project().url) == ("a\ufffd?", 0, 2**53, "")


def test_a_connection_without_an_initiative_says_so() -> None:
    with pytest.raises(ConnectorError, match="Choose the initiative") as caught:
        pull(make_connection(make_workspace()))
    assert caught.value.permanent


def test_labels_go_with_their_connection(connection: Connection) -> None:
    owner = make_workspace()
    assert connection.initiative is not None
    for each in (connection, make_connection(owner, initiative=make_initiative(owner))):
        pull(each, [task_record("1", {"ann": "cat", "bob": "dog"})])
    JudgeDue.objects.all().delete()
    delete_connection(system_principal(connection.workspace), connection)
    assert (LabelingProject.objects.count(), LabelTask.objects.count(), Annotation.objects.count()) == (1, 1, 2)
    assert (Annotator.objects.count(), LabelingSnapshot.objects.count()) == (2, 1)
    assert JudgeDue.objects.get().initiative == connection.initiative


def test_labels_move_with_their_connection(connection: Connection) -> None:
    owner = make_workspace()
    pull(connection, [task_record("1", {"ann": "cat"})])
    other = make_initiative(owner, "OTHER")
    connection.initiative = other
    assert pull(connection).rows == 1
    assert (project().initiative_id, LabelingSnapshot.objects.get().initiative_id) == (other.pk, other.pk)
    assert JudgeDue.objects.filter(initiative=other).exists()

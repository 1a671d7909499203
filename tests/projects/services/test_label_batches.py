"""Batches of label tasks are of dataset versions: as people say, or as a tool's tasks name them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import BatchDataset, Connection, DatasetVersion, Initiative, LabelingProject, RejectedRecord
from projects.services.annotation_pushes import record_annotations
from projects.services.connections import edit_connection
from projects.services.datasets import record_dataset
from projects.services.label_batches import tie_batch
from tests.factories import make_connection, make_initiative, make_stranger, make_workspace
from tests.projects.labeling_world import pull, pushed, task_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    return make_initiative(owner)


@pytest.fixture
def connection(owner: Principal, churn: Initiative) -> Connection:
    return make_connection(owner, initiative=churn)


def data(owner: Principal, churn: Initiative, name: str = "cases", digest: str = "9f") -> DatasetVersion:
    return record_dataset(owner, churn, name=name, digest=digest)[0]


def ties() -> dict[str, tuple[str | None, str]]:
    rows = BatchDataset.objects.select_related("dataset").order_by("batch")
    return {
        each.batch: (f"{each.dataset.name}@{each.dataset.digest}" if each.dataset else None, each.named)
        for each in rows
    }


def test_a_person_says_of_which_data_a_batch_is(owner: Principal, churn: Initiative) -> None:
    version = data(owner, churn)
    record_annotations(owner, churn, [pushed("1", "ann", "cat", batch="b1"), pushed("2", "ann", "cat")])
    said = [tie_batch(owner, churn, batch=batch, dataset=version) for batch in ("b1", "b1", "")]
    assert said == ["updated", "unchanged", "updated"]
    assert ties() == {"": ("cases@9f", ""), "b1": ("cases@9f", "")}
    assert [tie_batch(owner, churn, batch="b1", dataset=None) for _ in range(2)] == ["updated", "unchanged"]
    assert set(ties()) == {""}
    events = AuditEvent.objects.filter(object_kind="label_batch").order_by("pk")
    assert [(each.before["dataset"], each.after["dataset"]) for each in events] == [
        (None, "cases@9f"),
        (None, "cases@9f"),
        ("cases@9f", None),
    ]


def test_what_is_not_there_is_refused(owner: Principal, churn: Initiative, connection: Connection) -> None:
    version, stranger = data(owner, churn), make_stranger()
    with pytest.raises(ValidationError, match="Nothing was pushed"):
        tie_batch(owner, churn, batch="b1", dataset=version)
    pull(connection, [task_record("1", {}, batch="b1")])
    theirs = make_initiative(stranger)
    record_annotations(stranger, theirs, [pushed("1", "ann", "cat", batch="b1")])
    for batch, project in (("b2", LabelingProject.objects.get(initiative=churn).public_id), ("b1", "lbp_none")):
        with pytest.raises(ValidationError):
            tie_batch(owner, churn, batch=batch, dataset=version, project=project)
    theirs_id = LabelingProject.objects.get(initiative=theirs).public_id
    with pytest.raises(ValidationError, match="no such labeling project"):
        tie_batch(owner, churn, batch="b1", dataset=version, project=theirs_id)
    assert ties() == {}
    with pytest.raises(IntegrityError, match="batch_dataset_is_told"), transaction.atomic():
        BatchDataset.objects.create(project=LabelingProject.objects.get(initiative=churn), batch="b1")


def test_a_tool_names_the_data_of_its_batches(owner: Principal, churn: Initiative, connection: Connection) -> None:
    data(owner, churn)
    data(owner, churn, "other", "aa")
    named = {"b1": "cases@9f", "b2": "9f", "b3": "later@77", "b4": ""}
    tasks = [task_record(batch, {"ann": "cat"}, batch=batch, dataset=name) for batch, name in named.items()]
    assert pull(connection, tasks).changed
    told = {"b1": ("cases@9f", "cases@9f"), "b2": ("cases@9f", "9f"), "b3": (None, "later@77")}
    assert ties() == told
    assert not pull(connection, tasks).changed and ties() == told
    data(owner, churn, "later", "77")
    assert pull(connection).rows == 1 and ties() == {**told, "b3": ("later@77", "later@77")}


def test_a_digest_of_two_names_is_of_none(owner: Principal, churn: Initiative, connection: Connection) -> None:
    data(owner, churn, "one"), data(owner, churn, "two")
    tasks = [task_record(each, {}, batch=each, dataset=each) for each in ("9f", "two@9f")]
    pull(connection, tasks)
    assert ties() == {"9f": (None, "9f"), "two@9f": ("two@9f", "two@9f")}


def test_a_batch_is_of_one_version(owner: Principal, churn: Initiative, connection: Connection) -> None:
    data(owner, churn)
    version = data(owner, churn, digest="aa")
    mixed = [task_record(str(n), {}, batch="b1", dataset=f"cases@{digest}") for n, digest in enumerate(("9f", "aa"))]
    assert pull(connection, mixed).rejected == 1
    reason = RejectedRecord.objects.get(external_id="7/batch b1").reason
    assert "cases@aa" in reason and "here cases@9f" in reason
    project = LabelingProject.objects.get().public_id
    tie_batch(owner, churn, batch="b1", dataset=version, project=project)
    assert pull(connection, mixed).rejected == 0 and ties() == {"b1": ("cases@aa", "")}
    assert not RejectedRecord.objects.exists()


def test_labels_that_go_elsewhere_leave_their_data(owner: Principal, churn: Initiative, connection: Connection) -> None:
    version = data(owner, churn)
    pull(connection, [task_record("1", {}, batch="b1", dataset="cases@9f"), task_record("2", {}, batch="b2")])
    tie_batch(owner, churn, batch="b2", dataset=version, project=LabelingProject.objects.get().public_id)
    other = make_initiative(owner, "OTHER")
    moved = edit_connection(owner, connection, {"initiative": other})
    pull(moved)
    assert ties() == {"b1": (None, "cases@9f")}
    ours = data(owner, other)
    pull(moved)
    assert BatchDataset.objects.get().dataset == ours

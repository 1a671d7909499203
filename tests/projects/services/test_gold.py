"""Gold labels that people set: all or none, the sums follow, and a tool keeps its own ground truth."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, LabelingProject, LabelingTally, LabelTask
from projects.services.annotation_pushes import AnnotationsRejected, record_annotations
from projects.services.gold import OF_A_TOOL, GoldCounts, set_gold
from tests.factories import make_connection, make_initiative, make_workspace
from tests.projects.labeling_world import counted_sums, kept_sums, pull, pushed, task_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def gold_of(project: LabelingProject) -> list[tuple[Any, int]]:
    return sorted((tuple(row.key), row.n) for row in LabelingTally.objects.filter(project=project, kind="gold"))


def test_the_sums_follow(owner: Principal, initiative: Initiative) -> None:
    given = [pushed(f"t{n}", who, "cat" if n or who == "ann" else "dog") for n in range(3) for who in ("ann", "bob")]
    record_annotations(owner, initiative, given)
    both = [{"task": "t0", "label": "dog"}, {"task": "t0", "label": "cat"}, {"task": "new", "label": "é"}]
    assert set_gold(owner, initiative, both) == GoldCounts(2, 0)
    assert set_gold(owner, initiative, both[1:]) == GoldCounts(0, 2)
    project = LabelingProject.objects.get()
    assert sorted((key[1:], n) for key, n in gold_of(project)) == [(("cat", "cat"), 1), (("cat", "dog"), 1)]
    assert LabelTask.objects.get(external_id="t0").label == "cat" and kept_sums(project) == counted_sums(project)
    record_annotations(owner, initiative, [pushed("t0", "bob", "cat", 1), pushed("new", "ann", "é")])
    assert kept_sums(project) == counted_sums(project) and len(gold_of(project)) == 3
    kept = gold_of(project)
    LabelingTally.objects.filter(kind="gold").delete()
    import_module("projects.migrations.0011_sum_gold_answers").sum_gold(apps, None)
    assert gold_of(project) == kept
    assert set_gold(owner, initiative, [{"task": "t0", "label": None}]) == GoldCounts(1, 0)
    assert len(gold_of(project)) == 1
    assert AuditEvent.objects.filter(object_kind="gold").latest("pk").after == {"tasks": 1}


def test_a_tool_keeps_its_ground_truth(owner: Principal, initiative: Initiative) -> None:
    task = task_record("17", {"ann": "cat", "bob": "dog", "zoe": "cat"}, gold="cat")
    truth = replace(task.annotations[2], is_ground_truth=True)
    pull(make_connection(owner, initiative=initiative), [replace(task, annotations=[*task.annotations[:2], truth])])
    project = LabelingProject.objects.get(connection__isnull=False)
    # Whose answer is the ground truth is not tested by it.
    assert sorted(key[1:] for key, _ in gold_of(project)) == [("cat", "cat"), ("cat", "dog")]
    assert kept_sums(project) == counted_sums(project)
    kept = gold_of(project)
    LabelingTally.objects.filter(kind="gold").delete()
    import_module("projects.migrations.0011_sum_gold_answers").sum_gold(apps, None)
    assert gold_of(project) == kept
    with pytest.raises(AnnotationsRejected) as rejected:
        set_gold(owner, initiative, [{"task": "new", "label": "cat"}, {"task": "17", "label": "dog"}])
    assert [(each.pointer, each.detail) for each in rejected.value.faults] == [("/gold/1/task", OF_A_TOOL)]
    assert not LabelTask.objects.filter(external_id="new").exists()


@pytest.mark.parametrize(
    ("items", "pointers"),
    [
        (None, ["/gold"]),
        ([], ["/gold"]),
        ([3], ["/gold/0"]),
        ([{"task": "", "label": "a"}, {"task": "t", "more": 1}], ["/gold/0/task", "/gold/1/more", "/gold/1/label"]),
        ([{"task": "t", "label": "x" * 201}], ["/gold/0/label"]),
    ],
)
def test_what_is_refused(owner: Principal, initiative: Initiative, items: Any, pointers: list[str]) -> None:
    with pytest.raises(AnnotationsRejected) as rejected:
        set_gold(owner, initiative, items)
    assert [each.pointer for each in rejected.value.faults] == pointers

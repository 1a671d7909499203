"""Files of annotations: all or none, twice is once, and who and when where the rows do not say."""

from __future__ import annotations

import pytest

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Annotation, Annotator, Initiative, LabelingProject, LabelTask
from projects.services import annotation_pushes
from projects.services.annotation_pushes import AnnotationsRejected
from projects.services.label_uploads import UNNAMED, upload_annotations
from projects.services.outcomes import PushCounts
from tests.factories import make_initiative, make_workspace
from tests.projects.connectors.label_files.test_formats import sample
from tests.projects.labeling_world import counted_sums, kept_sums

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def test_an_export_is_kept_once(owner: Principal, initiative: Initiative, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotation_pushes, "PORTION", 1)
    raw = sample("cvat.xml")
    assert upload_annotations(owner, initiative, raw, kind="cvat", batch="b1") == PushCounts(created=2)
    later = raw.replace(b"2025-09-25 11:38:28", b"2025-09-26 11:38:28")
    changed = later.replace(b"good_frame", b"bad_frame")
    assert upload_annotations(owner, initiative, later, kind="cvat", batch="b1") == PushCounts(unchanged=2)
    assert upload_annotations(owner, initiative, changed, kind="cvat") == PushCounts(created=1, unchanged=1)
    states = dict(LabelTask.objects.order_by("external_id").values_list("external_id", "state"))
    assert states == {"a/0.jpg": "labeled", "a/1.jpg": "labeled", "a/2.jpg": "open", "a/3.jpg": "open"}
    assert LabelTask.objects.get(external_id="a/1.jpg").label == "bad_frame"
    project = LabelingProject.objects.get()
    assert kept_sums(project) == counted_sums(project) and Annotator.objects.count() == 1
    event = AuditEvent.objects.filter(action="record").latest("pk")
    assert event.after["format"] == "CVAT for images 1.1" and "ann" not in str(event.after.values())


def test_who_labeled(owner: Principal, initiative: Initiative) -> None:
    raw = b"task,label,annotator\nt1,cat,ann\nt1,dog,\n"
    upload_annotations(owner, initiative, raw, kind="csv", annotator="bob")
    assert Annotator.objects.count() == 2
    assert upload_annotations(owner, initiative, raw, kind="csv", annotator="bob").unchanged == 2
    upload_annotations(owner, initiative, sample("doccano.jsonl"), kind="doccano")
    assert Annotator.objects.count() == 3 and UNNAMED
    upload_annotations(owner, initiative, b"task,label\nt1,\n", kind="csv", annotator="bob")
    assert LabelTask.objects.get(external_id="t1").labels == [["cat", 1]]


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        (b"task,label\nt1,cat\nt2\n", "csv", ["Line 3: The line has 1 cells where 2 are expected."]),
        (b"task,label,time\nt1,cat,yesterday\n,cat,\n", "csv", ["Line 2: time: ", "Line 3: task: "]),
        (b'{"id": "' + b"x" * 251 + b'", "label": []}', "doccano", ["Line 1: The task's name is longer than 250"]),
        (b'{"task": 3, "label": "a"}', "jsonl", ["Line 1: task: This must be text."]),
    ],
)
def test_nothing_is_kept_of_a_file_with_faults(
    owner: Principal, initiative: Initiative, raw: bytes, kind: str, words: list[str]
) -> None:
    with pytest.raises(AnnotationsRejected) as rejected:
        upload_annotations(owner, initiative, raw, kind=kind)
    assert len(rejected.value.faults) == len(words)
    for fault, text in zip(rejected.value.faults, words, strict=True):
        assert fault.detail.startswith(text), fault
    assert not Annotation.objects.exists() and not LabelTask.objects.exists()

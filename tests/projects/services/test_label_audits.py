"""Label audits as kept: drawn again by their seed, second labels all or none, what the tool holds, and their end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from kpis.selectors.label_audits import newest_audit, open_audit
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.labeling_records import AnnotationRecord, LabelTaskRecord
from projects.models import AuditedTask, Initiative, JudgeDue, LabelAudit, RelabelSource
from projects.selectors.audit_files import label_studio_tasks, task_rows
from projects.services.annotation_pushes import record_annotations
from projects.services.label_audits import AuditNotOpen, close_audit, discard_audit, draw_audit
from projects.services.outcomes import PushCounts
from projects.services.relabels import RelabelsRejected, record_relabels, take_relabels
from tests.factories import make_connection, make_initiative, make_workspace
from tests.projects.labeling_world import pull, pushed

pytestmark = pytest.mark.django_db
HERE = RelabelSource.HERE


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    """Return an initiative with forty labeled tasks, every fourth a dog, and two that count for nothing."""
    made = make_initiative(owner)
    rows = [pushed(f"t{n}", "ann", "dog" if n % 4 == 0 else "cat", batch=f"b{n % 2}") for n in range(40)]
    tie = [pushed("tie", "ann", "cat"), pushed("tie", "bob", "dog")]
    record_annotations(owner, made, [*rows, *tie, pushed("empty", "ann", None)])
    return made


def draw(owner: Principal, initiative: Initiative, n: int = 10, **given: Any) -> LabelAudit:
    audit, new = draw_audit(owner, initiative, n=n, **{"seed": "seven", **given})
    assert new
    return audit


def relabels(audit: LabelAudit, wrong: int = 0) -> list[dict[str, Any]]:
    """Return second labels of all tasks in order, of which the first so many differ."""
    tasks = audit.tasks.order_by("number")
    return [{"task": each.external_id, "label": "bird" if at < wrong else each.label} for at, each in enumerate(tasks)]


def names(audit: LabelAudit) -> list[str]:
    return list(audit.tasks.order_by("number").values_list("external_id", flat=True))


def test_the_same_seed_draws_the_same_tasks(owner: Principal, initiative: Initiative) -> None:
    first = draw(owner, initiative, 10)
    again, new = draw_audit(owner, initiative, n=10, seed="seven")
    assert (again.pk, new) == (first.pk, False)
    with pytest.raises(ValidationError, match="is open"):
        draw_audit(owner, initiative, n=11, seed="seven")
    discard_audit(owner, first, reason="To draw it again.")
    larger = draw(owner, initiative, 12)
    assert names(larger)[:10] == names(first)
    assert first.population == 40 and {"tie", "empty"}.isdisjoint(names(larger))
    discard_audit(owner, larger, reason="Another seed.")
    other = draw(owner, initiative, 10, seed="")
    assert len(other.seed) == 16 and names(other) != names(first)


def test_strata_are_drawn_by_class_and_batch(owner: Principal, initiative: Initiative) -> None:
    by_class = draw(owner, initiative, 8, kind="by_class", least=5)
    assert by_class.drawn == 11, "6 of 30 cats, and 5 dogs where 2 would do"
    assert {each.stratum for each in by_class.tasks.all()} == {"cat", "dog"}
    discard_audit(owner, by_class, reason="By batch.")
    by_batch = draw(owner, initiative, 8, kind="by_batch")
    assert [each.stratum for each in by_batch.tasks.order_by("number")] == ["b0", "b1"] * 4
    assert by_batch.cells == [["b0", "cat", 10, 0, 0], ["b0", "dog", 10, 0, 0], ["b1", "cat", 20, 0, 0]]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"n": 0}, "n"),
        ({"n": 10_001}, "n"),
        ({"n": True}, "n"),
        ({"kind": "by_eye"}, "kind"),
        ({"least": 3}, "least"),
        ({"seed": "ß" * 40}, "seed"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    owner: Principal, initiative: Initiative, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        draw_audit(owner, initiative, **{"n": 5, **given})
    assert list(refused.value.message_dict) == [field]


def test_without_labels_nothing_is_drawn(owner: Principal) -> None:
    with pytest.raises(ValidationError, match="no labeled task"):
        draw_audit(owner, make_initiative(owner), n=5)


def test_from_the_draw_to_the_ceiling(owner: Principal, initiative: Initiative) -> None:
    audit = draw(owner, initiative, 20, labels_digest="9f")
    assert open_audit(initiative) == audit and newest_audit(initiative) is None
    given = relabels(audit, wrong=1)
    assert record_relabels(owner, audit, given, source=HERE) == PushCounts(created=20)
    assert record_relabels(owner, audit, given[:2] * 2, source=HERE) == PushCounts(unchanged=2, repeated=2)
    JudgeDue.objects.all().delete()
    close_audit(owner, audit)
    found = newest_audit(initiative)
    assert found is not None and found.whole is not None and found.ceiling is not None
    assert (found.n, found.whole.rate, found.ceiling.value, found.labels_digest) == (20, 0.05, 0.95, "9f")
    assert open_audit(initiative) is None and JudgeDue.objects.filter(initiative=initiative).exists()
    deeds = AuditEvent.objects.filter(object_kind="label_audit").order_by("pk")
    assert [each.action for each in deeds] == ["draw", "relabel", "close"]
    assert "t1" not in str([each.after for each in deeds]), "which task is labeled how is not in the audit trail"


def test_an_unfinished_sample_counts_in_the_order_of_drawing(owner: Principal, initiative: Initiative) -> None:
    audit = draw(owner, initiative, 20)
    given = relabels(audit, wrong=20)
    with pytest.raises(ValidationError, match="begin with the first"):
        close_audit(owner, audit)
    record_relabels(owner, audit, given[5:], source=HERE)
    with pytest.raises(ValidationError, match="begin with the first"):
        close_audit(owner, audit)
    record_relabels(owner, audit, given[:3], source=HERE)
    close_audit(owner, audit)
    found = newest_audit(initiative)
    assert found is not None and (found.n, found.relabeled) == (3, 18)
    assert found.reason.startswith("2 of 20 tasks were not labeled again. 15 relabels after a gap")


def test_relabels_are_kept_all_or_none(owner: Principal, initiative: Initiative) -> None:
    audit = draw(owner, initiative, 5)
    with pytest.raises(RelabelsRejected) as rejected:
        record_relabels(owner, audit, [*relabels(audit), {"task": "tie", "label": "cat"}], source=HERE)
    assert [(each.pointer, each.code) for each in rejected.value.faults] == [("/relabels/5/task", "not_found")]
    assert not AuditedTask.objects.filter(relabel__isnull=False).exists()
    unclear = [{**relabels(audit)[0], "label": None}]
    assert record_relabels(owner, audit, unclear, source=HERE).created == 1
    assert audit.tasks.get(number=1).relabel == ""
    close_audit(owner, audit)
    with pytest.raises(AuditNotOpen):
        record_relabels(owner, audit, unclear, source=HERE)
    for deed in (close_audit, take_relabels):
        with pytest.raises(AuditNotOpen):
            deed(owner, audit)


def test_two_projects_may_have_a_task_of_one_name(owner: Principal, initiative: Initiative) -> None:
    tool = make_connection(owner, initiative=initiative)
    pull(tool, [LabelTaskRecord("=t1", [AnnotationRecord("1", "ann", "cat", timezone.now())])])
    record_annotations(owner, initiative, [pushed("=t1", "ann", "cat")])
    audit = draw(owner, initiative, 100)
    with pytest.raises(RelabelsRejected) as rejected:
        record_relabels(owner, audit, [{"task": "=t1", "label": "cat"}], source=HERE)
    assert [each.pointer for each in rejected.value.faults] == ["/relabels/0/project"]
    named = {"task": "'=t1", "label": "cat", "project": audit.tasks.filter(external_id="=t1")[0].project_key}
    assert record_relabels(owner, audit, [named], source=HERE).created == 1


def test_the_tool_gives_the_newest_label_of_somebody_else(owner: Principal, initiative: Initiative) -> None:
    audit = draw(owner, initiative, 4, seed="seven")
    LabelAudit.objects.filter(pk=audit.pk).update(drawn_at=timezone.now() - timedelta(days=1))
    one, two, three, four = names(audit)
    now = timezone.now()
    later = [
        pushed(one, "ann", "bird"),
        pushed(two, "bob", "bird"),
        pushed(two, "bob", "fish"),
        pushed(three, "bob", None),
        pushed(four, "bob", "old"),
    ]
    for place, each in enumerate(later):
        each["time"] = (now - timedelta(hours=9 - place)).isoformat()
    later[-1]["time"] = (now - timedelta(days=2)).isoformat()
    record_annotations(owner, initiative, later)
    assert take_relabels(owner, audit) == PushCounts(created=1)
    kept = audit.tasks.exclude(relabel=None).get()
    assert (kept.external_id, kept.relabel, kept.source) == (two, "fish", "tool")
    assert kept.label in ("cat", "dog"), "as it was at drawing"
    assert take_relabels(owner, audit) == PushCounts()


def test_files_of_an_open_audit_hide_what_was_said(owner: Principal, initiative: Initiative) -> None:
    audit = draw(owner, initiative, 5)
    assert list(task_rows(audit))[:2] == [
        ("task", "project", "url", "label"),
        (names(audit)[0], audit.tasks.get(number=1).project_key, "", ""),
    ]
    told = str([*task_rows(audit), *label_studio_tasks(audit)])
    assert "cat" not in told and "dog" not in told
    record_relabels(owner, audit, relabels(audit, wrong=1), source=HERE)
    audit = close_audit(owner, audit)
    rows = list(task_rows(audit))
    assert rows[0][4:8] == ("stratum", "label", "relabel", "relabeled_at") and rows[1][6] == "bird"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "closed"},
        {"state": "discarded", "closed_at": timezone.now()},
        {"relabeled": 6},
        {"seed": ""},
        {"reason": "No reason to have one."},
    ],
)
def test_the_database_refuses_what_cannot_be(owner: Principal, initiative: Initiative, change: dict[str, Any]) -> None:
    audit = draw(owner, initiative, 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        LabelAudit.objects.filter(pk=audit.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        audit.tasks.filter(number=1).update(relabel="cat")


def test_a_pull_takes_second_labels(owner: Principal) -> None:
    made, now = make_initiative(owner, "PULLED"), timezone.now()
    tool = make_connection(owner, initiative=made)
    first = {n: AnnotationRecord(f"{n}-1", "ann", "cat", now - timedelta(days=9)) for n in range(6)}

    def told(*later: AnnotationRecord) -> LabelTaskRecord:
        n = int(later[0].external_id.partition("-")[0])
        return LabelTaskRecord(str(n), [first[n], *later])

    def again(n: int, who: str, label: str | None, hours: float) -> AnnotationRecord:
        return AnnotationRecord(f"{n}-{who}-{hours}", who, label, now - timedelta(hours=hours))

    pull(tool, [LabelTaskRecord(str(n), [each]) for n, each in first.items()])
    audit = draw(owner, made, 6)
    LabelAudit.objects.filter(pk=audit.pk).update(drawn_at=now - timedelta(days=1))
    page = [
        told(again(0, "bob", "dog", 3), again(0, "cyd", "cat", 2)),
        told(again(1, "ann", "dog", 2)),
        told(again(2, "bob", None, 2)),
        told(again(3, "bob", "dog", 30)),
        told(again(4, "bob", "cat", 1)),
    ]
    pulled = pull(tool, page)
    taken = dict(audit.tasks.exclude(relabel=None).values_list("external_id", "relabel"))
    assert taken == {"0": "cat", "4": "cat"} and pulled.rows == 5 + 2
    events = AuditEvent.objects.filter(action="relabel")
    assert not pull(tool, page).changed and not events.exists()
    pull(tool, [told(again(0, "bob", "dog", 3), again(0, "cyd", "cat", 2), again(0, "dan", "dog", 1)), *page[1:]])
    kept = audit.tasks.exclude(relabel=None)
    assert dict(kept.values_list("external_id", "relabel")) == taken and {each.source for each in kept} == {"tool"}
    audit.refresh_from_db()
    assert audit.relabeled == 2
    discard_audit(owner, audit, reason="Enough of it.")
    pull(tool, [told(again(5, "bob", "dog", 1))])
    assert audit.tasks.get(external_id="5").relabel is None

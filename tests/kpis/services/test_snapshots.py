"""Judging: what is kept, what is only confirmed, and what a failure leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kpis.models import ReadinessSnapshot, Scorecard
from kpis.scoring.document import document_digest, moment
from kpis.selectors.snapshots import changes_since, history_strip, readiness_document
from kpis.services.attestations import attest
from kpis.services.snapshots import MOST_ATTEMPTS, due_initiatives, judge_initiative, judge_now
from mltrack.accounts.access import Principal
from projects.models import Initiative, JudgeDue
from projects.services.due import note_due
from projects.services.initiatives import archive_initiative, edit_initiative
from tests.factories import make_initiative, make_workspace
from tests.kpis.world import GOOD, POOR, aimed, check_of, judged, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def snapshots(initiative: Initiative) -> list[ReadinessSnapshot]:
    return list(ReadinessSnapshot.objects.filter(initiative=initiative).order_by("id"))


def test_what_is_due_is_judged_once(owner: Principal) -> None:
    initiative = make_initiative(owner)
    snapshot = judge_initiative(initiative.pk)
    assert snapshot is not None
    assert (snapshot.verdict, snapshot.is_latest, snapshot.candidate_id) == ("unknown", True, "")
    assert not JudgeDue.objects.exists()
    assert judge_initiative(initiative.pk) is None


def test_an_unchanged_answer_adds_no_row(owner: Principal) -> None:
    initiative = make_initiative(owner)
    first, second = judged(initiative), judged(initiative)
    assert first.pk == second.pk
    assert second.confirmed_at > second.at


def test_a_changed_answer_is_appended(owner: Principal) -> None:
    initiative = aimed(owner)
    first = judged(initiative)
    run = report(initiative, "good", GOOD)
    second = judged(initiative)
    assert [each.is_latest for each in snapshots(initiative)] == [False, True]
    assert (second.candidate_kind, second.candidate_id) == ("run", run.public_id)
    assert check_of(second.document, "model.accuracy")["result"] == "pass"
    first.refresh_from_db()
    assert check_of(first.document, "model.accuracy")["result"] == "missing"


def test_two_runs_lend_each_other_no_number(owner: Principal) -> None:
    initiative = aimed(owner)
    report(initiative, "accurate", {"accuracy": 0.99, "n": 5000})
    report(initiative, "covering", {"coverage": 0.99, "n": 5000})
    document = judged(initiative).document
    results = {check_of(document, f"model.{name}")["result"] for name in ("accuracy", "coverage")}
    assert results != {"pass"}
    assert document["verdict"] != "ready"


def test_nan_is_no_result_and_breaks_nothing(owner: Principal) -> None:
    initiative = aimed(owner)
    run = report(initiative, "odd", GOOD)
    run.metrics.filter(key="accuracy").update(value=None, special="nan")
    assert check_of(judged(initiative).document, "model.accuracy")["result"] == "missing"


def test_a_note_that_came_in_the_meantime_stays(owner: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    initiative = make_initiative(owner)

    def judge_while_facts_arrive(initiative_id: int) -> ReadinessSnapshot:
        snapshot = judge_now(initiative_id)
        note_due([initiative_id], "late fact")
        return snapshot

    monkeypatch.setattr("kpis.services.snapshots.judge_now", judge_while_facts_arrive)
    judge_initiative(initiative.pk)
    assert JudgeDue.objects.get(initiative=initiative).reason == "late fact"


def broken(owner: Principal) -> Initiative:
    """Return an initiative whose judgement fails: its scorecard in force is no scorecard."""
    initiative = make_initiative(owner)
    Scorecard.objects.create(workspace=owner.workspace, number=1, source="no = 'scorecard'", active=True)
    return initiative


def test_a_failure_is_counted_and_waits(owner: Principal) -> None:
    initiative = broken(owner)
    assert judge_initiative(initiative.pk) is None
    due = JudgeDue.objects.get(initiative=initiative)
    assert due.attempts == 1
    assert due.not_before > timezone.now()
    assert snapshots(initiative) == []


def test_after_five_failures_it_rests_until_something_changes(owner: Principal) -> None:
    initiative = broken(owner)
    for _ in range(MOST_ATTEMPTS + 3):
        judge_initiative(initiative.pk)
    JudgeDue.objects.update(not_before=timezone.now())
    assert JudgeDue.objects.get(initiative=initiative).attempts == MOST_ATTEMPTS
    assert due_initiatives() == []
    Scorecard.objects.all().delete()
    note_due([initiative.pk], "scorecard")
    assert due_initiatives() == [initiative.pk]
    assert judge_initiative(initiative.pk) is not None


def test_one_failure_does_not_stop_the_others(owner: Principal) -> None:
    broken(owner)
    other = make_initiative(make_workspace(), "OTHER")
    for initiative_id in due_initiatives():
        judge_initiative(initiative_id)
    assert snapshots(other)


def test_a_sweep_claims_what_is_due(owner: Principal) -> None:
    now, later = make_initiative(owner, "NOW"), make_initiative(owner, "LATER")
    JudgeDue.objects.filter(initiative=later).update(not_before=timezone.now() + timedelta(hours=1))
    assert due_initiatives() == [now.pk]
    assert due_initiatives() == []
    JudgeDue.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert set(due_initiatives()) == {now.pk, later.pk}


def test_time_alone_makes_it_due(owner: Principal) -> None:
    initiative = make_initiative(owner)
    judge_initiative(initiative.pk)
    assert due_initiatives() == []
    ReadinessSnapshot.objects.update(changes_at=timezone.now() - timedelta(seconds=1))
    assert due_initiatives() == [initiative.pk]


def test_an_attestation_runs_out_by_itself(owner: Principal) -> None:
    initiative = aimed(owner)
    # Its warning comes before the first week is over, which changes the health.
    end = timezone.now() + timedelta(days=16)
    attest(owner, initiative, check="operations.owner", link="https://wiki.example/run", expires=end)
    snapshot = judged(initiative)
    assert snapshot.changes_at == end - timedelta(days=14)


def test_another_moment_of_change_alone_is_no_new_answer(owner: Principal) -> None:
    initiative = aimed(owner)
    first = judged(initiative)
    later = first.at + timedelta(days=3)
    document = {**first.document, "changes_at": later.isoformat()}
    ReadinessSnapshot.objects.filter(pk=first.pk).update(
        document=document, digest=document_digest(document), changes_at=later
    )
    assert judged(initiative).pk == first.pk
    assert readiness_document(initiative)["changes_at"] == moment(first.changes_at)


def test_health_without_a_date_changes_by_itself_after_a_week(owner: Principal) -> None:
    initiative = aimed(owner)
    first = judged(initiative)
    assert (first.health, first.changes_at) == ("no_data", first.at + timedelta(days=7))
    assert judged(initiative).pk == first.pk
    week = timedelta(days=7)
    ReadinessSnapshot.objects.filter(pk=first.pk).update(at=first.at - week, changes_at=first.at)
    assert due_initiatives() == [initiative.pk]
    later = judge_initiative(initiative.pk)
    assert later is not None
    assert (later.health, later.changes_at) == ("at_risk", None)


def test_only_one_snapshot_is_the_latest(owner: Principal) -> None:
    initiative = make_initiative(owner)
    latest = judged(initiative)
    latest.pk, latest.public_id = None, "rdy_copy"
    with pytest.raises(IntegrityError), transaction.atomic():
        latest.save(force_insert=True)


def test_the_document_says_what_waits(owner: Principal) -> None:
    initiative = aimed(owner)
    blank = readiness_document(initiative)
    assert (blank["verdict"], blank["pending"], blank["sections"]) == ("unknown", True, [])
    judge_initiative(initiative.pk)
    assert readiness_document(initiative)["pending"] is False
    report(initiative, "good", GOOD)
    assert readiness_document(initiative)["pending"] is True


def test_readiness_as_known_then(owner: Principal) -> None:
    initiative = aimed(owner)
    before = timezone.now()
    poor = report(initiative, "poor", POOR)
    judged(initiative)
    between = timezone.now()
    report(initiative, "good", GOOD)
    judged(initiative)
    assert readiness_document(initiative, before)["sections"] == []
    then = readiness_document(initiative, between)
    assert then["candidate"]["id"] == poor.public_id
    assert "pending" not in then
    with pytest.raises(ValidationError, match="still to come"):
        readiness_document(initiative, timezone.now() + timedelta(days=1))


def test_evidence_grows_older_in_the_telling(owner: Principal) -> None:
    initiative = aimed(owner)
    report(initiative, "good", GOOD)
    snapshot = judged(initiative)
    age = check_of(snapshot.document, "model.accuracy")["age_seconds"]
    hour = timedelta(hours=1)
    ReadinessSnapshot.objects.update(at=snapshot.at - hour, confirmed_at=snapshot.confirmed_at - hour)
    assert check_of(readiness_document(initiative), "model.accuracy")["age_seconds"] - age in (3600, 3601)


def test_the_document_takes_one_query(owner: Principal, django_assert_num_queries: Any) -> None:
    initiative = aimed(owner)
    for number in range(4):
        report(initiative, f"r{number}", {**GOOD, "accuracy": 0.9 + number / 100})
        judged(initiative)
    with django_assert_num_queries(1):
        readiness_document(initiative)
    with django_assert_num_queries(1):
        assert [each.verdict for each in history_strip(initiative)] == ["unknown"] * 4


def test_what_changed_since(owner: Principal) -> None:
    initiative = aimed(owner)
    assert changes_since(initiative) == (None, [])
    report(initiative, "poor", POOR)
    first = judged(initiative)
    assert changes_since(initiative) == (None, [])
    report(initiative, "good", GOOD)
    judged(initiative)
    at, changes = changes_since(initiative)
    assert at == first.at
    assert {"candidate", "check"} <= {change.kind for change in changes}


@pytest.mark.parametrize("deed", [archive_initiative, lambda p, i: edit_initiative(p, i, {"criticality": "critical"})])
def test_other_changes_make_it_due(owner: Principal, deed: Callable[[Principal, Initiative], object]) -> None:
    initiative = make_initiative(owner)
    judge_initiative(initiative.pk)
    deed(owner, initiative)
    assert JudgeDue.objects.filter(initiative=initiative).exists()


@pytest.mark.django_db(transaction=True)
def test_an_attempt_is_counted_before_the_work(owner: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    initiative = make_initiative(owner)

    def die(_: int) -> ReadinessSnapshot:
        connection.close()
        raise SystemExit

    monkeypatch.setattr("kpis.services.snapshots.judge_now", die)
    with pytest.raises(SystemExit):
        judge_initiative(initiative.pk)
    assert JudgeDue.objects.get(initiative=initiative).attempts == 1

"""Readiness as it was judged: one statement, one document, whoever reads it; and ages that grow while it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.models import ReadinessSnapshot
from kpis.selectors.snapshots import readiness_document, readiness_of, told_at
from kpis.services.gates import decide_gate
from mltrack.accounts.access import Principal
from projects.models import Initiative
from tests.factories import make_initiative, make_stranger, make_workspace
from tests.kpis.world import COMMIT, GOOD, aimed, check_of, judged, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    made = aimed(owner)
    report(made, "good", GOOD)
    judged(made)
    return made


def test_by_key_and_by_row_it_is_the_same_document(owner: Principal, initiative: Initiative) -> None:
    kept = initiative.snapshots.get().document
    read = readiness_of(owner, initiative.key)
    assert read == readiness_document(initiative)
    assert {name for name in kept if read[name] != kept[name]} <= {"as_of", "sections"}
    assert list(read) == [*kept, "pending"]


def test_readiness_now_is_one_query(
    owner: Principal, initiative: Initiative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        readiness_of(owner, initiative.key)


def test_a_strangers_key_is_not_here(initiative: Initiative) -> None:
    stranger = make_stranger()
    for key in (initiative.key, "NONE"):
        with pytest.raises(Http404):
            readiness_of(stranger, key)
        with pytest.raises(Http404):
            readiness_of(stranger, key, timezone.now())


def test_two_workspaces_with_one_key_each_read_their_own(owner: Principal, initiative: Initiative) -> None:
    stranger = make_stranger()
    make_initiative(stranger, initiative.key)
    assert readiness_of(stranger, initiative.key)["sections"] == []
    assert readiness_of(owner, initiative.key)["sections"] != []


def test_before_a_judgement_it_is_unknown_and_waits(owner: Principal) -> None:
    make_initiative(owner, "NEW")
    told = readiness_of(owner, "NEW")
    assert (told["verdict"], told["pending"], told["initiative"]) == ("unknown", True, "NEW")


def test_evidence_grows_older_and_nothing_else_changes(initiative: Initiative) -> None:
    young = check_of(readiness_document(initiative), "model.accuracy")["age_seconds"]
    ReadinessSnapshot.objects.update(at=timezone.now() - timedelta(days=2))
    old = check_of(readiness_document(initiative), "model.accuracy")["age_seconds"]
    assert 0 <= old - young - 2 * 86_400 <= 60
    kept, now = initiative.snapshots.get().document, timezone.now()
    told = told_at(initiative.snapshots.get().document, now, now)
    assert {name for name in kept if told[name] != kept[name]} <= {"as_of"}


def test_a_gate_takes_a_fixed_number_of_queries(owner: Principal) -> None:
    counts = []
    for key, size in (("SMALL", 1), ("LARGE", 12)):
        made = aimed(owner, key)
        for number in range(size):
            report(made, f"{key}-{number}", GOOD)
            judged(made)
        fresh = Initiative.objects.select_related("workspace", "owner").get(pk=made.pk)
        with CaptureQueriesContext(connection) as queries:
            decide_gate(owner, fresh, commit=COMMIT, dry_run=True)
        dry = len(queries)
        with CaptureQueriesContext(connection) as queries:
            decide_gate(owner, fresh, commit=COMMIT)
        counts.append((dry, len(queries)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 4 and counts[0][1] <= 8

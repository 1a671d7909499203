"""What two dataset versions share: counted from hashes of both, or told, and what a judgement makes of it."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from kpis.selectors.run_facts import run_facts
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord
from projects.models import DatasetVersion, Initiative, JudgeDue, SplitHashes, VersionOverlap
from projects.progress.datasets.splits import Overlap
from projects.progress.datasets.version_overlap import SplitRows, VersionsShare, versions_share
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.version_overlaps import record_version_overlap
from tests.factories import make_initiative, make_workspace
from tests.kpis.world import GOOD, report


def split(*rows: int, groups: tuple[int, ...] | None = None) -> SplitRows:
    return SplitRows(np.array(rows, dtype=np.uint64), None if groups is None else np.array(groups, dtype=np.uint64))


UNKNOWN = SplitRows()


@pytest.mark.parametrize(
    "measured,trained,share",
    [
        ({"all": split(1, 2, 3)}, {"all": split(3, 4)}, VersionsShare(1, None, True)),
        ({"all": split(1, 2)}, {"all": split(3, 4)}, VersionsShare(0, None, True)),
        ({"all": split()}, {"all": split(3)}, VersionsShare(0, None, True)),
        ({"train": split(3), "test": split(1)}, {"train": split(1), "test": split(3)}, VersionsShare(1, None, True)),
        ({"train": split(3), "test": split(1)}, {"a": split(1), "b": split(3)}, VersionsShare(1, None, True)),
        ({"a": split(1, 2), "b": split(2)}, {"all": split(2)}, VersionsShare(1, None, True)),
        ({"all": split(1)}, {"a": split(1), "b": UNKNOWN}, VersionsShare(1, None, False)),
        ({"all": split(1)}, {"a": split(2), "b": UNKNOWN}, None),
        ({"all": split(1)}, {}, None),
        ({"all": split(1, groups=(7,))}, {"all": split(2, groups=(7, 8))}, VersionsShare(0, 1, True)),
        ({"all": split(1, groups=(7,))}, {"all": split(2)}, VersionsShare(0, None, True)),
    ],
)
def test_what_two_versions_share(
    measured: dict[str, SplitRows], trained: dict[str, SplitRows], share: VersionsShare | None
) -> None:
    assert versions_share(measured, trained) == share


def hashes(*rows: int) -> str:
    return base64.b64encode(b"".join(row.to_bytes(8, "big") for row in rows)).decode()


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    return make_initiative(owner)


def data(owner: Principal, churn: Initiative, name: str, *splits: SplitInput) -> DatasetVersion:
    version, _ = record_dataset(owner, churn, name=name, digest="1", rows=100)
    if splits:
        record_splits(owner, churn, version, splits)
    return version


def kept() -> dict[tuple[str, str], tuple[int, int | None, bool]]:
    rows = VersionOverlap.objects.select_related("measured", "trained")
    return {(each.measured.name, each.trained.name): (each.rows, each.groups, each.is_counted) for each in rows}


def test_hashes_of_both_are_compared(owner: Principal, churn: Initiative) -> None:
    learnt = data(owner, churn, "learnt", SplitInput("all", hashes=hashes(1, 2, 3)))
    data(owner, churn, "told", SplitInput("all", rows=3))
    assert kept() == {}
    asked = data(owner, churn, "asked", SplitInput("all", hashes=hashes(3, 4)))
    assert kept() == {("asked", "learnt"): (1, None, True), ("learnt", "asked"): (1, None, True)}
    record_splits(owner, churn, asked, [SplitInput("all", hashes=hashes(4, 5))])
    assert kept() == {("asked", "learnt"): (0, None, True), ("learnt", "asked"): (0, None, True)}
    record_splits(owner, churn, learnt, [SplitInput("all", rows=3)])
    assert kept() == {}


def test_what_was_counted_stays_when_only_splits_are_told_of(owner: Principal, churn: Initiative) -> None:
    learnt = data(owner, churn, "learnt", SplitInput("all", hashes=hashes(1, 2, 3)))
    its = [SplitInput("some", hashes=hashes(3, 4)), SplitInput("more", rows=2)]
    asked = data(owner, churn, "asked", *its)
    assert kept() == {("asked", "learnt"): (1, None, True), ("learnt", "asked"): (1, None, True)}
    SplitHashes.objects.filter(split__version=learnt).delete()
    record_splits(owner, churn, asked, its, [Overlap("some", "more", 1)])
    assert len(kept()) == 2
    with pytest.raises(ValidationError, match="follows from the hashes"):
        record_version_overlap(owner, churn, asked, learnt, rows=0)
    record_version_overlap(owner, churn, asked, learnt, rows=2)
    assert kept()["asked", "learnt"] == (2, None, False)


def test_what_they_share_may_be_told(owner: Principal, churn: Initiative) -> None:
    learnt, asked = data(owner, churn, "learnt"), data(owner, churn, "asked")
    JudgeDue.objects.all().delete()
    assert record_version_overlap(owner, churn, asked, learnt, rows=7, groups=2) == "updated"
    assert record_version_overlap(owner, churn, asked, learnt, rows=7, groups=2) == "unchanged"
    assert kept() == {("asked", "learnt"): (7, 2, False)} and JudgeDue.objects.get().initiative == churn
    for trained, rows in ((asked, 1), (learnt, 101), (learnt, -1)):
        with pytest.raises(ValidationError):
            record_version_overlap(owner, churn, asked, trained, rows=rows)
    record_splits(owner, churn, learnt, [SplitInput("a", hashes=hashes(1)), SplitInput("b", rows=9)])
    record_splits(owner, churn, asked, [SplitInput("all", hashes=hashes(1, 5))])
    assert kept()["asked", "learnt"] == (7, 2, False), "not all hashes are there"
    record_splits(owner, churn, learnt, [SplitInput("b", hashes=hashes(5))])
    assert kept()["asked", "learnt"] == (2, None, True)
    with pytest.raises(ValidationError, match="follows from the hashes"):
        record_version_overlap(owner, churn, asked, learnt, rows=0)


def test_a_run_brings_what_its_data_shares(
    owner: Principal, churn: Initiative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    used = (DatasetRecord("learnt", "1", "training"), DatasetRecord("asked", "1", "testing"))
    run = report(churn, "r1", GOOD, datasets=used)
    learnt, asked = (DatasetVersion.objects.get(name=each.name) for each in used)
    record_version_overlap(owner, churn, asked, learnt, rows=7)
    record_version_overlap(owner, churn, learnt, asked, rows=9)
    run_facts(churn, [run.pk], {})
    with django_assert_num_queries(1):
        shared = run_facts(churn, [run.pk], {})[run.pk].shared
    assert [(each.name, each.trained_name, each.rows, each.groups) for each in shared] == [
        ("asked", "learnt", 7, None),
        ("learnt", "asked", 9, None),
    ]

"""Splits of a dataset version: counted from hashes, or told, and what becomes of the hashes."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import DatasetVersion, Initiative, JudgeDue, SplitHashes, SplitOverlap
from projects.progress.datasets.splits import Overlap
from projects.selectors.datasets import as_overlap, difference, overlaps_of, previous_of, splits_of
from projects.services.dataset_splits import KEPT_VERSIONS, MOST_SPLITS, SplitInput, record_splits
from projects.services.datasets import record_dataset
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


class World:
    """A version of data and its owner."""

    def __init__(self) -> None:
        self.owner: Principal = make_workspace()
        self.initiative: Initiative = make_initiative(self.owner)
        self.version = self.made("d1")

    def made(self, digest: str) -> DatasetVersion:
        """Return a version of the data."""
        return record_dataset(self.owner, self.initiative, name="cases", digest=digest)[0]

    def record(self, *splits: SplitInput, overlaps: tuple[Overlap, ...] = (), **options: Any) -> str:
        """Report splits."""
        return record_splits(self.owner, self.initiative, options.get("of", self.version), splits, overlaps)

    def leak(self) -> tuple[int | None, int | None]:
        """Return what the version says of its leak."""
        self.version.refresh_from_db()
        return self.version.leaked_rows, self.version.leaked_groups


@pytest.fixture
def world() -> World:
    """A version without splits."""
    return World()


def hashed(name: str, rows: list[int], groups: list[int] | None = None, **counts: Any) -> SplitInput:
    """Return a split as hashes; a row is a number here."""
    return SplitInput(name, hashes=text_of(rows), group_hashes=None if groups is None else text_of(groups), **counts)


def text_of(rows: list[int]) -> str:
    """Return rows as they are sent."""
    return base64.b64encode(b"".join(row.to_bytes(8, "big") for row in rows)).decode()


def test_counts_follow_from_hashes(world: World) -> None:
    JudgeDue.objects.all().delete()
    train = hashed("train", [1, 2, 2, 3], [7, 8, 7], class_counts={"cat": 4})
    assert world.record(train, hashed("test", [3, 4], [8])) == "updated"
    first, second = splits_of(world.version)
    assert (first.rows, first.duplicates, first.groups, first.class_counts) == (4, 1, 2, {"cat": 4})
    assert (second.rows, second.duplicates, second.groups) == (2, 0, 1)
    assert [(each.rows, each.groups) for each in overlaps_of(world.version)] == [(1, 1)]
    assert world.leak() == (1, 1)
    assert JudgeDue.objects.filter(initiative=world.initiative).exists()
    assert AuditEvent.objects.latest("id").after["splits"] == {"train": 4, "test": 2}


def test_a_split_may_come_later_and_the_same_once_more_changes_nothing(world: World) -> None:
    world.record(hashed("train", [1, 2]))
    assert world.leak() == (None, None)
    world.record(hashed("test", [2]))
    assert world.leak() == (1, None)
    events = AuditEvent.objects.count()
    assert world.record(hashed("train", [2, 1]), hashed("test", [2])) == "unchanged"
    assert AuditEvent.objects.count() == events
    assert world.record(hashed("train", [1, 5])) == "updated"
    assert world.leak() == (0, None)
    assert SplitOverlap.objects.count() == 1


def test_who_may_not_send_hashes_sends_counts(world: World) -> None:
    told = (Overlap("test", "train", 3, 1),)
    splits = SplitInput("train", rows=90, duplicates=2), SplitInput("test", rows=10, groups=4)
    assert world.record(*splits, overlaps=told) == "updated"
    assert world.leak() == (3, 1)
    assert world.record(*splits, overlaps=told) == "unchanged"
    assert world.record(*splits, overlaps=(Overlap("train", "test", 0),)) == "updated"
    assert world.leak() == (0, None)
    assert {as_overlap(each).rows for each in overlaps_of(world.version)} == {0}
    # A split that is reported anew is another one: what was told of it is gone.
    assert world.record(SplitInput("test", rows=11)) == "updated"
    assert world.leak() == (None, None)
    assert not SplitHashes.objects.exists()


def test_hashes_stay_for_the_newest_versions_and_counts_for_all(world: World) -> None:
    versions = [world.version, *(world.made(f"v{number}") for number in range(KEPT_VERSIONS))]
    for number, each in enumerate(versions):
        world.record(hashed("train", [number, 100]), hashed("test", [number]), of=each)
    kept = set(SplitHashes.objects.values_list("split__version", flat=True))
    assert kept == {each.pk for each in versions[1:]}
    assert world.leak() == (1, None)
    assert previous_of(world.initiative, versions[2]) == versions[1]
    train = next(each for each in difference(versions[1], versions[2]).splits if each.name == "train")
    assert (train.common, train.added, train.removed) == (1, 1, 1)
    forgotten = difference(versions[0], versions[1]).splits[0]
    assert forgotten.common is None and forgotten.before is not None


BIG = SplitInput("big", rows=5)


@pytest.mark.parametrize(
    ("splits", "overlaps", "words"),
    [
        ((SplitInput("a"),), (), "needs rows"),
        ((BIG, BIG), (), "twice"),
        ((SplitInput("a", rows=1, group_hashes=text_of([1])),), (), "none of rows"),
        ((SplitInput("a", rows=1, hashes=text_of([1])),), (), "from which rows follow"),
        ((SplitInput("a", hashes="?"),), (), "is no base64"),
        ((SplitInput("a", rows=3, duplicates=4),), (), "3 rows, but 4 duplicates"),
        ((SplitInput("a", rows=3, groups=4),), (), "3 rows, but 4 groups"),
        ((SplitInput("a", rows=3, class_counts={"x": 2, "y": 2}),), (), "more by class"),
        ((SplitInput("a", rows=3, class_counts={"x": None}),), (), "counted from 0"),  # type: ignore[dict-item]
        (tuple(SplitInput(f"s{number}", rows=1) for number in range(MOST_SPLITS + 1)), (), "at most 10"),
        ((BIG,), (Overlap("big", "other", 1),), "other is no split"),
        ((BIG,), (Overlap("big", "big", 1),), "Name two splits"),
        ((BIG, SplitInput("a", rows=3)), (Overlap("big", "a", 4),), "more than 3"),
        ((hashed("a", [1]), hashed("b", [1])), (Overlap("a", "b", 0),), "follows from their hashes"),
    ],
)
def test_what_cannot_be_is_told(
    world: World, splits: tuple[SplitInput, ...], overlaps: tuple[Overlap, ...], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        world.record(*splits, overlaps=overlaps)
    assert splits_of(world.version) == []


def test_more_rows_than_are_taken_as_hashes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projects.services.dataset_splits.MOST_ROWS", 4)
    world.record(hashed("train", [1, 2, 3]))
    with pytest.raises(ValidationError, match="send counts"):
        world.record(hashed("test", [4, 5]))
    assert world.record(SplitInput("test", rows=5_000_000)) == "updated"

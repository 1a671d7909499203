"""What differs between two versions of data: digests, sizes, splits, classes, and rows where their hashes are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from projects.progress.datasets.row_hashes import Hashes, shared
from projects.progress.datasets.splits import Split, held_out, role_of

FIELDS: Final = ("name", "digest", "rows", "size", "files", "schema_digest", "labels_digest")


@dataclass(frozen=True, slots=True)
class Version:
    """A dataset version as it is compared; `hashes` are those of its splits' different rows, where they are kept."""

    facts: Mapping[str, str | int | None]
    splits: Mapping[str, Split] = field(default_factory=dict)
    hashes: Mapping[str, Hashes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of both; `differs` is None where one of them does not say."""

    name: str
    before: str | int | None
    after: str | int | None

    @property
    def differs(self) -> bool | None:
        """Whether they differ; None where nobody can tell."""
        return None if self.before in (None, "") or self.after in (None, "") else self.before != self.after

    @property
    def change(self) -> int | None:
        """By how much a number grew."""
        both = isinstance(self.before, int) and isinstance(self.after, int)
        return self.after - self.before if both else None  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class SplitDiff:
    """One split in both; `common`, `added` and `removed` count different rows, None where hashes are not kept."""

    name: str
    before: Split | None
    after: Split | None
    rows: Line
    classes: Sequence[Line]
    common: int | None = None
    added: int | None = None
    removed: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows of a held-out split of the later version that a split of the earlier one trained on."""

    trained: str
    held_out: str
    rows: int


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that can be said of two versions; `moved` names only splits that share rows."""

    lines: Sequence[Line]
    splits: Sequence[SplitDiff]
    moved: Sequence[Moved]


def diff_of(before: Version, after: Version) -> Diff:
    """Compare two versions; splits are matched by name."""
    names = sorted({*before.splits, *after.splits})
    return Diff(
        [Line(name, before.facts.get(name), after.facts.get(name)) for name in FIELDS],
        [_split(name, before, after) for name in names],
        _moved(before, after),
    )


def _split(name: str, before: Version, after: Version) -> SplitDiff:
    old, new = before.splits.get(name), after.splits.get(name)
    rows = Line("rows", old.rows if old else None, new.rows if new else None)
    classes = _classes(old.class_counts if old else None, new.class_counts if new else None)
    was, now = before.hashes.get(name), after.hashes.get(name)
    if was is None or now is None:
        return SplitDiff(name, old, new, rows, classes)
    common = shared(was, now)
    return SplitDiff(name, old, new, rows, classes, common, len(now) - common, len(was) - common)


def _classes(before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> list[Line]:
    """Return the classes of both; one that only the other has counts 0 where both count classes."""
    names = sorted({*(before or {}), *(after or {})})
    missing = 0 if before is not None and after is not None else None
    return [Line(name, (before or {}).get(name, missing), (after or {}).get(name, missing)) for name in names]


def _moved(before: Version, after: Version) -> list[Moved]:
    pairs = [
        (trained, measured)
        for trained in sorted(before.hashes)
        for measured in sorted(after.hashes)
        if role_of(trained) == "train" and measured in held_out(after.splits)
    ]
    found = [Moved(left, right, shared(before.hashes[left], after.hashes[right])) for left, right in pairs]
    return [each for each in found if each.rows]

"""What two versions of data share, where one measures a model and the other is what it was trained on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from projects.progress.datasets.row_hashes import Hashes, shared
from projects.progress.datasets.splits import held_out, role_of


@dataclass(frozen=True, slots=True)
class SplitRows:
    """The different rows of a split as sorted hashes, and its groups; None where they are not kept."""

    rows: Hashes | None = None
    groups: Hashes | None = None


@dataclass(frozen=True, slots=True)
class VersionsShare:
    """How many different rows, and groups where they are known, are in both; `is_whole` where all rows were seen."""

    rows: int
    groups: int | None
    is_whole: bool


def versions_share(measured: Mapping[str, SplitRows], trained: Mapping[str, SplitRows]) -> VersionsShare | None:
    """Return what a version that measures shares with one that was trained on, from their splits by name.

    Of the one its held-out splits count, of the other those that are trained on, of either all where there are none.
    None where nobody knows: no rows are kept, or not all, and those that are share nothing.
    """
    ours = [measured[name] for name in held_out(measured) or measured]
    theirs = [trained[name] for name in [each for each in trained if role_of(each) == "train"] or trained]
    whole = all(each.rows is not None for each in (*ours, *theirs)) and bool(ours and theirs)
    rows = shared(_together(each.rows for each in ours), _together(each.rows for each in theirs))
    if not whole and not rows:
        return None
    grouped = all(each.groups is not None for each in (*ours, *theirs))
    groups = shared(_together(each.groups for each in ours), _together(each.groups for each in theirs))
    return VersionsShare(rows, groups if grouped else None, whole)


def _together(parts: Iterable[Hashes | None]) -> Hashes:
    known = [each for each in parts if each is not None]
    return np.unique(np.concatenate(known)) if known else np.empty(0, dtype=np.uint64)

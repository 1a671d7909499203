"""The splits of a dataset version, and whether rows of the test data were trained on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["train", "validation", "test", "other"]
ROLES: Final[Mapping[str, Role]] = {
    **dict.fromkeys(("train", "training", "fit"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "eval"), "validation"),
    **dict.fromkeys(("test", "testing", "holdout", "hold-out", "held-out"), "test"),
}


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a dataset version. `duplicates` are rows that are there once more, `groups` how many groups they have.

    What is not known is None, or empty.
    """

    name: str
    rows: int
    digest: str = ""
    duplicates: int | None = None
    groups: int | None = None
    class_counts: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many different rows, and groups where they are known, are in both of two splits."""

    left: str
    right: str
    rows: int
    groups: int | None = None


@dataclass(frozen=True, slots=True)
class Leak:
    """What of the held-out splits was trained on: rows, and groups; None where nobody knows."""

    rows: int | None = None
    groups: int | None = None


def role_of(name: str) -> Role:
    """Return what a split is for, by its name: `train`, `validation`, `test`, else `other`."""
    return ROLES.get(name.strip().lower(), "other")


def held_out(names: Iterable[str]) -> frozenset[str]:
    """Return the splits that measure a model: those of test data, else those of validation."""
    known = list(names)
    found = frozenset(name for name in known if role_of(name) == "test")
    return found or frozenset(name for name in known if role_of(name) == "validation")


def leak_of(names: Iterable[str], overlaps: Iterable[Overlap]) -> Leak:
    """Return what the held-out splits share with those that were trained on, added up over the pairs.

    None where no pair is known, and also where some pairs are not known and the others share nothing.
    """
    known = list(names)
    measured, trained = held_out(known), {name for name in known if role_of(name) == "train"}
    pairs = len(measured) * len(trained)
    found = [
        each
        for each in overlaps
        if (each.left in measured and each.right in trained) or (each.right in measured and each.left in trained)
    ]
    return Leak(
        _sum([each.rows for each in found], pairs),
        _sum([each.groups for each in found if each.groups is not None], pairs),
    )


def _sum(counts: list[int], pairs: int) -> int | None:
    total = sum(counts)
    return total if total or (counts and len(counts) == pairs) else None

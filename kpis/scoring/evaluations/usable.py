"""Which targets an evaluation answers: those that name no data, or the very data that it was measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.scoring.inputs import DatasetFact
from kpis.scoring.targets import Target, expectation


@dataclass(frozen=True, slots=True)
class Usable:
    """Targets that an evaluation answers, and those on other data."""

    used: tuple[Target, ...]
    elsewhere: tuple[Target, ...]


def fits(target: Target, dataset: DatasetFact | None) -> bool:
    """Say whether an evaluation on this data is used for a target."""
    return not target.dataset_digest or (dataset is not None and dataset.digest == target.dataset_digest)


def usable(targets: Sequence[Target], dataset: DatasetFact | None) -> Usable:
    """Split targets by whether an evaluation on this data is used for them."""
    used = tuple(each for each in targets if fits(each, dataset))
    return Usable(used, tuple(each for each in targets if not fits(each, dataset)))


def not_used(target: Target, dataset: DatasetFact | None) -> str:
    """Return why an evaluation is not used for a target, with both digests."""
    had = f"{dataset.name}@{dataset.digest}" if dataset else "data that is not named"
    return (
        f"Not used for “{expectation(target)}”: that target is about data {target.dataset_digest}, "
        f"and this evaluation was measured on {had}."
    )

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


def usable(targets: Sequence[Target], dataset: DatasetFact | None) -> Usable:
    """Split targets by whether an evaluation on this data is used for them."""
    digest = dataset.digest if dataset else ""
    elsewhere = tuple(each for each in targets if each.dataset_digest and each.dataset_digest != digest)
    return Usable(tuple(each for each in targets if each not in elsewhere), elsewhere)


def not_used(target: Target, dataset: DatasetFact | None) -> str:
    """Return why an evaluation is not used for a target, with both digests."""
    had = f"{dataset.name}@{dataset.digest}" if dataset else "data that is not named"
    return (
        f"Not used for “{expectation(target)}”: that target is about data {target.dataset_digest}, "
        f"and this evaluation was measured on {had}."
    )

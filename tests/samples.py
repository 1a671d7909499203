"""Which cases of a class are tried each time, and which only with the long tests."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pytest

SEED: Final = 20261128


def sampled(cases: Iterable[Any], keep: int) -> list[Any]:
    """Return the cases for `parametrize`; all but `keep` of them, drawn by a fixed seed, are marked slow."""
    every = list(cases)
    kept = set(random.Random(SEED).sample(range(len(every)), min(keep, len(every))))
    return [
        each if place in kept else pytest.param(*(each if isinstance(each, tuple) else (each,)), marks=pytest.mark.slow)
        for place, each in enumerate(every)
    ]


def dealt(cases: Sequence[Any], count: int) -> list[Any]:
    """Deal cases to groups that share a world, for `parametrize`: to make one takes longer than a case.

    Neighbours, which may decide about the same thing, come to different groups.
    """
    return [pytest.param(cases[first::count], id=str(first)) for first in range(count)]

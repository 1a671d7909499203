"""Counted blocks: kept as bytes until all of an upload are there, then added, in any order, to one evaluation."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projects.progress.evaluations.confusion import Confusion, merge_confusions
from projects.progress.evaluations.counts import Counts, ladders_of, merge_counts
from projects.progress.evaluations.layout import Layout
from projects.progress.evaluations.rows import Block
from projects.progress.evaluations.strata import Stratum
from projects.progress.evaluations.tally import Tally

MOST_STRATA = 5_000
MOST_PAIRS = 10_000


class TooMany(ValueError):
    """More strata or classes than an evaluation keeps; the text says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """The sum of an upload's blocks; cases in the order of the rows, `strata` being places in `tally.strata`."""

    tally: Tally
    confusion: Confusion
    ids: NDArray[np.int64] | None
    levels: NDArray[np.int64]
    right: NDArray[np.bool_]
    strata: NDArray[np.int32]


def packed(block: Block) -> bytes:
    """Return a counted block as bytes."""
    counts = block.counts
    strata = [[each.slices, each.groups, each.positive, each.selected] for each in counts.strata]
    words = json.dumps({"strata": strata, "confusion": block.confusion.counts}).encode()
    columns: dict[str, Any] = {
        "words": np.frombuffer(words, dtype=np.uint8),
        "cells": np.stack([counts.place, counts.level, counts.right, counts.wrong]).astype(np.int32),
    }
    if block.ids is not None:
        columns |= {
            "ids": block.ids,
            "levels": block.levels.astype(np.int16),
            "right": block.right,
            "place": block.place.astype(np.int32),
        }
    file = io.BytesIO()
    np.savez(file, **columns)
    return file.getvalue()


def unpacked(data: bytes) -> Block:
    """Return the block that `packed` made bytes of; levels and the like are empty where it has no ids."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        words = json.loads(file["words"].tobytes())
        cells = file["cells"]
        cases: list[Any] = [file.get(name, np.empty(0, np.int64)) for name in ("levels", "right", "place")]
        ids = file.get("ids")
    strata = tuple(Stratum(tuple(slices), tuple(groups), *marks) for slices, groups, *marks in words["strata"])
    confusion = Confusion(tuple((label, predicted, n) for label, predicted, n in words["confusion"]))
    return Block(Counts(strata, *cells), confusion, ids, *cases)


def merge_blocks(blocks: Sequence[Block], layout: Layout) -> Merged:
    """Add the blocks of an upload, given in the order of its rows. Raises TooMany."""
    counts, places = merge_counts([each.counts for each in blocks])
    confusion = merge_confusions(each.confusion for each in blocks)
    if len(counts.strata) > MOST_STRATA:
        raise TooMany(
            f"There are {len(counts.strata):,} combinations of slices, groups and classes, and at most"
            f" {MOST_STRATA:,} can be kept: is one of the columns an id or a number?"
        )
    if len(confusion.counts) > MOST_PAIRS:
        raise TooMany(
            f"There are {len(confusion.counts):,} pairs of label and prediction, and at most {MOST_PAIRS:,} can be"
            " kept: give “correct” instead where predictions are no classes."
        )
    tally = Tally(layout.slices, layout.groups, tuple(ladders_of(counts)))
    ids = [each.ids for each in blocks if each.ids is not None]
    return Merged(
        tally,
        confusion,
        np.concatenate(ids) if len(ids) == len(blocks) else None,
        np.concatenate([each.levels for each in blocks]),
        np.concatenate([each.right for each in blocks]),
        np.concatenate([new[each.place].astype(np.int32) for new, each in zip(places, blocks)]),
    )

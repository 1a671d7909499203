"""Cases of an evaluation, one small row each as columns, and how two evaluations did on the cases they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

ID_BYTES = 8
_TYPES = {"ids": "<i8", "levels": "<i2", "right": "<u1", "strata": "<i4"}


class DuplicateCase(ValueError):
    """Two cases with one id. `first` and `again` are their places from 0 in what was given."""

    def __init__(self, first: int, again: int) -> None:
        super().__init__(f"Rows {first} and {again} have the same id.")
        self.first = first
        self.again = again


class Packed(NamedTuple):
    """The columns of some cases as little-endian bytes: int64, int16, uint8 and int32."""

    ids: bytes
    levels: bytes
    right: bytes
    strata: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Cases in order of their ids, which are distinct: hashed id, confidence level, right or wrong, stratum."""

    ids: NDArray[np.int64]
    levels: NDArray[np.int16]
    right: NDArray[np.uint8]
    strata: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)

    def packed(self, size: int) -> Iterator[Packed]:
        """Return the cases in blocks of at most `size`."""
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield Packed(*(getattr(self, name)[part].astype(kind).tobytes() for name, kind in _TYPES.items()))


def case_hash(key: bytes, ids: Iterable[str]) -> NDArray[np.int64]:
    """Return the keyed hash (BLAKE2b, 8 bytes, little-endian) of each case's id as it is written.

    Without the key nobody can tell which ids were hashed, nor match cases of two keys. `key` has 1 to 64 bytes.
    """
    digests = b"".join(blake2b(each.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest() for each in ids)
    return np.frombuffer(digests, dtype=_TYPES["ids"]).astype(np.int64)


def cases_of(ids: ArrayLike, levels: ArrayLike, right: ArrayLike, strata: ArrayLike) -> Cases:
    """Put columns of cases in order.

    Raises DuplicateCase for the first id that comes twice, ValueError for columns of unequal length.
    """
    columns = [np.asarray(each) for each in (ids, levels, right, strata)]
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError("Cases are columns of one length.")
    order = np.argsort(columns[0], kind="stable")
    sorted_ids = columns[0][order]
    same = sorted_ids[1:] == sorted_ids[:-1]
    if same.any():
        again = int(order[1:][same].min())
        raise DuplicateCase(int(np.flatnonzero(columns[0] == columns[0][again])[0]), again)
    return Cases(*(column[order].astype(kind) for column, kind in zip(columns, _TYPES.values())))


def unpacked(blocks: Iterable[Packed]) -> Cases:
    """Return the cases of blocks in their order."""
    given = list(blocks)
    columns = [
        np.frombuffer(b"".join(getattr(each, name) for each in given), dtype=kind) for name, kind in _TYPES.items()
    ]
    return Cases(*columns)


def pair_cases(champion: Cases, challenger: Cases, names: Sequence[Iterable[str]]) -> dict[str, list[int]]:
    """Count the common cases by who is right: [both, champion only, challenger only, neither].

    The key "" is all of them; `names` says which slices and groups each stratum of the challenger belongs to.
    Nothing in common gives no keys.
    """
    if not len(champion) or not len(challenger):
        return {}
    place = np.searchsorted(champion.ids, challenger.ids).clip(max=len(champion) - 1)
    common = champion.ids[place] == challenger.ids
    kind = 2 * (1 - champion.right[place[common]].astype(np.int64)) + (1 - challenger.right[common])
    by_stratum = np.bincount(challenger.strata[common] * 4 + kind, minlength=4 * len(names)).reshape(-1, 4)
    sums: defaultdict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(4, dtype=np.int64))
    for stratum, mine in enumerate(names):
        for name in {"", *mine}:
            sums[name] += by_stratum[stratum]
    return {name: sums[name].tolist() for name in sorted(sums) if sums[name].any()}

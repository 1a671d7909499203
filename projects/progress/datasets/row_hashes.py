"""Rows known by their hashes alone: how many there are, how many twice, how many are in two splits. Pure.

A hash has 8 bytes. Among two million rows and two million others the chance that two different rows share one is below
one in four million, so that counts are exact for all purposes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 8
MOST_ROWS: Final = 2_000_000
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the hashes of a split's rows say; `distinct` is sorted, `digest` the same in whatever order rows came."""

    rows: int
    duplicates: int
    digest: str
    distinct: Hashes


def unpacked(text: str) -> Hashes:
    """Return the hashes of a text in base64: 8 bytes a row, the most significant first.

    Raises ValueError in words for another text, and for more than two million rows.
    """
    if len(text) > (MOST_ROWS * WIDTH + 2) // 3 * 4:
        raise ValueError(f"holds more than {MOST_ROWS:,} hashes: send counts instead")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is no base64") from None
    return of_bytes(data)


def of_bytes(data: bytes | memoryview) -> Hashes:
    """Return hashes that were kept or sent as bytes. Raises ValueError where they are not 8 bytes each."""
    if len(data) % WIDTH:
        raise ValueError(f"does not hold {WIDTH} bytes a row")
    return np.frombuffer(data, dtype=">u8").astype(np.uint64)


def to_bytes(hashes: Hashes) -> bytes:
    """Return hashes as bytes, 8 each, the most significant first."""
    return hashes.astype(">u8").tobytes()


def counted(hashes: Hashes) -> Counted:
    """Count a split's rows; a duplicate is a row that is there a second time, or a third."""
    ordered = np.sort(hashes)
    distinct = np.unique(ordered)
    digest = hashlib.blake2b(to_bytes(ordered), digest_size=16).hexdigest()
    return Counted(len(ordered), len(ordered) - len(distinct), f"rows:{digest}", distinct)


def shared(left: Hashes, right: Hashes) -> int:
    """Return how many different rows are in both; both are sorted and without duplicates."""
    if not len(left) or not len(right):
        return 0
    fewer, more = (left, right) if len(left) <= len(right) else (right, left)
    places = np.minimum(np.searchsorted(more, fewer), len(more) - 1)
    return int(np.count_nonzero(more[places] == fewer))

"""Public ids: opaque, without look-alikes, each letter as likely as any other."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from mltrack.identifiers import new_id, new_ids


def test_an_id_is_a_prefix_and_sixteen_letters() -> None:
    assert re.fullmatch(r"run_[2-9a-hjkmnp-z]{16}", new_id("run"))


@pytest.mark.parametrize("count", [0, 1, 1_000])
def test_so_many_are_all_different(count: int) -> None:
    found = new_ids("run", count)
    assert len(found) == len(set(found)) == count


def test_every_letter_is_as_likely() -> None:
    letters = Counter("".join(each[4:] for each in new_ids("run", 10_000)))
    assert len(letters) == 31
    # 160,000 letters: 5,161 of each, with a standard deviation of 71.
    assert all(abs(count - 160_000 / 31) < 6 * 71 for count in letters.values())

"""Where the lines of a burn-up go, by hand: 600 pixels across from 32, 168 up from 176."""

from __future__ import annotations

import pytest

from mltrack.drawing.burnup import Tick, draw_burnup


def test_lines_by_hand() -> None:
    found = draw_burnup([4, 4, 2], [0, 1, 2], 6)
    assert found is not None
    assert found.scope == "32.0,8.0 132.0,8.0 232.0,8.0 332.0,92.0"
    assert found.done == "32.0,176.0 132.0,176.0 232.0,134.0 332.0,92.0"
    assert found.pace == "32.0,176.0 632.0,92.0"
    assert found.area == f"32.0,176.0 {found.done} 332.0,176.0"
    assert found.ticks == (Tick(176.0, "0"), Tick(92.0, "2"), Tick(8.0, "4"))
    assert found.last == (332.0, 92.0)


@pytest.mark.parametrize(("scope", "labels"), [([3], ["0", "3"]), ([0], ["0", "1"])])
def test_ticks_are_whole_tasks(scope: list[int], labels: list[str]) -> None:
    found = draw_burnup(scope, [0], 5)
    assert found is not None
    assert [each.label for each in found.ticks] == labels


def test_nothing_before_the_first_day() -> None:
    assert draw_burnup([], [], 10) is None

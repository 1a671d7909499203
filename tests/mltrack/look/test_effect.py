"""The drawing of an effect: everything on one scale, zero always in sight."""

from __future__ import annotations

from mltrack.drawing.effect import EDGE, WIDTH, draw_effect


def test_all_stand_in_order_on_one_scale() -> None:
    found = draw_effect(4.0, 2.0, 6.0, expected=5.0, placebos=(-1.0, 1.0))
    assert found.low is not None and found.effect is not None and found.high is not None and found.expected is not None
    places = [found.placebos[0], found.zero, found.placebos[1], found.low, found.effect, found.expected, found.high]
    assert places == sorted(places) and len(set(places)) == 7
    assert min(places) >= EDGE and max(places) <= WIDTH - EDGE


def test_without_an_effect_only_zero_stands() -> None:
    found = draw_effect(None, None, None)
    assert (found.effect, found.low, found.high, found.expected, found.placebos) == (None, None, None, None, ())
    assert EDGE <= found.zero <= WIDTH - EDGE

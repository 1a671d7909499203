"""A badge's two halves."""

from __future__ import annotations

import pytest

from mltrack.drawing.badge import PADDING, badge


@pytest.mark.parametrize(
    ("label", "message"), [("CHURN", "ready"), ("A", "not ready"), ("X" * 40, "unknown"), ("", "")]
)
def test_halves_meet_and_texts_fit(label: str, message: str) -> None:
    drawn = badge(label, message, "#000")
    assert drawn.label.left == 0 and drawn.message.left == drawn.label.width
    assert drawn.width == drawn.label.width + drawn.message.width
    for half in (drawn.label, drawn.message):
        assert half.length + 2 * PADDING == half.width
        assert half.middle * 2 == 2 * half.left + half.width


def test_longer_words_are_wider() -> None:
    assert badge("CHURN", "not ready", "").message.length > badge("CHURN", "ready", "").message.length > 20

"""Texts that PostgreSQL can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from projects.services.texts import json_safe, storable, whole_text


@pytest.mark.parametrize(
    ("text", "fits"),
    [("", True), ("plain", True), ("größe 🚀", True), ("a\x00", False), ("ü\x00", False), ("\ud800", False)],
)
def test_storable(text: str, fits: bool) -> None:
    assert storable(text) is fits


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (7, "must be text"),
        ("  ", "must not be empty"),
        ("x" * 11, "is longer than 10 characters"),
        ("\x00", "has characters that cannot be stored"),
        ("fine", None),
    ],
)
def test_whole_text(value: Any, words: str | None) -> None:
    assert whole_text(value, 10, empty=False) == words


def test_json_safe() -> None:
    values = {"day": date(2026, 1, 2), "at": datetime(2026, 1, 2, tzinfo=UTC), "name": "x", "links": []}
    assert json_safe(values) == {"day": "2026-01-02", "at": "2026-01-02T00:00:00+00:00", "name": "x", "links": []}

"""Controls drawn by plain Python are those that Django's templates draw."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms

from mltrack.widgets import Choice, Hidden, Line, Prose, attributes

TAINT = "\"><script>alert(1)</script>&amp;'"
CHOICES = [("", "Nobody"), ("a<b", "A & B"), ("x", 'She said "x"')]
PAIRS = [
    (Line(attrs={"maxlength": 160}), forms.TextInput(attrs={"maxlength": 160})),
    (Hidden(), forms.HiddenInput()),
    (Prose(attrs={"rows": 5}), forms.Textarea(attrs={"rows": 5})),
    (Choice(choices=CHOICES), forms.Select(choices=CHOICES)),
]


def squeezed(markup: str) -> str:
    """Return markup without the blanks between tags."""
    return re.sub(r">\s+<", "><", str(markup))


@pytest.mark.parametrize("value", [None, "", 0, 7, "a<b", "x", TAINT, "two\nlines"])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("more", [{}, {"id": "a_value", "disabled": True, "required": False, "title": '<&">'}])
def test_a_control_is_the_one_of_django(ours: forms.Widget, theirs: forms.Widget, value: Any, more: Any) -> None:
    assert squeezed(ours.render("value", value, more)) == squeezed(theirs.render("value", value, more))


def test_attributes_that_are_true_stand_alone() -> None:
    assert attributes({"a": True, "b": False, "c": 1, "d": "<"}) == ' a c="1" d="&lt;"'

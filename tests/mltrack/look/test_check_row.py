"""A check on a page: everything its document says is there, and nothing that comes from outside is markup."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from mltrack.drawing.interval import Bar
from mltrack.templatetags.checks import anchor, check_row

TAINT = "\"><script>alert(1)</script>&amp;'"
CHECK: dict[str, Any] = {
    "id": "model.accuracy",
    "title": "Accuracy",
    "result": "fail",
    "required": True,
    "reason": "below its target",
    "observed": "0.87",
    "expected": "≥ 90.0 %",
    "n": 5000,
    "what_would_pass": "A better model",
    "evidence": [{"label": "run 7", "url": "/runs/7/"}, {"label": "dataset 3", "url": ""}],
    "age_seconds": 7200,
    "evidence_kind": "measured",
}


def drawn(bar: Bar | None = None, actions: str = "", changes: dict[str, Any] | None = None) -> str:
    """Return a check's markup, which must be well-formed."""
    text = check_row({**CHECK, **(changes or {})}, bar, actions)
    ElementTree.fromstring(text)
    return text


def words(text: str) -> str:
    """Return what stands between the tags."""
    return " ".join(ElementTree.fromstring(text).itertext())


@pytest.mark.parametrize("said", ["Accuracy", "below its target", "0.87", "≥ 90.0 %", "A better model", "2 h old"])
def test_everything_that_a_check_says_is_there(said: str) -> None:
    assert said in " ".join(words(drawn()).split())


def test_evidence_with_an_address_is_a_link() -> None:
    text = drawn()
    assert '<a href="/runs/7/">' in text and "<span>dataset 3</span>" in text
    assert "No evidence yet" in words(drawn(changes={"evidence": []}))


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({"required": False}, "optional"),
        ({"evidence_kind": "attested"}, "attested by a person, counts half"),
        ({"observed": None}, "–"),
    ],
)
def test_what_only_some_say(changes: dict[str, Any], there: str) -> None:
    assert there in words(drawn(changes=changes)) and there not in words(drawn())


@pytest.mark.parametrize("name", ["reason", "expected", "what_would_pass", "n", "age_seconds"])
def test_what_is_missing_leaves_no_trace(name: str) -> None:
    assert "None" not in drawn(changes={name: None})


def test_the_interval_is_drawn_where_there_are_numbers() -> None:
    text = drawn(Bar(0.87, 0.86, 0.88, 0.9))
    assert "observed 87.0" in text and "target ≥ 90.0" in text and "5" in text
    assert '<span class="interval"></span>' in drawn() and '<span class="interval"></span>' in drawn(Bar(None))


@pytest.mark.parametrize("name", ["title", "reason", "observed", "expected", "what_would_pass"])
def test_texts_are_never_markup(name: str) -> None:
    assert "<script" not in drawn(changes={name: TAINT}) and TAINT in words(drawn(changes={name: TAINT}))


def test_evidence_is_never_markup() -> None:
    assert "<script" not in drawn(changes={"evidence": [{"label": TAINT, "url": TAINT}, {"label": TAINT, "url": ""}]})


def test_the_id_is_fit_for_an_address() -> None:
    assert anchor("model.accuracy") == "modelaccuracy" and 'id="check-modelaccuracy"' in drawn()


def test_deeds_stand_inside_the_fold() -> None:
    assert drawn(actions="<b>deed</b>").rstrip().endswith("<b>deed</b></div></details>")

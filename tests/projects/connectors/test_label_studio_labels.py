"""Which control decides, and what an annotation says: one table for every kind of control."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from projects.connectors.label_studio.labels import NOTHING, READERS, Control, deciding, label_of
from projects.connectors.texts import LONGEST_LABEL


def result(tag: str, value: Any, name: str = "c") -> dict[str, Any]:
    return {"id": "x1", "from_name": name, "to_name": "text", "type": tag, "value": value}


def said(tag: str, *values: Any) -> str:
    return label_of([result(tag, each) for each in values], Control("c", tag, frozenset({"c"})))


SQUARE = {"x": 1.5, "y": 2, "width": 10, "height": 10, "rotation": 0}
SPAN = {"start": 0, "end": 4, "text": "Anna"}


@pytest.mark.parametrize(
    ("tag", "values", "label"),
    [
        ("choices", [{"choices": ["spam"]}], "spam"),
        ("choices", [{"choices": ["b", "a"]}], "a + b"),
        ("choices", [{"choices": ["a"]}, {"choices": ["b", "a"]}], "a + b"),
        ("choices", [{"choices": "alone"}], "alone"),
        ("choices", [{"choices": ["  two   words "]}], "two words"),
        ("choices", [{"choices": []}], NOTHING),
        ("choices", [{"choices": [" "]}], NOTHING),
        ("taxonomy", [{"taxonomy": [["Animal", "Cat"]]}], "Animal / Cat"),
        ("taxonomy", [{"taxonomy": [["Plant"], ["Animal", "Cat"]]}], "Animal / Cat + Plant"),
        ("pairwise", [{"selected": "left"}], "left"),
        (
            "rectanglelabels",
            [{**SQUARE, "rectanglelabels": ["Dog"]}, {**SQUARE, "rectanglelabels": ["Cat"]}],
            "Cat + Dog",
        ),
        ("rectanglelabels", [{**SQUARE, "rectanglelabels": ["Cat"]}] * 3, "Cat"),
        ("rectanglelabels", [SQUARE], NOTHING),
        ("polygonlabels", [{"points": [[1, 2]], "polygonlabels": ["Road"]}], "Road"),
        ("brushlabels", [{"format": "rle", "rle": [0, 1], "brushlabels": ["Lung"]}], "Lung"),
        ("keypointlabels", [{"x": 1, "y": 1, "keypointlabels": ["Nose"]}], "Nose"),
        ("ellipselabels", [{"ellipselabels": ["Cell"]}], "Cell"),
        ("labels", [{**SPAN, "labels": ["PER"]}, {**SPAN, "labels": ["LOC", "PER"]}], "LOC + PER"),
        ("hypertextlabels", [{**SPAN, "hypertextlabels": ["Title"]}], "Title"),
        ("paragraphlabels", [{**SPAN, "paragraphlabels": ["Agent"]}], "Agent"),
        ("timeserieslabels", [{**SPAN, "timeserieslabels": ["Run"]}], "Run"),
        ("rating", [{"rating": 4}], "4"),
        ("number", [{"number": 2.50}], "2.5"),
        ("number", [{"number": -3}], "-3"),
        ("datetime", [{"datetime": "2026-11-23"}], "2026-11-23"),
        ("textarea", [{"text": ["It  is\nraining."]}], "It is raining."),
        ("textarea", [{"text": "plain"}], "plain"),
        ("textarea", [{"text": ["b"]}, {"text": ["a"]}], "a + b"),
        ("choices", [], NOTHING),
    ],
)
def test_one_label_of_each_kind(tag: str, values: list[Any], label: str) -> None:
    assert said(tag, *values) == label


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ({"result": []}, "no list of objects"),
        ("[]", "no list of objects"),
        ([None], "no list of objects"),
        ([{"from_name": "c", "type": "choices"}], "has no value"),
        ([result("choices", None)], "has no value"),
        ([result("choices", {"choices": [7]})], "is no text"),
        ([result("choices", {"choices": {"a": 1}})], "is no text"),
        ([result("choices", {"choices": ["a"]}, name="renamed")], "'renamed' is unknown to its project"),
    ],
)
def test_results_that_cannot_be_read_are_said(results: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        label_of(results, Control("c", "choices", frozenset({"c", "other"})))


@pytest.mark.parametrize(("tag", "value"), [("rating", {"rating": True}), ("taxonomy", {"taxonomy": "Cat"})])
def test_values_of_another_kind_are_said(tag: str, value: Any) -> None:
    with pytest.raises(ValueError, match="a value is no"):
        said(tag, value)


def test_other_controls_and_relations_are_let_be() -> None:
    control = Control("c", "choices", frozenset({"c", "comment"}))
    relation = {"type": "relation", "from_id": "x1", "to_id": "x2", "direction": "right"}
    results = [result("textarea", {"text": ["why"]}, name="comment"), relation, result("choices", {"choices": ["a"]})]
    assert label_of(results, control) == "a"
    assert label_of(results[:2], control) == NOTHING


def test_what_cannot_be_stored_is_replaced() -> None:
    assert said("choices", {"choices": ["a\x00b\ud800"]}) == "a\ufffdb\ufffd"


def test_long_texts_are_cut_and_stay_apart() -> None:
    texts = ["x" * 300 + end for end in "ab"]
    labels = [said("textarea", {"text": [each]}) for each in texts]
    assert [len(each) for each in labels] == [LONGEST_LABEL] * 2 and labels[0] != labels[1]
    assert labels[0].endswith("…" + hashlib.sha256(texts[0].encode()).hexdigest()[:8])
    assert said("textarea", {"text": ["y" * LONGEST_LABEL]}) == "y" * LONGEST_LABEL


CONFIGURATION = {
    "comment": {"type": "TextArea", "to_name": ["text"], "inputs": [], "labels": []},
    "stars": {"type": "Rating", "to_name": ["text"]},
    "spans": {"type": "Labels", "to_name": ["text"]},
    "second": {"type": "Choices", "to_name": ["text"]},
    "third": {"type": "Choices", "to_name": ["text"]},
    "video": {"type": "VideoRectangle", "to_name": ["text"]},
    "odd": None,
}


@pytest.mark.parametrize(
    ("wanted", "left_out", "name"),
    [
        ("", (), "second"),
        ("", ("second", "third"), "spans"),
        ("", ("second", "third", "spans"), "stars"),
        ("", ("second", "third", "spans", "stars"), "comment"),
        ("third", (), "third"),
        ("comment", (), "comment"),
        ("video", (), "second"),
        ("absent", (), "second"),
    ],
)
def test_the_control_that_decides(wanted: str, left_out: tuple[str, ...], name: str) -> None:
    kept = {key: each for key, each in CONFIGURATION.items() if key not in left_out}
    found = deciding(kept, wanted)
    assert found is not None and found.name == name
    assert found.names == {key for key, each in kept.items() if each}


def test_regions_of_all_shapes_are_of_one_rank() -> None:
    shapes = {"boxes": {"type": "RectangleLabels"}, "masks": {"type": "BrushLabels"}, "spans": {"type": "Labels"}}
    for first in shapes:
        found = deciding({first: shapes[first], **shapes})
        assert found is not None and found.name == first


@pytest.mark.parametrize("configuration", [None, [], "", {}, {"v": {"type": "VideoRectangle"}}, {"v": {}}])
def test_where_nothing_can_be_read_nothing_decides(configuration: Any) -> None:
    assert deciding(configuration) is None


def test_every_reader_knows_its_key() -> None:
    assert all(keys and all(keys) for keys, _ in READERS.values())

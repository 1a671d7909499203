"""The component matrix: production on top and untouched, and unknown never taken for the same."""

from __future__ import annotations

import pytest

from kpis.scoring.evaluations.components import PARTS, Cell, Made, digests_of, matrix, params_digest

LIVE = Made("evl_live", "forest v3", digests_of({"features": "f1"}, data={"dataset": "d1"}, code={"commit": "c1"}))


def other(**told: dict[str, str]) -> Made:
    return Made("evl_new", "boosted v4", digests_of({}, **told))


def cell(made: Made, part: str, production: Made | None = LIVE) -> Cell:
    return next(each for each in matrix(production, [made])[-1].cells if each.part == part)


@pytest.mark.parametrize(
    ("told", "state", "digest", "source"),
    [
        ({"dataset": "d1"}, "same", "d1", "dataset"),
        ({"dataset": "d2"}, "changed", "d2", "dataset"),
        ({}, "unknown", "", ""),
        # Another source says something else, which cannot be held against production's.
        ({"stated": "d1"}, "unknown", "d1", "stated"),
        # One source in common decides, whatever the other says.
        ({"stated": "zz", "dataset": "d1"}, "same", "d1", "dataset"),
    ],
)
def test_a_part_against_production(told: dict[str, str], state: str, digest: str, source: str) -> None:
    assert cell(other(data=told), "data") == Cell("data", state, digest, source)  # type: ignore[arg-type]


def test_any_source_that_differs_is_a_change() -> None:
    live = Made("evl_live", "live", digests_of({"data": "same"}, data={"dataset": "d1"}))
    new = Made("evl_new", "new", digests_of({"data": "same"}, data={"dataset": "d2"}))
    assert cell(new, "data", live) == Cell("data", "changed", "d2", "dataset")


def test_what_production_does_not_say_is_unknown_and_not_the_same() -> None:
    assert cell(other(labels={"dataset": "l1"}), "labels").state == "unknown"


def test_production_stands_on_top_untouched() -> None:
    rows = matrix(LIVE, [other(data={"dataset": "d2"}), LIVE])
    assert [row.made.id for row in rows] == ["evl_live", "evl_new"]
    assert {each.part: each.state for each in rows[0].cells} == {
        part: "base" if part in ("data", "features", "code") else "unknown" for part in PARTS
    }
    assert rows[0].changed == () and rows[1].changed == ("data",)
    assert set(rows[1].unknown) == set(PARTS) - {"data"}


def test_without_production_all_is_unknown() -> None:
    rows = matrix(None, [LIVE])
    assert {each.state for each in rows[0].cells} == {"unknown"}
    assert rows[0].cells[0].digest == "d1"


def test_digests_are_cut_for_the_eye_and_whole_in_words() -> None:
    image = Cell("container", "same", "sha256:0123456789abcdef", "deployment")
    assert image.short == "0123456789ab"
    assert image.told == "sha256:0123456789abcdef, its deployment"
    assert (Cell("data", "unknown").short, Cell("data", "unknown").told) == ("", "not known")


def test_params_are_alike_in_any_order() -> None:
    assert params_digest({"a": "1", "b": "2"}) == params_digest({"b": "2", "a": "1"})
    assert params_digest({"a": "1"}) != params_digest({"a": "2"})
    assert params_digest({}) == ""


def test_what_is_no_part_and_what_is_empty_is_left_out() -> None:
    assert digests_of({"data": "", "colour": "red"}, code={"commit": ""}) == {}

"""Files that the libraries wrote themselves (recorded/, with the versions in `made_by`) are read right.

What was put into them stands in recorded/make.py: 400 rows, of which the tests count by hand.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from projects.progress.observed import ObservedValue, fails
from projects.progress.observed_files.found import FileRead, FileRefused
from projects.progress.observed_files.reading import read_file

RECORDED = Path(__file__).parent / "recorded"
KINDS = ("evidently", "great_expectations", "pandera")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def document(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())["document"]


def read(kind: str, name: str = "") -> tuple[FileRead, dict[str, ObservedValue]]:
    found, _ = read_file(kind, document(name or kind), NOON, "the year before")
    assert {(each.time, each.reference) for each in found.values} == {(NOON, "the year before")}
    return found, {each.name: each for each in found.values}


def told(value: ObservedValue) -> tuple[Any, ...]:
    return value.kind, round(value.value, 6), value.n, value.method, value.threshold


def failing(values: dict[str, ObservedValue]) -> set[str]:
    return {each.name for each in values.values() if fails(each.kind, each.method, each.value, each.threshold)}


def test_evidently() -> None:
    found, values = read("evidently")
    # Ages are the same in another order; amounts are 30 higher; of 400 states 40 are IL, where a third were.
    assert told(values["age"]) == ("drift", 1.0, 400, "K-S p_value", 0.05)
    assert told(values["age, psi"]) == ("drift", 0.0, 400, "psi", 0.1)
    assert told(values["amount"]) == ("drift", 0.0, 400, "K-S p_value", 0.05)
    assert values["amount, wasserstein"].value > 1
    assert told(values["state, jensenshannon"]) == ("drift", 0.208656, 400, "jensenshannon", 0.1)
    assert values["state, chisquare p_value"].threshold == 0.01
    assert told(values["drifted columns"]) == ("drift", 0.666667, 400, "share of columns", 0.5)
    assert told(values["rows"]) == ("volume", 400.0, None, "count", None)
    # Two of 400 amounts are missing.
    assert told(values["amount not missing"]) == ("quality", 0.995, 400, "share of rows", None)
    assert found.unread == ["MeanValue(column=age): no observation is made of this metric"]


def test_what_fails_is_what_evidently_says_fails() -> None:
    _, values = read("evidently")
    whole = document("evidently")
    failed = {each["metric_config"]["metric_id"] for each in whole["tests"] if each["status"] == "FAIL"}
    drifts = [each for each in whole["metrics"] if "Drift" in each["metric_name"]]
    kept = [each for each in values.values() if each.kind == "drift"]
    assert [fails(each.kind, each.method, each.value, each.threshold) for each in kept] == [
        each["id"] in failed for each in drifts
    ]
    assert len(failed & {each["id"] for each in drifts}) == 6


def test_a_method_of_ones_own_is_kept_without_its_threshold() -> None:
    config = {"type": "evidently:metric_v2:ValueDrift", "column": "age", "method": "custom function 'ours'"}
    metric = {"metric_name": "ValueDrift(column=age)", "config": {**config, "threshold": 0.1}, "value": 0.7}
    found, _ = read_file("evidently", {"metrics": [metric]}, NOON)
    assert [told(each) for each in found.values] == [("drift", 0.7, None, "custom function 'ours'", None)]
    assert "nobody knows on which side" in found.unread[0]


def test_dvclive() -> None:
    found, values = read("dvc", "dvclive")
    assert {name: each.value for name, each in values.items()} == {"accuracy": 0.91, "train/loss": 0.25, "step": 0}
    assert {each.method for each in values.values()} == {"metric"} and failing(values) == set()
    assert found.unread == ["val/loss: nan is no finite number"]


def test_what_dvc_shows() -> None:
    shown = {"": {"data": {"metrics.json": {"data": {"auc": 0.8}}, "gone.json": {"error": {"type": "FileNotFound"}}}}}
    found, _ = read_file("dvc", shown, NOON)
    assert [(each.name, each.value) for each in found.values] == [("metrics.json/auc", 0.8)]
    assert found.unread and found.unread[0].startswith("gone.json:")


def test_great_expectations() -> None:
    found, values = read("great_expectations")
    # One of 400 amounts is missing, and one of the other 399 is negative.
    assert told(values["amount values_to_not_be_null"]) == ("quality", 0.9975, 400, "share as expected", 1.0)
    assert told(values["amount values_to_be_between"]) == (
        "quality",
        round(398 / 399, 6),
        399,
        "share as expected",
        0.99,
    )
    assert told(values["state values_to_be_in_set"]) == ("quality", 1.0, 400, "share as expected", 1.0)
    assert told(values["table table_row_count_to_be_between"])[:2] == ("quality", 0.0)
    assert told(values["age mean_to_be_between"])[:2] == ("quality", 1.0)
    # A column that is not there has an empty result.
    assert told(values["dose values_to_not_be_null"]) == ("quality", 0.0, None, "could not be evaluated", 1.0)
    assert not found.unread
    assert failing(values) == {
        each["expectation_config"]["kwargs"].get("column", "table")
        + " "
        + each["expectation_config"]["type"].removeprefix("expect_").removeprefix("column_")
        for each in document("great_expectations")["results"]
        if not each["success"]
    }


def test_pandera() -> None:
    found, values = read("pandera")
    assert {name: each.value for name, each in values.items()} == {
        "refills schema": 0,
        "refills: dose column_in_dataframe": 0,
        "refills: state dtype('int64')": 0,
        "refills: amount less_than_or_equal_to(100)": 0,
    }
    assert failing(values) == set(values) and not found.unread


def test_pandera_bare_and_without_errors() -> None:
    wrapped = document("pandera")
    bare, begins = read_file("pandera", wrapped["errors"], NOON)
    assert (begins, len(bare.values)) == ("refills: ", 4)
    clean, begins = read_file("pandera", {"schema": "refills", "errors": None}, NOON)
    assert [(each.name, each.value) for each in clean.values] == [("refills schema", 1)]
    assert begins == "refills: "


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_a_document_of_another_library_is_refused(kind: str, other: str) -> None:
    if kind != other:
        with pytest.raises(FileRefused):
            read_file(kind, document(other), NOON)

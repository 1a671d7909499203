"""What a real server answers of a project with every control and odd annotations.

Recorded from the version that it names, by `python -m tests.servers.label_studio_odd`; the live server is compared with
the same expectations in tests/projects/services/test_pull_label_studio.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from projects.connectors.label_studio.labels import NOTHING, deciding
from projects.connectors.label_studio.parse import Reading, parse_counts, parse_tasks
from projects.connectors.labeling_records import LabelTaskRecord
from tests.projects.little_label_studio import FIRST
from tests.servers.label_studio import VERSION
from tests.servers.label_studio_odd import ANNOTATIONS

RECORDED = json.loads((Path(__file__).parent / "recorded" / "label_studio_odd.json").read_text())
(SETTINGS,) = RECORDED["projects"]["results"]
LABELS = {
    "": "ham + spam",
    "class": "ham + spam",
    "topic": "Animal / Cat + Plant",
    "better": "left",
    "spans": "LOC + PER",
    "boxes": "Cat + Dog",
    "day": "2026-11-23",
    "amount": "2.5",
    "stars": "4",
    "why": "Again. + It is raining.",
}
"""The label of the first annotation, by the control that is read."""

ODD: list[tuple[str | None, ...]] = [
    ("ham + spam",), (NOTHING,), (None,), (None,), ("spam",), (), (NOTHING,), ("x\ufffdy",), ("not offered",),
    ("spam",), (NOTHING,), (), (),
]  # fmt: skip
"""The labels of each task's annotations."""


def read(answers: dict[str, Any], control: str = "", **keys: str) -> tuple[list[LabelTaskRecord], list[str]]:
    """Return the tasks of recorded answers, and why others were left out."""
    (settings,) = answers["projects"]["results"]
    found = deciding(settings["parsed_label_config"], control)
    reading = Reading(str(settings["id"]), "http://studio.example/", found, **keys)
    records, rejected = parse_tasks(answers["tasks"]["tasks"], reading)
    return records, [each.reason for each in rejected]


def labels_of(records: list[LabelTaskRecord]) -> list[tuple[str | None, ...]]:
    """Return the labels of each task's annotations."""
    return [tuple(each.label for each in task.annotations) for task in records]


def test_it_was_recorded_from_the_version_that_the_tests_start() -> None:
    assert RECORDED["version"] == VERSION
    assert len(RECORDED["tasks"]["tasks"]) == len(ANNOTATIONS) + 2


@pytest.mark.parametrize("control", LABELS)
def test_every_control_gives_one_label(control: str) -> None:
    records, _ = read(RECORDED, control)
    assert records[0].annotations[0].label == LABELS[control]


def test_odd_annotations_are_read_or_left_out_in_words() -> None:
    records, rejected = read(RECORDED)
    assert labels_of(records) == ODD
    (number,) = [each["annotations"][0]["id"] for each in RECORDED["tasks"]["tasks"][5:6]]
    assert rejected == [f"Its annotation {number} was left out: the control 'gone' is unknown to its project."]
    assert [each.gold for each in records] == [None] * 4 + ["spam"] + [None] * 8
    lead_times = [each.annotations[0].lead_time for each in records[:5]] + [records[8].annotations[0].lead_time]
    assert lead_times == [12.345, None, None, None, None, None]
    assert [each.predictions for each in records] == [0] * 12 + [1]


def test_a_batch_stands_in_the_data() -> None:
    records, _ = read(RECORDED, batch_key="batch")
    assert [each.batch for each in records][:3] == ["b0", "b1", "b0"]
    assert {each.batch for each in read(RECORDED)[0]} == {""}


def test_a_dataset_version_stands_in_the_data() -> None:
    records, _ = read(RECORDED, dataset_key="batch")
    assert [(each.dataset, each.batch) for each in records][:2] == [("b0", "b0"), ("b1", "b1")]
    both, _ = read(RECORDED, batch_key="text", dataset_key="batch")
    assert [each.dataset for each in both][:2] == ["b0", "b1"] and both[0].batch != "b0"
    assert {each.dataset for each in read(RECORDED, dataset_key="absent")[0]} == {""}


def test_the_counts_are_those_of_the_answer() -> None:
    (counts,) = RECORDED["counts"]["results"]
    record = parse_counts(counts, SETTINGS["title"], SETTINGS["maximum_annotations"], "http://s.example/", FIRST)
    assert (record.name, record.total, record.overlap, record.predictions) == ("Odd", 13, 1, 1)
    # The tool counts neither skipped annotations nor ground truth among tasks with annotations.
    assert (record.labeled, record.finished, record.annotations, record.skipped, record.ground_truth) == (8, 9, 9, 2, 1)

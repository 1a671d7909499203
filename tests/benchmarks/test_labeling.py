"""The benchmark of labeling: what it promises at any size holds."""

from __future__ import annotations

from benchmarks.labeling import made_up, measure
from benchmarks.sizes import SIZES


def test_what_is_promised_holds_at_any_size() -> None:
    rows = {row.what: row for row in measure(SIZES["tiny"])}
    assert len(rows) == 3
    assert rows["changes that count otherwise"].ratio == 0
    assert rows["20 of 5,000 annotations change"].measured.endswith(" ms")


def test_ten_of_twelve_annotators_label_each_task() -> None:
    made = made_up(50)
    assert len(made) == 500
    assert len({(each.task, each.annotator) for each in made}) == 500
    assert len({each.annotator for each in made}) == 12

"""The benchmark of labeling: what it promises at any size holds, and what it finds is what the series say."""

from __future__ import annotations

from benchmarks.labeling import made_up, measure
from benchmarks.sizes import SIZES


def test_what_is_promised_holds_at_any_size() -> None:
    rows = {row.what: row for row in measure(SIZES["tiny"])}
    assert len(rows) == 9
    assert rows["changes that count otherwise"].ratio == 0
    assert rows["20 of 5,000 annotations change"].measured.endswith(" ms")
    covered = {what: row.met for what, row in rows.items() if what.startswith("P85")}
    assert covered == {
        f"P85 coverage, {weeks} weeks of history, {end}": None if weeks == 6 else True
        for weeks in (6, 12, 26)
        for end in ("lowest", "highest")
    }


def test_ten_of_twelve_annotators_label_each_task() -> None:
    made = made_up(50)
    assert len(made) == 500
    assert len({(each.task, each.annotator) for each in made}) == 500
    assert len({each.annotator for each in made}) == 12

"""What counts of a sample that was labeled again, and in which order it is."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.labeling.audit_cells import AuditCell, Relabeled, cells_of, counted_cells, numbered
from projects.progress.labeling.audit_sample import sample_by_sizes

Rows = list[tuple[str, str, str | None]]


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        ([], (0, 0)),
        ([("", "a", "a"), ("", "a", "b"), ("", "a", "")], (3, 2)),
        ([("", "a", "b"), ("", "a", None), ("", "a", "b")], (1, 1)),
        ([("", "a", None), ("", "a", "b")], (0, 0)),
        ([("x", "a", None), ("", "a", "b")], (1, 1)),
    ],
)
def test_relabels_count_up_to_the_first_gap(rows: Rows, counted: tuple[int, int]) -> None:
    cells = counted_cells([AuditCell("", "a", 9), AuditCell("x", "a", 9)], [Relabeled(*each) for each in rows])
    assert (sum(each.n for each in cells), sum(each.errors for each in cells)) == counted


def test_cells_count_labels_by_stratum_and_class() -> None:
    assert cells_of([("", "b"), ("", "a"), ("", "b")]) == (AuditCell("", "a", 1), AuditCell("", "b", 2))


@given(st.dictionaries(st.text(max_size=4), st.sampled_from("abc")), st.integers(0, 9))
def test_every_beginning_of_the_order_has_seen_the_strata_in_proportion(tasks: dict[str, str], n: int) -> None:
    sample = sample_by_sizes(tasks, dict.fromkeys("abc", n), "seven")
    order = numbered(sample)
    assert sorted(order, key=repr) == sorted(sample.tasks, key=repr)
    sizes = {each.name: each.n for each in sample.strata}
    for name in "abc":
        mine = [each for each in order if each.stratum == name]
        assert mine == [each for each in sample.tasks if each.stratum == name], "within a stratum as drawn"
    seen: Counter[str] = Counter()
    for place, each in enumerate(order, 1):
        seen[each.stratum] += 1
        assert abs(seen[each.stratum] - sizes[each.stratum] * place / len(order)) <= 1.5

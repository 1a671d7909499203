"""Quotas against golden/04_labeling.json (constructed by hand): a surplus hides no deficit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.labeling.quotas import Quota, quota_progress
from tests.kpis.scoring.golden import golden

CASE = golden("04_labeling")["quota"]
COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 200))


def test_as_recorded() -> None:
    found = quota_progress(CASE["quota"], CASE["have"])
    assert {each.name: each.missing for each in found.quotas} == CASE["remaining"]
    assert found.missing == CASE["remaining_total"]
    assert found.progress == pytest.approx(CASE["progress_capped"], abs=1e-15)
    assert found.progress != pytest.approx(CASE["progress_uncapped_wrong"], abs=0.01)
    assert [each.name for each in found.unmet] == ["b", "c"]


@given(COUNTS, COUNTS, st.sampled_from("abcdef"), st.integers(1, 100))
def test_more_labels_never_take_progress_away(
    wanted: dict[str, int], have: dict[str, int], name: str, more: int
) -> None:
    before, after = quota_progress(wanted, have), quota_progress(wanted, have | {name: have.get(name, 0) + more})
    assert (before.progress is None) == (sum(wanted.values()) == 0)
    if before.progress is not None and after.progress is not None:
        assert 0 <= before.progress <= after.progress <= 1
        assert (after.progress == 1) == (after.missing == 0)
        met = have.get(name, 0) >= wanted.get(name, 0)
        assert (after.progress == before.progress) == met


def test_a_class_that_nobody_asked_for_counts_for_nothing() -> None:
    assert quota_progress({"a": 10}, {"b": 500}).progress == 0
    assert quota_progress({}, {"b": 500}).progress is None
    assert quota_progress({"a": 0}, {}).progress is None


def test_labels_are_not_negative() -> None:
    with pytest.raises(ValueError, match="from 0"):
        Quota("a", -1, 0)
    with pytest.raises(ValueError, match="from 0"):
        quota_progress({"a": 1}, {"a": -1})

"""How labels stand, worked out by hand: streams put together, what is left, and what nobody can say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpis.scoring.labeling.answer import summary_answer
from kpis.scoring.labeling.summary import NO_LABELS, NO_TOTAL, SHORT, LabelingFacts, Wanted, summary_of
from projects.progress.evaluations.confusion import confusion_of
from projects.progress.labeling.burnup import Snapshot
from projects.progress.labeling.counts import LabelingCounts
from projects.progress.labeling.patterns import patterns_of
from projects.progress.labeling.streams import Stream, merged_burnup, merged_counts

MONDAY = date(2026, 3, 2)


def days(*counts: tuple[int, int]) -> list[Snapshot]:
    """Return snapshots of days in a row from the Monday, each (total, labeled)."""
    return [Snapshot(MONDAY + timedelta(days=place), *each) for place, each in enumerate(counts)]


def steady(weeks: int, a_day: int, total: int) -> Stream:
    """Return snapshots of so many weeks in which every day brought the same."""
    snapshots = days(*((total, a_day * place) for place in range(7 * weeks + 1)))
    return Stream(LabelingCounts(total, snapshots[-1].labeled, per_class={"a": snapshots[-1].labeled}), None, snapshots)


def test_nothing_is_known() -> None:
    found = summary_of(LabelingFacts(MONDAY))
    assert (found.counts, found.forecast, found.reason, found.agreement) == (None, None, NO_LABELS, None)
    answer = summary_answer(found)
    assert (answer["total"], answer["labeled"], answer["rate_per_week"]) == (0, 0, None)
    assert (answer["audit"], answer["ceiling"]) == (None, None)
    assert any("looked at again" in each for each in answer["words"])


def test_a_steady_output_ends_on_a_sure_day() -> None:
    # 12 weeks at 10 a day are 840; 60 are left, so six more days from the day after the last one.
    last = MONDAY + timedelta(days=84)
    found = summary_of(LabelingFacts(last, (steady(12, 10, 900),)))
    assert found.rate_per_week == 70
    assert found.weekdays == (10,) * 7
    assert found.forecast is not None
    assert found.forecast.whole.p50 == found.forecast.whole.p85 == last + timedelta(days=6)
    assert SHORT not in found.words
    assert SHORT in summary_of(LabelingFacts(last, (steady(4, 10, 900),))).words


def test_a_quota_of_an_unseen_class_has_no_date() -> None:
    last = MONDAY + timedelta(days=84)
    found = summary_of(LabelingFacts(last, (steady(12, 10, 900),), quotas={"b": Wanted(5)}))
    assert found.forecast is None
    assert found.reason == "no credible date: a class was not seen yet"
    assert found.quotas.missing == 5


def test_what_comes_too_late_is_told_by_its_own_day() -> None:
    last = MONDAY + timedelta(days=84)
    quotas = {"a": Wanted(900, last + timedelta(days=2)), "c": Wanted(0)}
    facts = LabelingFacts(last, (steady(12, 10, 900),), quotas=quotas, target_date=last + timedelta(days=30))
    (late,) = summary_of(facts).shortfalls
    assert (late.part, late.target) == ("a", last + timedelta(days=2))
    assert "the quota of class a is reached after" in late.says


def test_annotations_without_a_total() -> None:
    kept = LabelingCounts(20, 20, None, 0, {"a": 20})
    stream = Stream(None, kept, (), {MONDAY: 20})
    found = summary_of(LabelingFacts(MONDAY, (stream,)))
    assert (found.forecast, found.reason) == (None, NO_TOTAL)
    assert found.counts == kept
    wanted = summary_of(LabelingFacts(MONDAY, (stream,), quotas={"a": Wanted(40)}))
    assert wanted.forecast is not None and wanted.forecast.whole.p85 == MONDAY + timedelta(days=7)


def test_agreement_and_the_kappa_of_two() -> None:
    patterns = patterns_of([(("a", 2),)] * 3)
    pair = confusion_of("aaa", "aaa")
    found = summary_of(LabelingFacts(MONDAY, patterns=patterns, pairs={("1", "2"): pair}))
    answer = summary_answer(found)["agreement"]
    assert (answer["tasks"], answer["disputed"], answer["percent"]["value"]) == (3, 0, 1.0)
    assert answer["alpha"] == {"value": None, "low": None, "high": None, "undefined": "undefined (no variation)"}
    assert answer["cohen"]["undefined"] == "undefined (no variation)"
    several = {("1", "2"): pair, ("1", "3"): pair}
    assert summary_of(LabelingFacts(MONDAY, patterns=patterns, pairs=several)).cohen is None


@pytest.mark.parametrize(
    ("said", "kept", "expected"),
    [
        (LabelingCounts(9, 4, 1, 2), None, LabelingCounts(9, 4, 1, 2)),
        (LabelingCounts(9, 0), LabelingCounts(5, 3, None, 1, {"a": 3}), LabelingCounts(9, 3, None, 1, {"a": 3})),
        (LabelingCounts(9, 8, None, None, {"a": 8}), LabelingCounts(2, 2), LabelingCounts(9, 8, None, None, {"a": 8})),
        (LabelingCounts(9, 8, 1, 1), LabelingCounts(2, 2, 2, 0, {"b": 2}), LabelingCounts(9, 8, 2, 1, {"b": 2})),
    ],
)  # fmt: skip
def test_what_is_told_twice_counts_once(
    said: LabelingCounts | None, kept: LabelingCounts | None, expected: LabelingCounts
) -> None:
    assert Stream(said, kept).counts == expected


def test_annotations_are_the_history_where_they_account_for_the_labels() -> None:
    output = {MONDAY - timedelta(days=10): 5, MONDAY: 4}
    said = LabelingCounts(30, 10)
    told = Stream(said, LabelingCounts(9, 9, None, 0), days((20, 10), (30, 10)), output)
    found = merged_burnup([told])
    assert sum(each.output for each in found.days) == 9
    assert found.points[0] == Snapshot(MONDAY - timedelta(days=11), 20, 0)
    assert [each.added for each in found.scope_changes] == [10]
    fewer = Stream(said, LabelingCounts(8, 8, None, 0), days((20, 10), (30, 10)), {MONDAY: 8})
    assert sum(each.output for each in merged_burnup([fewer]).days) == 0


def test_a_second_source_is_a_change_of_scope() -> None:
    one = Stream(LabelingCounts(10, 4), None, days((10, 2), (10, 3), (10, 4)))
    two = Stream(
        LabelingCounts(50, 6), None, [Snapshot(MONDAY + timedelta(days=1), 50, 5)], {}, MONDAY + timedelta(days=4)
    )
    found = merged_burnup([one, two])
    assert [(each.total, each.labeled) for each in found.points] == [(10, 2), (60, 8), (60, 9), (60, 9), (60, 9)]
    assert [(each.output, each.added) for each in found.days] == [(1, 50), (1, 0), (0, 0), (0, 0)]
    assert merged_counts([one, two]) == LabelingCounts(60, 10)
    assert merged_counts([]) is None

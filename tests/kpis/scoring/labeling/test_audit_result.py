"""What an audit says, against figures worked out by hand and the bounds of the samples that it is made of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kpis.scoring.labeling.audit_answer import audit_answer
from kpis.scoring.labeling.audit_result import AuditResult, bounds_to_choose, clean_bound, clean_needed, measured
from kpis.scoring.labeling.ceiling import ceiling_of
from kpis.scoring.labeling.ceiling_caution import ceiling_caution
from kpis.scoring.labeling.label_error import Audited, random_error, stratified_error
from kpis.scoring.targets import Comparator, Target
from projects.progress.labeling.audit_cells import AuditCell

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def result(*cells: tuple[str, str, int, int, int], drawn: int = 0, relabeled: int = 0) -> AuditResult:
    """Return the result of cells, each (stratum, class, size, n, errors); all that was drawn counts unless said."""
    n = sum(each[3] for each in cells)
    again = relabeled or n
    about = AuditResult("aud_1", "/x/", NOON, NOON, "9f", "seven", "random", n, drawn or again, again)
    return measured(about, [AuditCell(*each) for each in cells])


def test_a_random_sample_has_exact_bounds_for_all_and_for_each_class() -> None:
    found = result(("", "cat", 900, 120, 6), ("", "dog", 100, 29, 0))
    assert found.whole == random_error(6, 149)
    assert found.classes == {"cat": random_error(6, 120), "dog": random_error(0, 29)}
    assert (found.population, found.n, found.reason) == (1000, 149, "")
    assert found.whole is not None and found.ceiling == ceiling_of(found.whole)
    assert found.ceiling is not None and round(found.ceiling.value, 4) == 0.9597


def test_149_clean_labels_show_two_percent() -> None:
    found = result(("", "cat", 5000, 149, 0))
    assert found.whole is not None and found.whole.high < 0.02 == round(found.whole.high, 2)
    assert clean_bound(149) == found.whole.high
    assert clean_needed(0.02) == 149
    assert bounds_to_choose()[:3] == [(29, 0.1), (59, 0.05), (149, 0.02)]


def test_a_sample_by_class_is_weighted() -> None:
    found = result(("cat", "cat", 900, 50, 5), ("dog", "dog", 100, 50, 1))
    expected = stratified_error([Audited("cat", 900, 50, 5), Audited("dog", 100, 50, 1)])
    assert found.whole == expected.whole
    assert found.whole is not None and found.whole.rate == pytest.approx(0.9 * 0.1 + 0.1 * 0.02)
    assert found.classes == {"cat": random_error(5, 50), "dog": random_error(1, 50)}


def test_classes_of_a_sample_by_batch_are_weighted_over_batches() -> None:
    cells = (("b1", "cat", 80, 20, 2), ("b1", "dog", 20, 5, 0), ("b2", "cat", 300, 30, 0), ("b2", "dog", 100, 0, 0))
    found = result(*cells)
    assert found.whole == stratified_error([Audited("b1", 100, 25, 2), Audited("b2", 400, 30, 0)]).whole
    assert found.classes["cat"] == stratified_error([Audited("b1", 80, 20, 2), Audited("b2", 300, 30, 0)]).whole
    assert found.classes["dog"] is None, "the dogs of one batch were not seen"


def test_an_unseen_stratum_leaves_the_whole_unknown() -> None:
    found = result(("a", "a", 10, 5, 0), ("b", "b", 10, 0, 0), drawn=8)
    assert (found.whole, found.ceiling) == (None, None)
    assert "No label of b was looked at again" in found.reason
    assert "3 of 8 tasks were not labeled again." in found.reason


def test_what_does_not_count_is_said() -> None:
    assert result(("", "a", 90, 5, 0), drawn=9, relabeled=7).reason == (
        "2 of 9 tasks were not labeled again. 2 relabels after a gap in the order of drawing do not count."
    )


def test_the_answer_is_plain() -> None:
    answer = audit_answer(result(("", "a", 90, 5, 1)))
    assert answer is not None
    assert (answer["drawn_at"], answer["error"]["n"]) == ("2026-03-04T12:00:00.000000Z", 5)
    assert answer["ceiling"]["value"] == pytest.approx(0.8)
    assert [each["class"] for each in answer["classes"]] == ["a"]
    assert audit_answer(None) is None


@pytest.mark.parametrize(
    ("metric", "comparator", "value", "where", "words"),
    [
        ("accuracy", ">=", 0.999, "", "No model can be measured above"),
        ("accuracy", "between", 0.999, "", "No model can be measured above"),
        ("accuracy", ">", 0.96, "", "A perfect model would be measured at about 0.95 "),
        ("accuracy", ">=", 0.95, "", ""),
        ("accuracy", "<=", 0.999, "", ""),
        ("accuracy", ">=", 0.999, "region=eu", ""),
        ("coverage", ">=", 0.999, "", ""),
    ],
)
def test_a_target_above_the_ceiling_is_flagged(
    metric: str, comparator: Comparator, value: float, where: str, words: str
) -> None:
    error = random_error(10, 200)
    assert error is not None
    said = ceiling_caution(Target("t", metric, comparator, value, slice=where), ceiling_of(error))
    assert said.startswith(words) and bool(said) is bool(words)


def test_without_a_ceiling_nothing_is_flagged() -> None:
    assert ceiling_caution(Target("t", "accuracy", ">=", 0.999), None) == ""

"""The ceiling under wrong labels: golden/04_labeling.json for the bounds, the rest by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.labeling.ceiling import Ceiling, ceiling_of, more_labels
from kpis.scoring.labeling.label_error import Audited, LabelError, random_error, stratified_error
from kpis.scoring.proportions import decide, n_to_meet
from tests.kpis.scoring.golden import golden

CASES = {(case["errors"], case["n"]): case for case in golden("04_labeling")["audit"]}


def error(errors: int, n: int) -> LabelError:
    found = random_error(errors, n)
    assert found is not None
    return found


def ceiling(errors: int, n: int) -> Ceiling:
    return ceiling_of(error(errors, n))


def test_the_bounds_are_those_of_the_error() -> None:
    found = ceiling(10, 200)
    assert found.value == 0.95
    assert found.low == pytest.approx(1 - CASES[10, 200]["upper_one_sided95"], abs=1e-12)
    assert found.high == 1 - found.error.low


@pytest.mark.parametrize(
    ("errors", "n", "target", "answer"),
    [
        (0, 149, 0.98, "met"),
        (0, 149, 0.985, "undecided"),
        (10, 200, 0.90, "met"),
        (10, 200, 0.95, "undecided"),
        (10, 200, 0.99, "missed"),
        (200, 200, 0.5, "missed"),
    ],
)
def test_a_target_above_the_ceiling(errors: int, n: int, target: float, answer: str) -> None:
    assert ceiling(errors, n).reaches(target) == answer


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_it_is_the_decision_on_the_share_of_right_labels(counts: tuple[int, int], target: float) -> None:
    errors, n = counts
    found = ceiling(errors, n)
    if min(abs(found.low - target), abs(found.high - target)) > 1e-9:
        assert found.reaches(target) == decide((n - errors) / n, n, target)


def test_how_many_more_labels_settle_it() -> None:
    assert ceiling(0, 60).n_more(0.98) == 149 - 60
    assert ceiling(0, 149).n_more(0.98) == 0
    assert ceiling(10, 200).n_more(0.96) is None
    more = ceiling(2, 100).n_more(0.95)
    assert more is not None
    assert ceiling(2, 100).reaches(0.95) == "undecided"
    times = -(-(100 + more) // 100)
    assert ceiling(2 * times, 100 * times).reaches(0.95) == "met"


def test_strata_go_on_in_the_same_proportions() -> None:
    found = stratified_error([Audited("a", 9000, 50, 1), Audited("b", 1000, 50, 3)]).whole
    assert found is not None
    assert found.effective < found.n
    more, plain = more_labels(found, 0.05), n_to_meet(1 - found.rate, 0.95)
    assert more is not None
    assert plain is not None
    assert more > plain - 100 > 0
    assert more_labels(found, 0.0) is None
    assert more_labels(found, 1.0) == 1

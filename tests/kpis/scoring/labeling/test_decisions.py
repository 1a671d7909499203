"""Decisions on labels: by golden/04_labeling.json's bounds, by hand, and by simulation where the bootstrap is blind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.labeling.decisions import alpha_bounds, judge_agreement, judge_error, judge_quotas
from kpis.scoring.labeling.label_error import LabelError, random_error
from projects.progress.labeling.agreement import Agreement, agreement
from projects.progress.labeling.coefficients import Bootstrap
from projects.progress.labeling.patterns import Patterns, pattern_of, patterns_of
from projects.progress.labeling.quotas import quota_progress
from tests.kpis.scoring.golden import golden

GOLDEN = golden("04_labeling")
QUOTA = GOLDEN["quota"]
FEW = Bootstrap(resamples=200)


def error(errors: int, n: int) -> LabelError:
    found = random_error(errors, n)
    assert found is not None
    return found


def agreed(*tasks: tuple[str, int], bootstrap: Bootstrap = FEW) -> Agreement:
    return agreement(patterns_of(pattern_of(labels) for labels, n in tasks for _ in range(n)), bootstrap)


def test_quotas_count_right_labels() -> None:
    progress = quota_progress(QUOTA["quota"], QUOTA["have"])
    found = judge_quotas(progress, {"a": error(0, 60), "b": error(0, 60)})
    # a: 130 labels, at most 4.87 % of them wrong (golden), so at least 123 right ones; b and c lack labels as they are.
    assert found.classes["a"].decision == "met"
    assert found.classes["a"].low == pytest.approx(130 * (1 - GOLDEN["audit"][0]["upper_one_sided95"]), abs=1e-9)
    assert [found.classes[name].decision for name in "bc"] == ["missed", "missed"]
    assert (found.decision, found.open) == ("missed", ("b", "c"))
    # 100 right labels of b need 106 at 4.87 % wrong: 26 more than 80. Nobody audited c: five more.
    assert (found.classes["b"].n_more, found.classes["c"].n_more) == (26, 5)


def test_a_count_alone_proves_no_quota() -> None:
    found = judge_quotas(quota_progress({"a": 100}, {"a": 130}), {})
    assert (found.decision, found.open) == ("undecided", ("a",))
    assert found.classes["a"].reason == "no label of this class was looked at again"
    assert judge_quotas(quota_progress({"a": 100}, {"a": 130}), {"a": None}).decision == "undecided"


@pytest.mark.parametrize(
    ("have", "audit", "answer"),
    [(130, (0, 60), "met"), (104, (0, 60), "undecided"), (104, (0, 149), "met"), (130, (30, 60), "missed")],
)
def test_a_quota_at_confidence(have: int, audit: tuple[int, int], answer: str) -> None:
    found = judge_quotas(quota_progress({"a": 100}, {"a": have}), {"a": error(*audit)})
    assert found.decision == answer
    more = found.classes["a"].n_more
    assert more is not None
    assert (more == 0) == (answer == "met")
    then = judge_quotas(quota_progress({"a": 100}, {"a": have + more}), {"a": error(*audit)})
    assert then.decision == "met"


def test_hardly_anything_known_to_be_right() -> None:
    found = judge_quotas(quota_progress({"a": 10}, {"a": 20}), {"a": error(5, 5)})
    assert (found.decision, found.classes["a"].n_more) == ("missed", None)


def test_no_quota_is_no_answer() -> None:
    assert judge_quotas(quota_progress({}, {"a": 5}), {}).decision is None
    assert judge_quotas(quota_progress({"a": 0}, {}), {}).decision == "met"


@pytest.mark.parametrize(
    ("errors", "n", "limit", "answer", "more"),
    [
        (0, 149, 0.02, "met", 0),
        (0, 148, 0.02, "undecided", 1),
        (0, 60, 0.02, "undecided", 89),
        (10, 200, 0.02, "missed", None),
        (3, 200, 0.01, "undecided", None),
        (200, 200, 0.5, "missed", None),
    ],
)
def test_label_error_at_its_bound(errors: int, n: int, limit: float, answer: str, more: int | None) -> None:
    found = judge_error(error(errors, n), limit)
    assert (found.decision, found.n_more) == (answer, more)
    assert found.value == errors / n


def test_without_an_audit_there_is_no_answer() -> None:
    found = judge_error(None, 0.02)
    assert (found.decision, found.value, found.reason) == (None, None, "no label was looked at again")


@pytest.mark.parametrize(
    ("target", "answer"), [(0.5, "met"), (0.65, "undecided"), (0.75, "undecided"), (0.95, "missed")]
)
def test_agreement_at_its_bound(target: float, answer: str) -> None:
    found = judge_agreement(agreed(("aa", 90), ("bb", 80), ("ab", 30)), target)
    assert found.decision == answer
    assert found.value is not None and found.low is not None and found.high is not None
    assert found.low < found.value < found.high
    assert (found.n_more is None) == (found.value <= target)
    assert (found.n_more == 0) == (answer == "met")


def test_more_tasks_settle_it_at_the_same_rates() -> None:
    found = judge_agreement(agreed(("aa", 90), ("bb", 80), ("ab", 30)), 0.65)
    assert (found.decision, (found.n_more or 0) > 0) == ("undecided", True)
    times = -(-(200 + (found.n_more or 0)) // 200)
    more = agreed(("aa", 90 * times), ("bb", 80 * times), ("ab", 30 * times))
    assert judge_agreement(more, 0.65).decision == "met"


def test_few_unanimous_tasks_prove_nothing() -> None:
    # The bootstrap alone is sure of 1 here.
    few = agreed(("aa", 3), ("bb", 3))
    assert few.alpha.bounds is not None
    assert few.alpha.bounds.low == 1
    found = judge_agreement(few, 0.8)
    assert (found.decision, found.value) == ("undecided", 1.0)
    # By hand: at most 1 − 0.05^(1/6) of tasks are disputed, and chance would dispute 6/11 of labels.
    assert found.low == pytest.approx(1 - (1 - 0.05 ** (1 / 6)) / (6 / 11), abs=1e-9)
    assert judge_agreement(agreed(("aa", 60), ("bb", 60)), 0.8).decision == "met"


def test_few_disputed_tasks_prove_no_miss_either() -> None:
    # Every task has the same disagreement, 2/3, so the bootstrap hardly moves. By hand: 18 labels of each class in 36,
    # chance 2 · 18 · 18 / (36 · 35); at least 0.05^(1/12) of tasks are disputed.
    found = agreed(("aab", 6), ("abb", 6))
    assert found.alpha.bounds is not None
    assert found.alpha.bounds.high < -0.25
    bounds = alpha_bounds(found)
    assert bounds is not None
    assert bounds.high == pytest.approx(1 - 0.05 ** (1 / 12) * (2 / 3) / (18 / 35), abs=1e-9)


def test_a_least_number_of_tasks() -> None:
    found = judge_agreement(agreed(("aa", 60), ("bb", 60)), 0.8, least_tasks=150)
    assert (found.decision, found.n_more) == ("undecided", 30)


def test_no_variation_is_no_answer() -> None:
    found = judge_agreement(agreed(("aa", 100)), 0.8)
    assert (found.decision, found.reason) == (None, "undefined (no variation)")
    assert judge_agreement(agreed(("a", 100)), 0.8).reason == "undefined (no task has two labels)"
    hardly = judge_agreement(agreed(("aa", 2), ("ab", 1)), 0.8)
    assert (hardly.decision, hardly.reason) == (None, "too few tasks for an interval")


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.floats(0.1, 0.99))
def test_bounds_are_no_narrower_than_the_bootstrap_s(a: int, b: int, ab: int, target: float) -> None:
    found = agreed(("aa", a), ("bb", b), ("ab", ab), bootstrap=Bootstrap(resamples=40))
    bounds, alone = alpha_bounds(found), found.alpha.bounds
    assert (bounds is None) == (alone is None or found.alpha.value is None)
    if bounds is not None and alone is not None and found.alpha.value is not None:
        assert bounds.low <= min(alone.low, found.alpha.value) + 1e-12
        assert bounds.high >= max(alone.high, found.alpha.value) - 1e-12
        stricter = judge_agreement(found, min(1.0, target + 0.05)).decision
        if judge_agreement(found, target).decision != "met":
            assert stricter != "met"


def drawn(chance: np.random.Generator, tasks: int, right: float) -> Patterns:
    """Draw tasks with two annotators and two classes, each annotator right with a probability or guessing."""
    truth, guess = chance.integers(2, size=tasks), chance.integers(2, size=(tasks, 2))
    given_ = np.where(chance.random((tasks, 2)) < right, truth[:, None], guess)
    return patterns_of(pattern_of(map(str, row)) for row in given_.tolist())


@pytest.mark.slow
@pytest.mark.parametrize("right", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("tasks", [10, 30, 100, 300])
def test_the_lower_bound_keeps_its_word(tasks: int, right: float) -> None:
    # Two labels of a task agree beyond chance where both are right: alpha is right².
    chance, rounds, kept, alone = np.random.default_rng(tasks), 400, 0, 0
    for _ in range(rounds):
        found = agreement(drawn(chance, tasks, right), Bootstrap(resamples=200))
        bounds = alpha_bounds(found)
        kept += bounds is None or bounds.low <= right**2
        alone += found.alpha.bounds is None or found.alpha.bounds.low <= right**2
    print(f"{tasks} tasks, alpha {right**2:.2f}: {kept / rounds:.3f}, the bootstrap alone {alone / rounds:.3f}")
    assert kept / rounds >= 0.93
    if tasks == 10 and right == 0.99:
        assert alone / rounds < 0.5

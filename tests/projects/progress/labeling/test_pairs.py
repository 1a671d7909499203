"""Cohen's kappa against golden/04_agreement.json (published; R psych 2.2.9) and scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given
from sklearn.metrics import cohen_kappa_score

from projects.progress.evaluations.confusion import Confusion, confusion_from, confusion_of
from projects.progress.labeling.coefficients import Bootstrap
from projects.progress.labeling.pairs import cohen, moved_tables, pair_moves, pair_tables
from tests.projects.progress.labeling.ratings import GOLDEN, TASKS, Tasks, named, simulated

CASES = GOLDEN["cohen"]
FEW = Bootstrap(resamples=20)


def table_of(case: dict[str, Any]) -> Confusion:
    return confusion_from({(str(i), str(j)): n for i, row in enumerate(case["table"]) for j, n in enumerate(row)})


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["table"]))
def test_as_published(case: dict[str, Any]) -> None:
    found = cohen(table_of(case), FEW).value
    assert found == pytest.approx(case["statsmodels"], abs=1e-12)
    assert found is not None
    assert round(found, 4) == case["published"]


def test_the_interval_by_r() -> None:
    # R psych::cohen.kappa 2.2.9: 0.15 to 0.65, from the asymptotic variance; the bootstrap agrees to about 0.02.
    assert "(95% 0.15..0.65)" in CASES[0]["source"]
    found = cohen(confusion_of(map(str, CASES[0]["rater1"]), map(str, CASES[0]["rater2"])), Bootstrap(resamples=4000))
    assert found.value == pytest.approx(0.4)
    assert found.interval is not None
    assert [found.interval.low, found.interval.high] == pytest.approx([0.15, 0.65], abs=0.02)


@given(TASKS)
def test_equals_scikit_learn(tasks: Tasks) -> None:
    for (one, two), table in pair_tables(named(tasks)).items():
        common = [(task[one], task[two]) for task in tasks if one in task and two in task]
        assert table == confusion_of(*zip(*common))
        found = cohen(table, FEW)
        if found.value is None:
            assert found.words == "undefined (no variation)"
            assert len(table.classes) == 1
        else:
            assert found.value == pytest.approx(cohen_kappa_score(*zip(*common)), abs=1e-12)


def test_edges() -> None:
    # golden/04_agreement.json, edge cases: NaN for one class, 0 for one against another, 1 for perfect.
    edges = GOLDEN["edge_cases"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert edges["cohen identical one class"] == str(cohen_kappa_score([0, 0], [0, 0]))
    assert cohen(confusion_of("aa", "aa")).undefined == "no_variation"
    assert cohen(confusion_of("aa", "bb")).value == float(edges["cohen one class vs other"])
    assert cohen(confusion_of("ab", "ab")).value == float(edges["cohen perfect two class"])
    assert cohen(Confusion()).words == "undefined (no task has two labels)"


@given(TASKS, TASKS)
def test_a_change_equals_counting_all_again(old: Tasks, new: Tasks) -> None:
    rest = {"other": {"ann": "a", "bob": "b", "cem": "b"}, "alone": {"ann": "a"}}
    change = pair_moves(named(old), named(new))
    assert moved_tables(pair_tables(named(old) | rest), change) == pair_tables(named(new) | rest)


def test_tables_of_others_are_not_touched() -> None:
    tables = pair_tables(named(simulated(50, 4, 0.8, seed=1)))
    change = pair_moves({}, {"new": {"annotator 00": "a", "annotator 01": "b"}})
    after = moved_tables(tables, change)
    assert list(after) == list(tables)
    assert [pair for pair in tables if after[pair] is not tables[pair]] == [("annotator 00", "annotator 01")]


def test_no_more_tasks_leave_than_there_are() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        moved_tables({}, {(("ann", "bob"), ("a", "b")): -1})

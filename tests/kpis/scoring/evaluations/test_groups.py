"""Groups against golden/08_fairness.json: Berkeley's admissions (Bickel et al. 1975), and against plain counting."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from kpis.scoring.evaluations.fairness import fairness
from kpis.scoring.evaluations.groups import GroupCounts, group_counts, groupings
from projects.progress.evaluations.levels import ABSTAINED
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells, tally_rows
from tests.kpis.scoring.golden import FOLDER, golden

UCB = golden("08_fairness")["ucb"]


def admissions() -> Tally:
    """Return the admissions as decisions; whom to admit is not known, so that every label says what was done."""
    cells = []
    with (FOLDER / "08_ucb_admissions.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            admitted = row["Admit"] == "Admitted"
            stratum = Stratum((), (row["Dept"], row["Gender"]), admitted, admitted)
            cells.append(Cell(stratum, 10_000, int(row["Freq"]), 0))
    return tally_cells(cells, (), ("dept", "gender"))


def test_admissions_as_published() -> None:
    found = group_counts(admissions(), 0.5, ["gender"])
    rates = {name.removeprefix("gender="): counts.selection_rate.rate for name, counts in found.items()}
    assert rates == pytest.approx(UCB["overall_rate"], abs=1e-15)


def test_admissions_by_department_are_the_intersection() -> None:
    found = group_counts(admissions(), 0.5)
    rates = {
        name.replace("dept=", "").replace(", gender=", "|"): counts.selection_rate.rate
        for name, counts in found.items()
    }
    assert rates == pytest.approx(UCB["by_dept"], abs=1e-15)


def test_the_whole_hides_what_the_departments_show() -> None:
    whole = fairness(group_counts(admissions(), 0.5, ["gender"])).selection
    assert (whole.highest, whole.lowest) == ("gender=Male", "gender=Female")
    parts = group_counts(admissions(), 0.5)
    women = [
        name
        for name in parts
        if name.endswith("Female")
        and (parts[name].selection_rate.rate or 0) > (parts[name.replace("Female", "Male")].selection_rate.rate or 0)
    ]
    assert [name[:6] for name in women] == ["dept=A", "dept=B", "dept=D", "dept=F"]


ROWS = st.lists(
    st.tuples(st.sampled_from([0.2, 0.8]), st.booleans(), st.booleans(), st.sampled_from("ab")), min_size=1, max_size=60
)


@settings(max_examples=40)
@given(ROWS)
def test_counts_equal_scikit_learn(rows: list[tuple[float, bool, bool, str]]) -> None:
    confidence, label, prediction, group = (list(column) for column in zip(*rows))
    right = [a == b for a, b in zip(label, prediction)]
    tally = tally_rows(confidence, right, None, {"g": group}, label, prediction)
    for name, found in group_counts(tally, 0.5).items():
        mine = np.array([f"g={each}" == name for each in group])
        decided = mine & (np.array(confidence) >= 0.5)
        matrix = np.zeros((2, 2), dtype=int)
        if decided.any():
            matrix = confusion_matrix(np.array(label)[decided], np.array(prediction)[decided], labels=[False, True])
        (true_negative, false_positive), (false_negative, true_positive) = matrix.tolist()
        assert found == GroupCounts(
            int(mine.sum()),
            int(decided.sum()),
            true_positive + true_negative,
            true_positive + false_negative,
            true_negative + false_positive,
            true_positive,
            false_positive,
        )


def test_a_threshold_decides_for_whom() -> None:
    tally = tally_rows([0.9, 0.4, 0.9, 0.9], [1, 1, 0, 1], None, {"sex": ["F", "F", "M", "M"]})
    found = group_counts(tally, 0.5)
    assert (found["sex=F"].coverage.rate, found["sex=M"].coverage.rate) == (0.5, 1.0)
    assert (found["sex=F"].accuracy.rate, found["sex=M"].error_rate.rate) == (1.0, 0.5)
    assert found["sex=F"].selection_rate.rate is None


def test_a_group_without_decided_cases_has_no_accuracy() -> None:
    found = group_counts(tally_rows([0.1], [1], None, {"sex": ["F"]}), 0.5)["sex=F"]
    assert (found.coverage.rate, found.accuracy.rate, found.true_positive_rate.rate) == (0.0, None, None)


def test_abstentions_are_cases_of_their_group() -> None:
    tally = tally_cells(
        [Cell(Stratum((), ("F",)), ABSTAINED, 3, 1), Cell(Stratum((), ("F",)), 9000, 4, 0)], (), ("sex",)
    )
    assert group_counts(tally, 0.0)["sex=F"].coverage.rate == 0.5


def test_who_states_no_group_is_in_none() -> None:
    tally = tally_rows([1, 1, 1], [1, 1, 1], None, {"sex": ["F", None, "M"], "age": ["old", "old", ""]})
    assert list(group_counts(tally, 0.5)) == ["sex=F, age=old"]
    assert group_counts(tally, 0.5, ["age"])["age=old"].n == 2


def test_groupings_are_columns_and_their_intersections() -> None:
    assert groupings(Tally(group_columns=("a", "b", "c"))) == (
        ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c"),
    )  # fmt: skip
    assert groupings(Tally()) == ()


@pytest.mark.parametrize("columns", [None, []])
def test_without_columns_there_are_no_groups(columns: Any) -> None:
    assert group_counts(tally_rows([1], [1]), 0.5, columns) == {}


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="no group column"):
        group_counts(Tally(group_columns=("sex",)), 0.5, ["age"])

"""The fairness audit: rates by group, gaps, the four-fifths rule, and what is hidden, on every surface alike."""

from __future__ import annotations

import csv

import pytest

from kpis.scoring.evaluations.audit import RATES, Audit, Table, audit
from kpis.scoring.evaluations.audit_document import audit_answer, audit_rows
from kpis.scoring.evaluations.audit_words import four_fifths_words, headline, method, multiplicity, shown_rates
from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.inputs import EvaluationFacts
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from tests.kpis.scoring.golden import FOLDER, golden

Row = tuple[str, str, bool | None, bool | None, int]


def counted(*rows: Row, level: int = 9000) -> Tally:
    """Return counts of (age, sex, positive, selected, n)."""
    cells = []
    for age, sex, positive, selected, n in rows:
        right = n if positive == selected else 0
        cells.append(Cell(Stratum((), (age, sex), positive, selected), level, right, n - right))
    return tally_cells(cells, (), ("age", "sex"))


def audited(tally: Tally, threshold: float = 0.5, favourable: str = "yes", **limits: int) -> Audit:
    return audit(EvaluationFacts("evl_1", tally, favourable=favourable), point_at(tally.whole, threshold), **limits)


def table(found: Audit, *columns: str) -> Table:
    return next(each for each in found.tables if each.columns == columns)


def admissions() -> Tally:
    """Return Berkeley's admissions (Bickel et al. 1975): label and decision are the same."""
    cells = []
    with (FOLDER / "08_ucb_admissions.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            admitted = row["Admit"] == "Admitted"
            stratum = Stratum((), (row["Dept"], row["Gender"]), admitted, admitted)
            cells.append(Cell(stratum, 10_000, int(row["Freq"]), 0))
    return tally_cells(cells, (), ("dept", "gender"))


def test_admissions_as_published() -> None:
    found = audited(admissions(), 0.5, "Admitted")
    known = golden("08_fairness")["ucb"]
    gender = table(found, "gender")
    rates = {each.name.partition("=")[2]: each.rate("selection_rate").share.rate for each in gender.groups}
    assert rates == pytest.approx(known["overall_rate"], abs=1e-15)
    assert gender.gaps["selection_rate"].highest == "gender=Male"
    assert (gender.four_fifths.reference, four_fifths_words(gender).count("gender=Female")) == ("gender=Male", 1)
    assert "not legal advice" in four_fifths_words(gender)
    assert len(table(found, "dept", "gender").groups) == 12 and found.hidden == 0


# 100 positives and 100 negatives of each sex: women are selected in 60 and 20 of them, men in 90 and 10.
FAIR: tuple[Row, ...] = (
    ("old", "F", True, True, 60),
    ("old", "F", True, False, 40),
    ("old", "F", False, True, 20),
    ("old", "F", False, False, 80),
    ("old", "M", True, True, 90),
    ("old", "M", True, False, 10),
    ("old", "M", False, True, 10),
    ("old", "M", False, False, 90),
)


def test_gaps_by_hand() -> None:
    found = table(audited(counted(*FAIR)), "sex")
    assert {name: each.difference for name, each in found.gaps.items()} == pytest.approx(
        {
            "coverage": 0.0,
            "error_rate": 60 / 200 - 20 / 200,
            "selection_rate": 100 / 200 - 80 / 200,
            "true_positive_rate": 0.3,
            "false_positive_rate": 0.1,
        }
    )
    assert found.equalized_odds == pytest.approx(0.3)
    assert found.four_fifths.reference == "sex=M"
    # 5 · 80 · 200 ≥ 4 · 100 · 200: exactly four fifths is enough.
    assert [each.adverse for each in found.four_fifths.impacts] == [False, False]
    # Katz by hand: the variance of the logarithm is 1/80 − 1/200 + 1/100 − 1/200 = 1/80; 0.8 · e^±(1.959964 · √(1/80)).
    assert four_fifths_words(found).endswith(
        "no group is below four fifths; the lowest is sex=F at 0.8 (0.6425 to 0.996)."
    )
    assert multiplicity(found).startswith("1 pair of groups: each interval of a difference or a ratio is at 95 %")


def test_a_group_without_positives_has_no_true_positive_rate() -> None:
    found = table(audited(counted(*FAIR, ("old", "X", False, False, 100))), "sex")
    third = next(each for each in found.groups if each.name == "sex=X")
    assert (third.rate("true_positive_rate").state, third.rate("true_positive_rate").share.rate) == ("undefined", None)
    assert found.gaps["true_positive_rate"].undefined == ("sex=X",)
    assert found.gaps["true_positive_rate"].difference == pytest.approx(0.3)


def test_small_groups_are_too_small_to_judge_and_smaller_ones_hidden() -> None:
    found = table(audited(counted(*FAIR, ("old", "X", False, False, 20), ("old", "Y", False, False, 400))), "sex")
    small = next(each for each in found.groups if each.name == "sex=X")
    assert (small.n, small.rate("coverage").state) == (20, "too_small")
    assert "sex=X" in found.gaps["coverage"].too_small
    hidden = table(audited(counted(*FAIR, ("old", "X", False, False, 9), ("old", "Y", False, False, 400))), "sex")
    # F and M have 200 each, so F (the first of the smallest) is the complement of X.
    assert [(each.name, each.hidden) for each in hidden.groups] == [
        ("sex=F", True),
        ("sex=M", False),
        ("sex=X", True),
        ("sex=Y", False),
    ]


def test_what_is_hidden_in_a_column_is_hidden_crossed() -> None:
    rows: tuple[Row, ...] = (
        *FAIR,
        ("old", "X", False, False, 9),
        ("new", "Y", False, False, 400),
        ("new", "F", True, True, 90),
    )
    found = audited(counted(*rows))
    hidden = {each.name for each in table(found, "sex").groups if each.hidden}
    crossed = {each.name for each in table(found, "age", "sex").groups if each.hidden}
    assert hidden and all(any(name in each for each in crossed) for name in hidden)
    assert {
        each.name for each in table(found, "age", "sex").groups if any(name in each.name for name in hidden)
    } <= crossed


def test_few_positives_hide_both_of_the_rates_that_would_tell() -> None:
    rows: tuple[Row, ...] = (
        ("old", "F", True, True, 5),
        ("old", "F", False, False, 195),
        ("old", "M", True, True, 100),
        ("old", "M", False, False, 100),
        ("old", "X", True, True, 100),
        ("old", "X", False, False, 100),
    )
    found = table(audited(counted(*rows)), "sex")
    women = next(each for each in found.groups if each.name == "sex=F")
    assert women.n == 200 and women.rate("coverage").state == "shown"
    assert [women.rate(name).state for name in ("true_positive_rate", "false_positive_rate")] == ["hidden", "hidden"]
    assert women.rate("true_positive_rate").share.n == 0
    # M is the complement of the five: its rate would give them away beside the total.
    assert next(each for each in found.groups if each.name == "sex=M").rate("true_positive_rate").state == "hidden"
    assert found.gaps["true_positive_rate"].difference is None


def test_without_a_favourable_class_errors_and_coverage_remain() -> None:
    rows: tuple[Row, ...] = (("old", "F", None, None, 100), ("old", "M", None, None, 100))
    found = audited(counted(*rows), favourable="")
    assert not found.has_classes and shown_rates(found) == ("coverage", "error_rate")
    assert table(found, "sex").gaps["selection_rate"].difference is None
    assert table(found, "sex").equalized_odds is None
    assert any("No favourable class" in each for each in method(found))
    assert four_fifths_words(table(found, "sex")) == ""


def test_who_gets_automated_changes_with_the_threshold() -> None:
    sure, unsure = counted(*FAIR[:4], level=9000), counted(*FAIR[4:], level=6000)
    tally = tally_cells([*sure.cells, *unsure.cells], (), ("age", "sex"))
    found = table(audited(tally, 0.8), "sex")
    assert found.gaps["coverage"].difference == 1.0
    men = next(each for each in found.groups if each.name == "sex=M")
    assert men.rate("error_rate").state == "undefined"
    assert "coverage (100.0 points)" in headline(audited(tally, 0.8))


def test_one_large_group_is_no_comparison() -> None:
    found = table(audited(counted(*FAIR[:4], ("old", "X", False, False, 20))), "sex")
    assert four_fifths_words(found).endswith("only sex=F is large enough, so there is nothing to compare.")


def test_no_groups_at_all() -> None:
    tally = tally_cells([Cell(Stratum(), 9000, 90, 10)])
    found = audited(tally)
    assert found.tables == () and "No groups" in headline(found)
    assert list(audit_rows(found)) == [
        ("columns", "group", "n", "rate", "state", "value", "low", "high", "rate_n", "part")
    ]


def test_no_surface_shows_what_is_hidden() -> None:
    found = audited(counted(*FAIR, ("old", "X", False, False, 9), ("old", "Y", False, False, 400)))
    for group in (each for one in audit_answer(found)["tables"] for each in one["groups"] if each["hidden"]):
        assert group["n"] is None
        assert {value for rate in group["rates"] for name, value in rate.items() if name not in ("rate", "state")} == {
            None
        }
    rows = [row for row in audit_rows(found) if row[4] == "hidden"]
    assert rows and {cell for row in rows for cell in row[5:]} == {None}
    named = {
        name for one in audit_answer(found)["tables"] for gap in one["gaps"] for name in (gap["highest"], gap["lowest"])
    }
    assert not named & {"sex=X", "sex=F"}
    assert {each["rate"] for each in audit_answer(found)["tables"][0]["gaps"]} == set(RATES)

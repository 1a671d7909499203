"""The fairness audit as a page and as files: what it says, what it hides, and what it teaches without groups."""

from __future__ import annotations

import csv
from datetime import timedelta
from html import unescape

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.scoring.measured.evaluated_gaps import judge_gap
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.evaluation_fairness import fairness_audit
from kpis.selectors.facts import target_facts
from kpis.services.targets import propose_target
from projects.models import Evaluation
from projects.progress.evaluations.tally import Cell, Stratum, tally_cells
from projects.selectors.evaluations import tally_of
from tests.factories import EPOCH
from tests.kpis.rival_world import counted, deployed, measured
from tests.kpis.views.conftest import Place, browser

FEW = (
    ("EU", "F", 9000, True, True, 300),
    ("EU", "F", 9000, False, False, 200),
    ("EU", "M", 9000, True, True, 200),
    ("EU", "M", 9000, False, True, 100),
    ("US", "X", 9000, True, True, 7),
)


def page_of(place: Place, evaluation: Evaluation, query: str = "") -> str:
    answer = browser(place.viewer).get(place.url(f"evaluations/{evaluation.public_id}/fairness/{query}"))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def file_of(place: Place, evaluation: Evaluation, name: str) -> list[dict[str, str]]:
    answer = browser(place.viewer).get(place.url(f"evaluations/{evaluation.public_id}/{name}"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.getvalue().decode().splitlines()))


def test_the_audit(place: Place) -> None:
    page = page_of(place, measured(place.initiative, "a", scope="Adults"), "?threshold=0.5")
    for words in ("Coverage parity: who gets automated", "Error parity", "Demographic parity", "Equalized odds"):
        assert words in page
    assert "screening rule (EEOC 1978), not legal advice" in page and "Reference sex=M" in page
    assert "Bonferroni" in page and "asked for by the reader" in page and "Adults" in page
    assert "No target asks for a largest gap" in page and "Wilson intervals" in page


def test_targets_on_gaps_are_judged(place: Place) -> None:
    propose_target(place.owner, place.initiative, metric="coverage_parity_difference", comparator="<=", value=0.01)
    page = page_of(place, measured(place.initiative, "a"), "?threshold=0.8")
    # Women are decided in 320 of 500, men in 470 of 500: 30 points apart.
    assert "coverage_parity_difference ≤ 0.01" in page and "Fail" in page


def test_groups_of_few_people_show_nowhere(place: Place) -> None:
    evaluation = measured(place.initiative, "a", counted(*FEW))
    page = page_of(place, evaluation)
    assert "sex=X" in page and "hidden" in page and "2 groups here" in page
    for row in file_of(place, evaluation, "fairness/fairness.csv"):
        if row["group"] in ("sex=X", "sex=M"):
            assert (row["n"], row["value"], row["rate_n"], row["part"]) == ("", "", "", ""), row
    parts = {row["part"]: row for row in file_of(place, evaluation, "parts.csv")}
    assert (parts["sex=X"]["n"], parts["sex=M"]["accuracy"], parts["sex=F"]["n"]) == ("", "", "500")
    cells = file_of(place, evaluation, "cells.csv")
    assert {row["group:sex"] for row in cells} == {"F", "(hidden)"}
    assert sum(int(row["right"]) + int(row["wrong"]) for row in cells) == 807


def test_the_counts_give_the_evaluation_back(place: Place) -> None:
    cells = file_of(place, measured(place.initiative, "a"), "cells.csv")
    assert sum(int(row["right"]) for row in cells) == 885 and sum(int(row["wrong"]) for row in cells) == 115
    assert {row["slice:region"] for row in cells} == {"EU", "US"} and {row["confidence"] for row in cells} == {
        "0.9",
        "0.6",
    }


def test_names_that_would_run_are_guarded(place: Place) -> None:
    evaluation = measured(
        place.initiative, "a", counted(("=1+1", "@x", 9000, True, True, 50), ("EU", "M", 9000, True, True, 50))
    )
    for name in ("fairness/fairness.csv", "parts.csv", "cells.csv"):
        rows = file_of(place, evaluation, name)
        assert rows and all(not value.startswith(("=", "@", "+")) for row in rows for value in row.values())


def test_without_groups_the_page_teaches(place: Place) -> None:
    page = page_of(place, measured(place.initiative, "a", tally_cells([Cell(Stratum(), 9000, 90, 10)])))
    assert "No groups were reported" in page and "/api/v1/initiatives/CHURN/evaluations/" in page


def test_without_a_favourable_class_only_errors_and_coverage(place: Place) -> None:
    cells = [Cell(Stratum((), (sex,)), 9000, 90, 10) for sex in "FM"]
    page = page_of(place, measured(place.initiative, "a", tally_cells(cells, (), ("sex",)), favourable=""))
    assert "No favourable class was declared" in page
    assert "True positive rate" not in page and "Demographic parity" not in page


def test_the_audits_before_stand_below(place: Place) -> None:
    live = deployed(place.owner, place.initiative)
    first = measured(place.initiative, "first", run=live.external_id, purpose="production")
    other = measured(place.initiative, "ungrouped", tally_cells([Cell(Stratum(), 9000, 90, 10)]))
    page = page_of(place, measured(place.initiative, "second"))
    assert place.url(f"evaluations/{first.public_id}/fairness/") in page and "in production" in page
    assert other.public_id not in page and "this one" in page


def test_what_production_did_stays_in_sight_however_often_is_tested(place: Place) -> None:
    first = measured(place.initiative, "first", purpose="production", at=EPOCH)
    for number in range(14):
        measured(place.initiative, f"test-{number}", at=EPOCH + timedelta(days=1 + number))
    found = fairness_audit(place.initiative, measured(place.initiative, "now", at=EPOCH + timedelta(days=99))).history
    assert [each.evaluation.external_id for each in found] == [
        "now",
        *(f"test-{number}" for number in range(13, 1, -1)),
        first.external_id,
    ]


def test_a_target_is_judged_here_as_in_readiness(place: Place) -> None:
    """Of 320 women decided 150 are selected, of 470 men 365: 0.6036 (0.532 to 0.6849), which 0.65 cuts in two."""
    for value, words in ((0.5, "Pass"), (0.65, "Insufficient"), (0.75, "Fail")):
        target = propose_target(
            place.owner, place.initiative, metric="demographic_parity_ratio", comparator=">=", value=value
        )
        evaluation = measured(place.initiative, "a")
        (judged,) = fairness_audit(place.initiative, evaluation, 0.8).judgements
        facts = evaluation_facts(place.initiative, evaluation, tally_of(evaluation))
        same = judge_gap(facts.tally, 0.8, target_facts(target))
        assert judged == same and judged.result == words.lower()
        page = page_of(place, evaluation, "?threshold=0.8")
        assert words in page and "is 0.6036, of all pairs" in page


@pytest.mark.parametrize("threshold", ["nan", "2", "-1", "x", "", "9" * 400])
def test_a_threshold_that_is_none_is_left_out(place: Place, threshold: str) -> None:
    page = page_of(place, measured(place.initiative, "a"), f"?threshold={threshold}")
    assert "Back to the operating point" not in page


def test_strangers_find_nothing(place: Place) -> None:
    evaluation = measured(place.initiative, "a")
    for name in ("fairness/", "fairness/fairness.csv", "parts.csv", "cells.csv"):
        path = place.url(f"evaluations/{evaluation.public_id}/{name}")
        assert browser(place.stranger).get(path).status_code == 404
        assert browser(place.viewer).post(path).status_code == 405


def test_the_queries_do_not_grow(place: Place, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    deployed(place.owner, place.initiative)
    evaluation = measured(place.initiative, "a")
    with django_assert_num_queries(4):
        fairness_audit(place.initiative, evaluation)
    for number in range(14):
        measured(place.initiative, f"more-{number}")
    with django_assert_num_queries(4):
        assert len(fairness_audit(place.initiative, evaluation).history) == 13

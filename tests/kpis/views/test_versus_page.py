"""Champion and challenger as a page and as a file."""

from __future__ import annotations

import csv
from html import unescape

import pytest

from projects.connectors.records import DatasetRecord
from projects.models import Evaluation
from tests.kpis.rival_world import counted, deployed, measured, paired
from tests.kpis.views.conftest import Place, browser


@pytest.fixture
def two(place: Place) -> tuple[Evaluation, Evaluation]:
    """Production's evaluation and a challenger's, paired."""
    live = deployed(place.owner, place.initiative)
    champion = measured(place.initiative, "live", run=live.external_id)
    challenger = measured(place.initiative, "=new")
    paired(champion, challenger)
    return champion, challenger


def page_of(place: Place, evaluation: Evaluation, query: str = "") -> str:
    answer = browser(place.viewer).get(place.url(f"evaluations/{evaluation.public_id}/versus/{query}"))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_page_says_for_whom_it_gets_worse(place: Place, two: tuple[Evaluation, Evaluation]) -> None:
    page = page_of(place, two[1])
    assert "On the same 1\u202f000 cases" in page or "On the same 1,000 cases" in page
    assert "Worse by more than the margin in region=US" in page and "Better in region=EU" in page
    assert "champion 45, challenger 60" in page
    assert page.index("region=US") < page.index("region=EU")
    assert "by chance" in page and "McNemar's exact test" in page
    assert "What changed against production" in page and "unknown is not the same as unchanged" in page


def test_the_other_is_chosen_in_a_form(place: Place, two: tuple[Evaluation, Evaluation]) -> None:
    third = measured(place.initiative, "third", dataset=DatasetRecord("cases", "other"))
    page = page_of(place, two[1], f"?with={third.public_id}")
    assert f'<option value="{third.public_id}" selected>' in page
    assert "Not comparable." in page and "different data" in page
    assert "· in production" in page and "· other data" in page
    assert "For whom it gets better" not in page


def test_without_kept_cases_it_says_why(place: Place) -> None:
    measured(place.initiative, "a", keeps=False)
    page = page_of(place, measured(place.initiative, "b"))
    assert "The cases of the champion were not kept" in page and "separate samples" in page


def test_nothing_told_apart_is_not_called_equal(place: Place) -> None:
    champion, challenger = measured(place.initiative, "a"), measured(place.initiative, "b")
    paired(champion, challenger, **{"": [855, 0, 0, 145]})
    assert "not that they are equal" in page_of(place, challenger)


def test_an_only_evaluation_is_told_what_to_do(place: Place) -> None:
    page = page_of(place, measured(place.initiative, "a"))
    assert "Nothing to compare with yet" in page and "same dataset version" in page


def test_small_groups_show_on_no_surface(place: Place) -> None:
    tally = counted(
        ("EU", "F", 9000, True, True, 500), ("EU", "M", 9000, True, True, 400), ("EU", "X", 9000, True, False, 7)
    )
    measured(place.initiative, "a", tally)
    challenger = measured(place.initiative, "b", tally)
    page = page_of(place, challenger)
    assert page.count("it would give a small group away") == 2
    rows = file_of(place, challenger)
    hidden = [row for row in rows if row["hidden"] == "yes"]
    assert {row["part"] for row in hidden} == {"sex=X", "sex=M"}
    assert {
        value for row in hidden for name, value in row.items() if name not in ("part", "kind", "hidden", "says")
    } == {""}


def file_of(place: Place, evaluation: Evaluation) -> list[dict[str, str]]:
    answer = browser(place.viewer).get(place.url(f"evaluations/{evaluation.public_id}/versus/versus.csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(answer.getvalue().decode().splitlines()))


def test_the_file_holds_what_the_page_shows(place: Place, two: tuple[Evaluation, Evaluation]) -> None:
    whole, worst, *_ = file_of(place, two[1])
    assert (whole["part"], whole["kind"], whole["n_champion"]) == ("", "all", "1000")
    assert (whole["champion_only"], whole["challenger_only"]) == ("45", "60")
    assert float(whole["difference"]) == pytest.approx(0.015)
    assert (worst["part"], worst["lean"]) == ("region=US", "beyond_margin")


def test_a_name_that_would_run_is_guarded(place: Place) -> None:
    measured(place.initiative, "a", counted(("+cmd|' /C calc'!A0", "F", 9000, True, True, 50)))
    rows = file_of(place, measured(place.initiative, "b", counted(("+x", "F", 9000, True, True, 50))))
    assert all(not value.startswith(("=", "+", "@")) for row in rows for value in row.values())


def test_strangers_and_other_initiatives_find_nothing(place: Place, two: tuple[Evaluation, Evaluation]) -> None:
    path = f"evaluations/{two[1].public_id}/versus/"
    assert browser(place.stranger).get(place.url(path)).status_code == 404
    assert browser(place.viewer).get(place.url("evaluations/evl_none/versus/")).status_code == 404
    assert browser(place.viewer).get(place.url(path + "?with=evl_none")).status_code == 404
    assert browser(place.viewer).post(place.url(path)).status_code == 405

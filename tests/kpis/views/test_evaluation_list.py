"""The evaluations tab: the list, its filters, what was tried, and when to stop."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis.models import StopRule
from kpis.selectors.attempts import attempts_of
from kpis.selectors.evaluation_page import targets_in_force
from kpis.services.stop_rules import set_stop_rule
from kpis.services.targets import propose_target
from projects.connectors.records import DatasetRecord, MeasuredMetric
from projects.models import DatasetVersion
from projects.progress.evaluations.levels import ABSTAINED
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells, tally_rows
from tests.factories import EPOCH
from tests.kpis.evaluation_world import measured
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, post, text


def right(share: int) -> Tally:
    """Return 100 sure cases of which so many are right."""
    return tally_rows([1.0] * 100, [place < share for place in range(100)])


def file_of(place: Place, rest: str) -> list[dict[str, str]]:
    answer = get(place.viewer, place.url(f"evaluations/{rest}"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.getvalue().decode().splitlines()))


def test_three_people(place: Place) -> None:
    for name, person in place.people.items():
        assert browser(person).get(place.url("evaluations/")).status_code == (404 if name == "stranger" else 200)
        expected = 404 if name == "stranger" else 302 if name in ("owner", "manager") else 403
        answer = post(person, place.url("evaluations/stop-rule/"), {"gain": "0.005", "attempts": "5"})
        assert answer.status_code == expected, name
    assert Client().get(place.url("evaluations/")).status_code == 302


def test_the_empty_tab_teaches(place: Place) -> None:
    page = text(get(place.viewer, place.url("evaluations/")))
    assert "No evaluations yet" in page and "mltrack.py evaluate" in page and "/evaluations/" in page
    assert "counts" in page


def test_each_stands_at_its_operating_point_newest_first(place: Place) -> None:
    measured(place.initiative, "old", at=EPOCH - timedelta(days=1))
    measured(place.initiative, "new")
    page = text(get(place.viewer, place.url("evaluations/")))
    assert page.index("Model new") < page.index("Model old")
    for words in ("96.9\u202f%", "65.0\u202f%", "region=US", "92.0\u202f%", "cases", "trees", "Met"):
        assert words in page, words


def test_it_is_narrowed_in_the_address(place: Place) -> None:
    measured(place.initiative, "e1")
    measured(place.initiative, "e2", purpose="shadow", dataset=DatasetRecord("letters", "9f"))
    letters = DatasetVersion.objects.get(name="letters")
    assert "Model e1" not in text(get(place.viewer, place.url("evaluations/?purpose=shadow")))
    page = text(get(place.viewer, place.url(f"evaluations/?dataset={letters.public_id}")))
    assert "Model e2" in page and "Model e1" not in page
    assert "No evaluation fits this filter" in text(get(place.viewer, place.url("evaluations/?purpose=production")))
    page = text(get(place.viewer, place.url("evaluations/?purpose=odd&dataset=odd")))
    assert "Model e1" in page and "Model e2" in page


def test_the_list_is_a_file_with_what_the_page_shows(place: Place) -> None:
    """Confidences are 0.95 and 0.5: down to 0.51, 650 of 1,000 are decided, 630 right; in US 150 with 138."""
    for number in range(21):
        measured(place.initiative, f"e{number}", at=EPOCH + timedelta(days=number))
    measured(place.initiative, "shadow", purpose="shadow", dataset=DatasetRecord("letters", "9f"))
    found = file_of(place, "evaluations.csv?purpose=test")
    assert [row["external_id"] for row in found] == [f"e{number}" for number in reversed(range(21))]
    newest = found[0]
    assert (newest["n"], newest["abstained"], newest["threshold"], newest["coverage"]) == ("1000", "20", "0.51", "0.65")
    assert float(newest["accuracy"]) == pytest.approx(630 / 650)
    assert float(newest["accuracy_low"]) < 630 / 650 < float(newest["accuracy_high"])
    assert newest["worst_slice"] == "region=US" and float(newest["worst_accuracy"]) == pytest.approx(138 / 150)
    assert (newest["dataset"], newest["digest"], newest["family"]) == ("cases", "d1gest", "trees")
    # A coverage of 0.7 is not there with the guarantee; at 0.5, 890 of 980 look good enough.
    assert (newest["accuracy_decision"], newest["coverage_decision"]) == ("met", "undecided")
    assert [row["name"] for row in file_of(place, "evaluations.csv?purpose=shadow")] == ["Model shadow"]
    assert (
        f'href="{place.url("evaluations/evaluations.csv")}?purpose=shadow"'
        in get(place.viewer, place.url("evaluations/?purpose=shadow&cursor=")).getvalue().decode()
    )


def test_the_ledger_is_a_file(place: Place) -> None:
    for name, family, cost in (("a", "trees", 2.5), ("b", "trees", None), ("c", "=linear", 1.0)):
        measured(place.initiative, name, family=family, cost=cost)
    found = file_of(place, "attempts.csv")
    assert [(row["family"], row["attempts"], row["cost"]) for row in found] == [
        ("trees", "2", "2.5"),
        ("'=linear", "1", "1.0"),
    ]
    assert {row["purpose"] for row in found} == {"test"}
    assert all("accuracy at a coverage of 70 %" in row["measure"] for row in found)


def test_a_cursor_of_another_list_leads_to_the_first_page(place: Place) -> None:
    assert get(place.viewer, place.url("evaluations/?cursor=odd")).status_code == 302


def test_the_ledger_compares_the_best_with_luck(place: Place) -> None:
    for place_, share in enumerate((80, 82, 81)):
        measured(
            place.initiative,
            f"e{place_}",
            tally=right(share),
            family="trees" if place_ else "linear",
            cost=2.5 if place_ else None,
            at=EPOCH + timedelta(days=place_),
        )
    page = text(get(place.viewer, place.url("evaluations/")))
    # Of three equal tries at 81 % on 100 cases (σ 3.92 points) the best lies 0.846 σ above on average: 84.3 %.
    for words in ("82.0\u202f%", "84.3\u202f%", "of 2 attempts that say it", "no better than the best of so many"):
        assert words in page, words
    assert "Compared by accuracy at a coverage of 70 %, as the target asks" in page
    assert "higher is better, as its target asks" in page
    assert "no value here" not in page


def test_attempts_are_compared_at_one_coverage_whatever_their_own_point(place: Place) -> None:
    """The bold one is right in 97 of its 97 surest cases, and in 60 of the next 203: at 70 % it is the worse one."""
    bold = tally_cells([Cell(Stratum(), 9900, 97, 0), Cell(Stratum(), 5000, 60, 143)])
    even = tally_cells([Cell(Stratum(), 9900, 190, 20), Cell(Stratum(), 5000, 40, 50)])
    meek = tally_cells([Cell(Stratum(), 9900, 200, 0), Cell(Stratum(), ABSTAINED, 50, 50)])
    for name, tally in {"bold": bold, "even": even, "meek": meek}.items():
        measured(place.initiative, name, family=name, tally=tally)
    found = attempts_of(place.initiative, "test", targets_in_force(place.initiative))
    best = {each.name: each.best for each in found.ledger.families}
    assert best == {"bold": pytest.approx(157 / 300), "even": pytest.approx(190 / 210), "meek": None}
    page = text(get(place.viewer, place.url("evaluations/")))
    assert "1 attempt cannot decide 70 % of its cases and has no value here." in page


def test_the_rule_knows_that_a_loss_gets_better_downwards(place: Place) -> None:
    for number, loss in enumerate((0.9, 0.7, 0.5)):
        metrics = {"val_loss": MeasuredMetric(loss)}
        measured(place.initiative, f"e{number}", metrics=metrics, at=EPOCH + timedelta(days=number))
    url = place.url("evaluations/stop-rule/")
    post(place.owner, url, {"metric": "val_loss", "gain": "0.05", "attempts": "2"})
    page = text(get(place.viewer, place.url("evaluations/")))
    assert "bring nothing any more" not in page
    assert "Compared by val_loss, as each evaluation reports it; lower is better, as its name says." in page
    propose_target(place.owner, place.initiative, metric="val_loss", comparator=">=", value=0.1)
    page = text(get(place.viewer, place.url("evaluations/")))
    assert "bring nothing any more" in page and "higher is better, as its target asks" in page


@pytest.mark.parametrize("metric", ["a__b", "0", "with space", 'qu"ote', "50%", "recall/left"])
def test_whatever_a_metric_is_called(place: Place, metric: str) -> None:
    measured(place.initiative, "e1", metrics={metric: MeasuredMetric(0.25)})
    measured(place.initiative, "e2")
    set_stop_rule(place.owner, place.initiative, metric=metric, gain=0.1, attempts=1)
    found = attempts_of(place.initiative, "test", ())
    # Of 365 that left 300 were told so; no other of these names is among the confusion counts.
    assert found.ledger.best == (pytest.approx(300 / 365) if metric == "recall/left" else 0.25)
    assert found.ledger.measured == (2 if metric == "recall/left" else 1)


def test_a_stop_rule_warns_when_attempts_bring_nothing(place: Place) -> None:
    for number, share in enumerate((80, 80, 80)):
        measured(place.initiative, f"e{number}", tally=right(share), at=EPOCH + timedelta(days=number))
    url = place.url("evaluations/stop-rule/")
    post(place.owner, url, {"gain": "0.005", "attempts": "2"})
    page = text(get(place.viewer, place.url("evaluations/")))
    assert "More attempts like these bring nothing any more" in page
    post(place.owner, url, {"gain": "0.005", "attempts": "5"})
    assert "bring nothing any more" not in text(get(place.viewer, place.url("evaluations/")))
    post(place.owner, url, {"gain": "-1", "attempts": "0"})
    assert StopRule.objects.get().attempts == 5
    post(place.owner, url, {"remove": "1"})
    assert not StopRule.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(place: Place, count: int) -> None:
    for number in range(count):
        measured(place.initiative, f"e{number}")
    client = browser(place.viewer)
    with CaptureQueriesContext(connection) as found:
        client.get(place.url("evaluations/"))
    assert len(found) == 12

"""The learning curve as a page and by REST."""

from __future__ import annotations

import json

from django.utils import timezone

from kpis.scoring.labeling.training_sizes import curve_answer
from kpis.selectors.learning_curve import learning_curve
from kpis.services.targets import propose_target
from tests.kpis.views.conftest import Place
from tests.kpis.views.kpi_world import get, text
from tests.kpis.world import report

PAGE = "labeling/learning-curve/"


def trained(place: Place) -> None:
    """Report runs whose accuracy is 0.95 - 0.8 n^(-0.5) for n training rows."""
    for n in (100, 200, 400, 800, 1200):
        metrics = {"accuracy": 0.95 - 0.8 * n**-0.5, "n": 100_000}
        report(place.initiative, f"run-{n}", metrics, params={"train_size": str(n)})


def test_the_page_says_what_is_missing(place: Place) -> None:
    page = text(get(place.viewer, place.url(PAGE)))
    assert "No credible answer: no run says on how many labels it was trained." in page
    assert "data-chart" not in page


def test_page_figure_and_answer_are_one(place: Place) -> None:
    trained(place)
    propose_target(place.owner, place.initiative, metric="accuracy", comparator=">=", value=0.93)
    answer = curve_answer(learning_curve(place.initiative, timezone.now()))
    low, high = answer["needed"]["low"], answer["needed"]["high"]
    assert low <= 1600 <= high
    assert f"needs {low:,} to {high:,} labels" in text(get(place.viewer, place.url(PAGE)))
    figure = json.loads(get(place.viewer, place.url(PAGE + "figure.json")).content)
    assert [each["name"] for each in figure["data"]] == ["Runs", "Best curve", "Target", "Labels needed, 95 %"]
    assert len(figure["data"][0]["error_y"]["array"]) == 5


def test_another_accuracy_may_be_asked_for(place: Place) -> None:
    trained(place)
    assert "An accuracy of 0.92 needs" in text(get(place.viewer, place.url(PAGE + "?target=0.92")))
    wrong = get(place.viewer, place.url(PAGE + "?target=93"))
    assert wrong.status_code == 422
    assert "less than or equal to 1" in text(wrong)

"""A bridge by form and by REST, and what it shows: on the value tab, the KPI's page, an evaluation's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import Bridge, Contribution
from kpis.services.bridges import set_bridge
from kpis.services.readings import record_readings
from projects.models import Evaluation
from tests.kpis.evaluation_world import measured, tied
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, home, post, text

# 630 right and 20 wrong of 1,000 in scope: 1000 · (0.63 · 4 − 0.02 · 25) = 2,020.
WORTH = {"volume": "1000", "value_per_correct": "4", "cost_per_error": "25"}
EXPECTED = "+2\u202f020\u202f€"


@pytest.fixture
def tie(place: Place) -> Contribution:
    return tied(place.owner, place.initiative)


@pytest.fixture
def evaluation(place: Place) -> Evaluation:
    return measured(place.initiative)


def bridge(place: Place, tie: Contribution) -> Bridge:
    return set_bridge(place.owner, tie, **{name: float(value) for name, value in WORTH.items()})


def test_three_people(place: Place, tie: Contribution) -> None:
    url = place.url(f"value/{tie.kpi.key}/bridge/")
    for name, person in place.people.items():
        expected = 404 if name == "stranger" else 200 if name in ("owner", "manager") else 403
        assert browser(person).get(url).status_code == expected, name
        if expected != 200:
            assert post(person, url, WORTH).status_code == expected
    assert post(place.manager, url, WORTH).status_code == 302
    assert Bridge.objects.get().cost_per_error == 25


def test_a_wrong_formula_is_said_at_its_field(place: Place, tie: Contribution) -> None:
    url = place.url(f"value/{tie.kpi.key}/bridge/")
    answer = post(place.owner, url, WORTH | {"formula": "decided * price", "inputs": "hours = 2"})
    assert answer.status_code == 422
    assert "At character 11: “price” is not known" in text(answer)
    assert "is not of the form" in text(post(place.owner, url, WORTH | {"inputs": "hours"}))
    assert post(place.owner, url, WORTH | {"formula": "decided * hours", "inputs": "hours = 2"}).status_code == 302
    assert "hours = 2.0" in text(get(place.owner, url))


def test_it_shows_what_the_newest_evaluation_should_move(
    place: Place, tie: Contribution, evaluation: Evaluation
) -> None:
    bridge(place, tie)
    measured(place.initiative, "shadow", purpose="shadow")
    for url in (place.url("value/"), home(place.owner, f"kpis/{tie.kpi.key}/")):
        page = text(get(place.viewer, url))
        assert EXPECTED in page and f"/evaluations/{evaluation.public_id}/" in page, url
    page = text(get(place.viewer, place.url(f"evaluations/{evaluation.public_id}/")))
    assert EXPECTED in page and "no readings since" in page
    # At 0.5: 890 right and 90 wrong are 890 · 4 − 90 · 25 = 1,310.
    page = text(get(place.viewer, place.url(f"evaluations/{evaluation.public_id}/point/?threshold=0.5")))
    assert "+1\u202f310\u202f€" in page


def test_beside_it_stands_what_the_kpi_did_since(place: Place, tie: Contribution, evaluation: Evaluation) -> None:
    bridge(place, tie)
    now = timezone.now()
    Contribution.objects.filter(pk=tie.pk).update(created_at=now - timedelta(days=10))
    times = [now - timedelta(days=20), now - timedelta(days=1)]
    record_readings(tie.kpi, {"times": times, "values": [100.0, 130.0]})
    page = text(get(place.viewer, place.url(f"evaluations/{evaluation.public_id}/")))
    assert "+30\u202f€" in page and "since it was tied" in page


def test_it_is_taken_as_the_expected_movement(place: Place, tie: Contribution, evaluation: Evaluation) -> None:
    url = place.url(f"value/{tie.kpi.key}/bridge/expect/")
    post(place.owner, url, {})
    tie.refresh_from_db()
    assert tie.expected is None
    bridge(place, tie)
    assert post(place.viewer, url, {}).status_code == 403
    post(place.owner, url, {})
    tie.refresh_from_db()
    assert tie.grade == "E"
    assert tie.expected == pytest.approx(2020)
    assert tie.how.startswith("Bridge from Model e1: +2\u202f020\u202f€")


def test_it_is_forgotten(place: Place, tie: Contribution) -> None:
    bridge(place, tie)
    assert post(place.viewer, place.url(f"value/{tie.kpi.key}/bridge/remove/"), {}).status_code == 403
    post(place.owner, place.url(f"value/{tie.kpi.key}/bridge/remove/"), {})
    assert not Bridge.objects.exists()


def test_a_formula_without_a_value_says_so(place: Place, tie: Contribution, evaluation: Evaluation) -> None:
    set_bridge(place.owner, tie, volume=0, value_per_correct=1, cost_per_error=1, formula="1 / volume")
    for rest in ("value/", f"evaluations/{evaluation.public_id}/"):
        assert "The result is no finite number." in text(get(place.viewer, place.url(rest)))


def test_queries_do_not_grow_with_ties(place: Place, tie: Contribution, evaluation: Evaluation) -> None:
    bridge(place, tie)
    client, found = browser(place.viewer), []
    for name in ("", "Hours saved"):
        if name:
            bridge(place, tied(place.owner, place.initiative, name=name))
        with CaptureQueriesContext(connection) as counted:
            client.get(place.url("value/"))
        found.append(len(counted))
    assert found[0] == found[1]

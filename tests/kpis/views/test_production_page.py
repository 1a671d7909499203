"""The production tab: what runs where, the deeds with it by role, and its file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Deployment, EndpointProbe, Rollback
from projects.services.deployments import record_deployment
from projects.services.rollbacks import record_rehearsal
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, text
from tests.kpis.views.test_forecast_pages import words

pytestmark = pytest.mark.django_db
PAGE = "production/"


@pytest.fixture
def busy(place: Place) -> Place:
    """Version 1 came 40 days ago and failed, version 2 is live since 20, version 3 is its canary."""
    now = timezone.now()
    for version, state, days in (("1", "live", 40), ("2", "live", 20), ("3", "canary", 1), ("0", "failed", 50)):
        at = now - timedelta(days=days)
        record_deployment(place.owner, place.initiative, environment="production", version=version, state=state, at=at)
    return place


def test_an_empty_page_teaches(place: Place) -> None:
    page = words(get(place.viewer, place.url(PAGE)))
    assert "Nothing runs yet" in page and "History" not in page


def test_what_runs_and_how_that_went(busy: Place) -> None:
    page = words(get(busy.viewer, busy.url(PAGE)))
    # By hand: 0, 1 and 2 arrived, 0 failed; the canary has not arrived yet.
    assert "Change-fail rate 33 % 1 of 3" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "Live for 20 days" in page
    assert "Champion 2" in page and "Canary 3" in page and "Before 1" in page
    assert "Promote" not in page and "Roll back" not in page


def test_a_contributor_promotes_and_rolls_back(busy: Place) -> None:
    page = words(get(busy.contributor, busy.url(PAGE)))
    assert "Promote 3" in page and "Roll back to 1" in page
    canary = Deployment.objects.get(version="3")
    told = browser(busy.owner).post(busy.url(f"production/{canary.public_id}/promote/"), follow=True)
    assert "3 is live in production." in text(told)
    told = browser(busy.owner).post(busy.url(f"production/{canary.public_id}/rollback/"), follow=True)
    assert "In production 3 is recorded as taken back, and 2 as live again." in text(told)
    told = browser(busy.owner).post(busy.url(f"production/{canary.public_id}/promote/"), follow=True)
    assert "Only a canary or a shadow can be promoted" in text(told)


def test_a_rehearsal_is_recorded_by_hand(busy: Place) -> None:
    client = browser(busy.owner)
    wrong = client.post(busy.url(PAGE), {"environment": "production", "seconds": "5", "link": "ftp://x"})
    assert wrong.status_code == 422 and "A link begins with http" in text(wrong)
    told = client.post(busy.url(PAGE), {"environment": "production", "seconds": "95", "note": "Drill"}, follow=True)
    assert "The rehearsal is recorded." in text(told)
    assert Rollback.objects.get().seconds == 95


def test_the_file_has_every_deployment(busy: Place) -> None:
    lines = b"".join(browser(busy.viewer).get(busy.url("production/deployments.csv"))).decode().splitlines()
    assert lines[0].startswith("id,environment,version,state,at") and len(lines) == 5


def test_the_page_takes_fourteen_queries_at_most(busy: Place) -> None:
    record_rehearsal(busy.owner, busy.initiative, environment="production", seconds=40)
    client = browser(busy.viewer)
    client.get(busy.url(PAGE))
    with CaptureQueriesContext(connection) as queries:
        client.get(busy.url(PAGE))
    assert len(queries) <= 14, [each["sql"][:90] for each in queries]


def test_an_endpoint_is_asked_when_a_manager_says_so(busy: Place) -> None:
    live = Deployment.objects.get(version="2")
    here = busy.url(f"production/{live.public_id}/probe/")
    told = browser(busy.owner).post(here, {"interval_seconds": "300"}, follow=True)
    assert "names no http or https endpoint" in text(told)
    Deployment.objects.filter(pk=live.pk).update(endpoint="https://models.example.org/")
    told = browser(busy.owner).post(here, {"interval_seconds": "300", "expected": "ready"}, follow=True)
    assert "The endpoint is asked within seconds." in text(told) and "was not asked yet" in text(told)
    now = timezone.now()
    down = {"state": "down", "changed_at": now, "last_at": now, "last_ms": 10, "last_words": "The server failed (500)."}
    EndpointProbe.objects.update(**down)
    page = words(get(busy.viewer, busy.url(PAGE)))
    assert "Its endpoint does not answer" in page and "The server failed (500). Asked " in page
    assert "Stop asking" not in words(get(busy.contributor, busy.url(PAGE)))
    assert browser(busy.contributor).post(here, {"remove": "1"}).status_code == 403
    told = browser(busy.owner).post(here, {"remove": "1"}, follow=True)
    assert "The endpoint is not asked any more." in text(told)
    told = browser(busy.owner).post(here, {"interval_seconds": "1"}, follow=True)
    assert "60" in text(told)

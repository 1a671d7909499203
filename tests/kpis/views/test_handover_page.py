"""The hand-over: what is carried over, what changes, what lacks, and who owns it; the same by REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.selectors.handover import handover
from kpis.services.attestations import attest
from projects.models import Initiative
from projects.services.deployments import record_deployment
from projects.services.runs import push_runs
from tests.factories import make_initiative
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get
from tests.kpis.views.test_forecast_pages import words
from tests.kpis.world import COMMIT

pytestmark = pytest.mark.django_db
PAGE = "handover/"


def fresh(place: Place) -> Initiative:
    return Initiative.objects.select_related("workspace", "owner").get(pk=place.initiative.pk)


def test_what_is_known_of_a_candidate_is_carried_over(place: Place) -> None:
    attest(place.owner, place.initiative, check="operations.owner", link="https://example.org/rota", note="Team North")
    place.judge()
    found = handover(fresh(place))
    told = {(line.what, line.value) for line in found.carried}
    assert ("Commit", COMMIT) in told
    assert any(what == "Target" and "Accuracy" in value for what, value in told)
    assert ("Evidence", "Somebody is on call for it") in told
    assert found.owner and (found.owner.value, found.owner.url) == ("Team North", "https://example.org/rota")
    assert found.live == "" and not found.changes
    assert any(line.what.startswith("A KPI is tied") for line in found.missing)


def test_what_changes_is_told_against_what_is_live(place: Place) -> None:
    old = {"external_id": "old", "tags": {"commit": "abc1234"}, "params": {"depth": "2"}}
    push_runs(place.owner, place.initiative, [old])
    here: dict[str, Any] = {"environment": "production", "version": "1"}
    record_deployment(place.owner, place.initiative, commit="abc1234", **here)
    place.judge()
    found = handover(fresh(place))
    states = {cell.part: cell.state for cell in found.changes}
    assert found.live == "1" and states["code"] == "changed" and states["data"] == "unknown"


def test_a_page_and_its_queries(place: Place) -> None:
    page = words(get(place.viewer, place.url(PAGE)))
    assert "Hand-over into production" in page and "nobody yet: attest who is on call for it" in page
    client = browser(place.viewer)
    client.get(place.url(PAGE))
    with CaptureQueriesContext(connection) as queries:
        client.get(place.url(PAGE))
    assert len(queries) <= 12, [each["sql"][:90] for each in queries]
    assert get(place.stranger, place.url(PAGE)).status_code == 404


def test_without_any_candidate_it_says_so(place: Place) -> None:
    make_initiative(place.owner, "OTHER")
    page = words(get(place.viewer, f"/w/{place.owner.workspace.key}/initiatives/OTHER/handover/"))
    assert "none yet" in page and "Nothing is known of a candidate yet." in page
    assert "What changes" not in page

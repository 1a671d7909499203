"""How tasks flow, as a page, figures and a file: whatever is wrong in them is counted, and nobody is named."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.kpis.forecast_world import add_history, add_task
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, text
from tests.kpis.views.test_forecast_pages import words

pytestmark = pytest.mark.django_db
PAGE = "flow/"


@pytest.fixture
def busy(place: Place) -> Place:
    """Two tasks a week, each done within a day; one being done for four days; one that was done before its start."""
    now = timezone.now()
    add_history(place.initiative)
    made, start = {"created_at": now - timedelta(days=10)}, now - timedelta(days=9)
    add_task(place.initiative, "done", type="training", estimate=2, started_at=start, done_at=now, **made)
    owner = place.owner.user
    add_task(place.initiative, "doing", title="Slow & old", assignee=owner, started_at=now - timedelta(days=4), **made)
    add_task(place.initiative, "done", started_at=now, done_at=now - timedelta(days=1), **made)
    add_task(place.initiative, check_id="data.privacy", is_from_check=True, title="About a check")
    return place


def test_an_empty_page_teaches(place: Place) -> None:
    page = words(get(place.viewer, place.url(PAGE)))
    assert "No tasks yet" in page and "Cycle times" not in page


def test_everything_is_there_and_nobody(busy: Place) -> None:
    page = words(get(busy.viewer, busy.url(PAGE)))
    assert "tasks done a week over the last 13 full weeks" in page
    # By hand: 28 took a day and one nine, so the 15th, the 25th and the 28th of 29 took a day; 28 / 29 are 97 %.
    assert "all 1.0 1.0 1.0 29" in page and "training 9.0 9.0 9.0 1" in page
    assert "training 4.5 4.5 – 4.5 1 0" in page
    assert "Slow & old" in page and "4.0 97 % older than most became" in page.replace("\u202f", " ")
    assert "1 of 31 done before the start (a negative cycle time): left out of cycle times and effort." in page
    assert "About a check" not in page
    owner = busy.owner.user
    assert owner is not None
    main = text(get(busy.viewer, busy.url(PAGE))).partition('id="weeks"')[2]
    assert owner.email not in main and str(owner) not in main


def test_figures_and_the_file(busy: Place) -> None:
    bars, growth = json.loads(get(busy.viewer, busy.url(PAGE + "throughput.json")).content)["data"]
    assert (bars["type"], set(bars["y"]) <= {0, 1, 2, 3, 4}, growth["name"]) == ("bar", True, "Scope grew by")
    done, doing, waiting = json.loads(get(busy.viewer, busy.url(PAGE + "cumulative.json")).content)["data"]
    assert (done["y"][-1], doing["y"][-1], waiting["y"][-1]) == (30, 1, 0)
    answer = get(busy.viewer, busy.url(PAGE + "flow.csv"))
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "week,done,added,cancelled,scope_growth,waiting,doing,done_in_all,reopened"
    assert len(lines) == 1 + len(bars["x"])
    for rest in ("", "flow.csv", "throughput.json", "cumulative.json"):
        assert get(busy.stranger, busy.url(PAGE + rest)).status_code == 404


def test_as_many_queries_for_many(busy: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = browser(busy.viewer)
    client.get(busy.url(PAGE))
    for _ in range(2):
        with django_assert_max_num_queries(12):
            client.get(busy.url(PAGE))
        add_history(busy.initiative, weeks=5)
        for _ in range(4):
            add_task(busy.initiative, "doing", started_at=timezone.now())

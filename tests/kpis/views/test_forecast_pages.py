"""The forecast of an initiative, estimates of its checks, and how a workspace's forecasts did."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.models import CheckEstimate, Forecast
from kpis.scoring.forecast.sentences import day_words
from projects.models import Initiative
from projects.services.initiatives import edit_initiative
from tests.api.people import Team, ok
from tests.factories import make_initiative
from tests.kpis.forecast_world import add_history, add_task, estimate_rest, in_weeks
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, post, text

pytestmark = pytest.mark.django_db
PAGE = "forecast/"


def words(answer: Any) -> str:
    """Return the text of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(text(answer))))


@pytest.fixture
def dated(place: Place) -> Place:
    """Six open tasks, two of which are done a week, and everything else in ten days."""
    edit_initiative(place.owner, place.initiative, {"target_date": in_weeks(2)})
    place.initiative.refresh_from_db()
    add_history(place.initiative)
    for _ in range(6):
        add_task(place.initiative)
    estimate_rest(place.owner, place.initiative)
    place.judge()
    return place


def test_without_a_date_the_page_says_what_to_do(place: Place) -> None:
    page = words(get(place.viewer, place.url(PAGE)))
    assert "No credible date, because" in page
    assert "its owner can name the earliest, the most likely and the latest day" in page
    assert "Estimate a part" not in page
    assert "Estimate a part" in words(get(place.contributor, place.url(PAGE)))
    assert "No credible date yet: why, and what to do" in words(get(place.viewer, place.url()))
    assert json.loads(get(place.viewer, place.url(PAGE + "figure.json")).content)["data"] == []


def test_the_sentence_the_parts_and_the_target(dated: Place) -> None:
    page = words(get(dated.viewer, dated.url(PAGE)))
    day = day_words(in_weeks(3))
    assert f"Ready by {day} with a chance of 50 %, by {day} with 85 %: the tasks decide it." in page
    assert f"The chance to keep the target date, {day_words(in_weeks(2))}, is less than 1 %." in page
    assert "the throughput of" in page and "decides the date" in page
    # Whatever depends on what, what is certain stays so.
    assert "Show the numbers" in page and "Earlier forecasts" in page
    assert f"Ready by {day} with a chance of 50 %" in words(get(dated.viewer, dated.url()))


def test_what_if_is_in_the_address_and_stores_nothing(dated: Place) -> None:
    kept = Forecast.objects.count()
    page = words(get(dated.viewer, dated.url(PAGE + "?cut_tasks=4")))
    ten = day_words((timezone.now() + timedelta(days=10)).date())
    # By hand: two tasks take a week, and the estimates ten days; as it is it takes three weeks.
    assert f"Ready by {ten} with a chance of 50 %" in page and "P85 11 days sooner" in page
    dropped = text(get(dated.viewer, dated.url(PAGE + "?drop=tasks&labeling_rate=2&cut_tasks=")))
    assert re.search(r'value="tasks"[^>]*checked', dropped) and "P85 11 days sooner" in dropped
    src = re.search(r'data-src="([^"]+)"', dropped)
    assert src is not None and "drop=tasks" in src[1]
    names = [each["name"] for each in json.loads(get(dated.viewer, unescape(src[1])).content)["data"]]
    assert names[-3:] == ["As it is", "Otherwise", "Target date"]
    wrong = get(dated.viewer, dated.url(PAGE + "?drop=nothing"))
    assert (wrong.status_code, "There is no such part any more" in text(wrong)) == (422, True)
    assert get(dated.viewer, dated.url(PAGE + "?cut_tasks=-1")).status_code == 422
    assert Forecast.objects.count() == kept


def test_an_estimate_by_form(dated: Place) -> None:
    page = text(get(dated.contributor, dated.url(PAGE + "?estimate=model.coverage")))
    checks = re.findall(r'<option value="([^"]+)"', page)
    sent = {"check": checks[0], **{name: in_weeks(9).isoformat() for name in ("earliest", "likely", "latest")}}
    assert post(dated.viewer, dated.url(PAGE), sent).status_code == 403
    assert post(dated.stranger, dated.url(PAGE), sent).status_code == 404
    assert post(dated.contributor, dated.url(PAGE), sent).status_code == 302
    newest = CheckEstimate.objects.latest("id")
    assert (newest.check_id, newest.latest, newest.author) == (checks[0], in_weeks(9), dated.contributor.user)
    # The new one supersedes: nine weeks, and so it decides.
    after = words(get(dated.viewer, dated.url(PAGE)))
    assert f"Ready by {day_words(in_weeks(9))} with a chance of 50 %" in after
    for name, value, says in (
        ("likely", in_weeks(8).isoformat(), "not before the earliest"),
        ("latest", "", "This field is required"),
        ("check", "no.such", "The scorecard has no such check"),
    ):
        refused = post(dated.contributor, dated.url(PAGE), {**sent, name: value})
        assert (refused.status_code, says in text(refused)) == (422, True), name


@pytest.mark.parametrize(("state", "why"), [("paused", "paused"), ("cancelled", "cancelled")])
def test_what_is_not_active_is_not_forecast(dated: Place, state: str, why: str) -> None:
    edit_initiative(dated.owner, dated.initiative, {"state": state})
    page = words(get(dated.viewer, dated.url(PAGE)))
    assert f"There is none, since the initiative is {why}." in page and "Earlier forecasts" in page
    assert json.loads(get(dated.viewer, dated.url(PAGE + "figure.json")).content)["data"] == []


def test_a_fixed_number_of_queries(dated: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = browser(dated.viewer)
    client.get(dated.url(PAGE))
    for _ in range(2):
        with django_assert_max_num_queries(15):
            client.get(dated.url(PAGE + "?cut_tasks=1"))
        add_history(dated.initiative, weeks=3)


def keep(initiative: Initiative, made: date, late: int, **outcome: Any) -> Forecast:
    """Keep a forecast whose days were ten and twenty days after it was made; it was reached so many days after P50."""
    p50, p85 = made + timedelta(days=10), made + timedelta(days=20)
    done = outcome or {"reached_on": p50 + timedelta(days=late)}
    fields = {"mass50": 0.5, "mass85": 0.85, "document": {"parts": []}, "digest": "d", "decided_by": "tasks"}
    own = made + timedelta(days=5)
    return Forecast.objects.create(
        initiative=initiative, made_at=timezone.now(), as_of=made, p50=p50, p85=p85, target_date=own, **fields, **done
    )


def test_how_forecasts_did(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    team = Team()
    home = f"/w/{team.workspace.key}/forecasts/"
    viewer = team.principal_of(team.viewer)
    assert "No forecast was kept yet" in words(get(viewer, home))
    made = timezone.now().date() - timedelta(days=60)
    for number, late in enumerate((-2, -1, 5, 15)):
        keep(make_initiative(team.principal, f"AN{number}"), made, late)
    ended = make_initiative(team.principal, "ENDED")
    keep(ended, made, 0, cancelled_on=made + timedelta(days=3))
    told = ok(team.viewer.call("get", "forecasts/calibration/"))
    # By hand: two of four were done by P50, three by P85; losses of P50 are (2 + 1 + 5 + 15) / 2 / 4 days, those of the
    # owners' dates, which are five days before it, (3 + 4 + 10 + 20) / 2 / 4.
    assert (told["p50"]["coverage"], told["p85"]["coverage"], told["p50"]["initiatives"]) == (0.5, 0.75, 4)
    assert (told["beside"]["loss_days"], told["owner"]["loss_days"]) == (2.875, 4.625)
    assert (told["kept"], told["cancelled"], told["open"], told["without_date"]) == (5, 1, 0, 0)
    assert told["sharpness"] == {"n": 5, "width": 10.0, "width_median": 10.0, "ahead": 20.0}
    assert ok(team.stranger.call("get", "forecasts/calibration/"))["kept"] == 0
    client = browser(viewer)
    client.get(home)
    with django_assert_max_num_queries(8):
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(text(client.get(home)))))
    assert "as claimed, as far as so few tell" in page and "Against the owners' own dates" in page
    assert "50 % 7 % – 93 % 50 %" in page.replace("\u202f", " ")  # Clopper and Pearson's interval of 2 of 4
    lines = b"".join(get(viewer, home + "forecasts.csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("initiative,made_at,as_of,p50") and len(lines) == 6
    assert lines[1].startswith("AN0,") and lines[1].split(",")[7] == "tasks"


def test_nothing_is_scored_before_its_day(place: Place) -> None:
    keep(place.initiative, timezone.now().date(), 0, reached_on=None)
    page = words(get(place.viewer, f"/w/{place.owner.workspace.key}/forecasts/"))
    assert "No day has come yet" in page and "Forecasts that stand" in page and "the tasks" in page


def test_an_estimate_is_withdrawn_on_the_page(dated: Place) -> None:
    page = text(get(dated.contributor, dated.url(PAGE)))
    (path, *_) = re.findall(r'action="/w/[\w-]+/initiatives/\w+/(estimates/\w+/withdraw/)"', page)
    assert "Withdraw the estimate" not in text(get(dated.viewer, dated.url(PAGE)))
    client = browser(dated.contributor)
    client.post(dated.url(path))
    told = words(client.get(dated.url(PAGE)))
    assert "The estimate is withdrawn, and the forecast rests on none." in told
    assert "its estimate was withdrawn; its owner can name the earliest" in told

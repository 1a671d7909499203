"""A KPI's page tells the movement since a named period, what happened beside it, where it goes, and its segments."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kpis.models import KPI, KpiNote
from kpis.services.alert_judging import judge_alerts
from kpis.services.alerts import watch_kpi
from kpis.services.contributions import set_contribution
from kpis.services.kpi_notes import write_note
from kpis.services.kpis import edit_kpi
from kpis.services.readings import record_readings
from projects.services.deployments import record_deployment
from tests.kpis.views.conftest import Place
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text

FALLING = tuple(20.0 - week * 0.25 + (week % 2) * 0.1 for week in range(60))


@pytest.fixture
def kpi(place: Place) -> KPI:
    """A KPI with a year of weeks, tied to an initiative that released, with two segments."""
    kpi = make_kpi(place.owner, FALLING, owner=place.owner.user)
    set_contribution(place.owner, place.initiative, kpi, expected=-2.0)
    record_deployment(place.owner, place.initiative, environment="production", version="7")
    now = timezone.now()
    rows = [(week, name) for week in range(5) for name in ("North", "South")]
    record_readings(kpi, [{"time": now - timedelta(weeks=w), "value": 5.0 + w, "segment": name} for w, name in rows])
    return kpi


def page(place: Place, kpi: KPI, rest: str = "") -> str:
    return text(get(place.viewer, home(place.owner, f"kpis/{kpi.key}/{rest}")))


# The weeks count down by 0.25 and zigzag by 0.1: from an odd week to another odd one the zigzag is gone. The newest
# week is the 59th: 20 − 14.75 + 0.1 = 5.35; the one before 5.5, 52 weeks before 18.35, the baseline 12.
@pytest.mark.parametrize(
    ("since", "moved"),
    [("before", "-0.15"), ("year", "-13"), ("baseline", "-6.65"), ("nonsense", "-0.15")],
)
def test_the_movement_since_a_named_period(place: Place, kpi: KPI, since: str, moved: str) -> None:
    shown = page(place, kpi, f"?since={since}")
    assert f'class="delta tone-ok">{moved}\u202f%' in shown.replace("−", "-").replace("&#x202f;", "\u202f")


def test_a_period_without_a_reading_is_said(place: Place) -> None:
    kpi = make_kpi(place.owner, (9.0, 8.5))
    assert "nothing to compare with" in page(place, kpi, "?since=year")


def test_the_page_tells_what_happened_and_where_it_goes(place: Place, kpi: KPI) -> None:
    write_note(place.contributor, kpi, day=timezone.now().date(), text="A campaign <b>began</b>")
    edit_kpi(place.owner, kpi, {"target": 4})
    shown = page(place, kpi)
    for words in (
        "CHURN released 7",
        "A campaign &lt;b&gt;began",
        "Goal 2:",
        "If it moves on as it did",
        "North",
        "South",
    ):
        assert words in shown, words
    assert "Of the last 48 values" in shown
    assert "Expected by now" in shown
    assert "At this pace" in shown


def test_too_little_history_is_said(place: Place) -> None:
    assert "Too little history: 3 of 12 periods" in page(place, make_kpi(place.owner))


def test_the_figure_has_marks_and_a_forecast(place: Place, kpi: KPI) -> None:
    write_note(place.contributor, kpi, day=timezone.now().date(), text="A campaign")
    found = json.loads(page(place, kpi, "figure.json"))
    traces = {trace["name"]: trace for trace in found["data"]}
    assert {"Value", "Goal", "Release", "Goal changed", "Note", "Forecast", "80% interval"} <= set(traces)
    assert traces["Note"]["y"] == [pytest.approx(5.35)]
    assert traces["80% interval"]["fill"] == "toself"


def test_an_open_alert_stands_above_the_number(place: Place, kpi: KPI) -> None:
    watch_kpi(place.owner, kpi, kind="threshold", side="below", value=6)
    judge_alerts(kpi.pk)
    assert "1 alert is open" in page(place, kpi)


def test_the_page_takes_a_fixed_number_of_queries(place: Place, kpi: KPI, django_assert_max_num_queries: Any) -> None:
    get(place.viewer, home(place.owner, f"kpis/{kpi.key}/"))
    with django_assert_max_num_queries(29) as first:
        page(place, kpi)
    for number in range(8):
        write_note(place.contributor, kpi, day=timezone.now().date(), text=f"Note {number}")
    make_segments(kpi)
    with django_assert_max_num_queries(len(first)):
        page(place, kpi)


def make_segments(kpi: KPI) -> None:
    now = timezone.now()
    record_readings(kpi, [{"time": now, "value": 1.0, "segment": f"S{number}"} for number in range(30)])


def test_only_some_segments_are_drawn_and_that_is_said(place: Place, kpi: KPI) -> None:
    make_segments(kpi)
    shown = page(place, kpi)
    assert "The first 24 by name" in shown
    assert shown.count("?segment=") == 24


@pytest.mark.parametrize(("by", "name"), [("month", "month"), ("fiscal_year", "fiscal_year"), ("century", "week")])
def test_readings_by_period_are_a_csv(place: Place, kpi: KPI, by: str, name: str) -> None:
    answer: Any = get(place.viewer, home(place.owner, f"kpis/{kpi.key}/readings/periods.csv?by={by}"))
    assert f'filename="{kpi.key}-by-{name}.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert {row["segment"] for row in rows} == {"", "North", "South"}
    assert sum(int(row["readings"]) for row in rows) == 70


def test_a_note_is_changed_and_removed_by_whoever_wrote_it(place: Place, kpi: KPI) -> None:
    here, today = home(place.owner, f"kpis/{kpi.key}/notes/"), timezone.now().date().isoformat()
    assert post(place.contributor, here, {"day": today, "text": "A campaign"}).status_code == 302
    note = KpiNote.objects.get()
    own = f"{here}{note.public_id}/"
    assert post(place.contributor, own, {"day": today, "text": "Two campaigns"}).status_code == 302
    KpiNote.objects.update(author=place.owner.user)
    assert post(place.contributor, own, {"day": today, "text": "Mine"}).status_code == 403
    assert post(place.contributor, f"{own}remove/", {"removed": "1"}).status_code == 403
    assert post(place.manager, f"{own}remove/", {"removed": "1"}).status_code == 302
    assert "Two campaigns" not in page(place, kpi)
    assert post(place.manager, f"{own}remove/", {}).status_code == 302
    assert "Two campaigns" in page(place, kpi)


@pytest.mark.parametrize(
    "given", [{"day": "2099-01-01", "text": "Soon"}, {"day": "", "text": "x"}, {"day": "2026-01-01"}]
)
def test_a_note_that_says_nothing_is_refused(place: Place, kpi: KPI, given: dict[str, str]) -> None:
    answer = post(place.contributor, home(place.owner, f"kpis/{kpi.key}/notes/"), given)
    assert answer.status_code == 422
    assert not KpiNote.objects.exists()

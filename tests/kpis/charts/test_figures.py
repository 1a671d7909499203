"""Figures are plain JSON with tokens for colours, gaps for what is missing, and few enough points."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime
from typing import Any

import plotly.graph_objects as go
import pytest
from django.utils import timezone

from kpis.charts import GoalLine, Line, figure, kpi_figure, kpi_history, metric_history, target_figure, thinned
from kpis.selectors.kpis import kpi_detail
from kpis.selectors.target_history import target_histories
from kpis.selectors.targets import aliases_of, baselines_of, targets_of
from kpis.services.aliases import set_alias
from kpis.services.baselines import state_baseline
from kpis.services.kpis import create_kpi, edit_kpi
from kpis.services.readings import record_readings
from kpis.services.targets import approve_target, propose_target, withdraw_target
from projects.connectors.records import MetricRecord
from tests.factories import make_initiative, make_member, make_runs, make_workspace

WEEKS = [(date(2026, 1, 5), 1.0), (date(2026, 1, 12), None), (date(2026, 1, 19), 3.0)]


def named(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


def test_a_figure_is_plain_json_without_bare_nan() -> None:
    text = json.dumps(figure([Line("a", WEEKS)]), allow_nan=False)
    assert "bdata" not in text
    assert "2026-01-12" in text


def test_a_missing_value_is_a_gap() -> None:
    (trace,) = figure([Line("a", WEEKS)])["data"]
    assert trace["y"] == [1.0, None, 3.0]
    assert trace["connectgaps"] is False


def test_colours_are_tokens_of_the_page() -> None:
    (trace,) = figure([Line("a", WEEKS, "--bad")])["data"]
    assert (trace["line"]["color"], trace["marker"]["color"]) == ("--bad", "--bad")


def test_plotly_knows_every_word_of_a_figure() -> None:
    lines = [
        Line("a", WEEKS, dash="dot", shape="hv", muted=True),
        Line("b", WEEKS, mode="markers", notes=["<b>1</b>", "2", "3"]),
        Line("none", []),
    ]
    drawn = figure(lines, "days", "share")
    for trace in drawn["data"]:
        # Colours are names of the page's tokens, which are looked up before plotly sees them.
        del trace["line"]["color"], trace["marker"]["color"]
        assert {"marker": {}, **go.Scatter(trace).to_plotly_json()} == trace
    assert drawn["data"][1]["text"] == ["&lt;b&gt;1&lt;/b&gt;", "2", "3"] and "text" not in drawn["data"][0]
    assert go.Layout(drawn["layout"]).showlegend


def test_names_stay_data() -> None:
    (trace,) = figure([Line("<b>x</b>", WEEKS)])["data"]
    assert trace["type"] == "scatter"
    assert trace["name"] == "&lt;b&gt;x&lt;/b&gt;"


def test_a_history_shows_versions_and_pace() -> None:
    start, middle, end = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
    goals = [GoalLine(start, middle, 8.0), GoalLine(middle, end, 7.0), GoalLine(middle, end, 9.0, proposed=True)]
    traces = named(kpi_history(WEEKS, goals, [(start, 12.0), (end, 7.0)], "%"))
    assert set(traces) == {"Value", "Goal", "Goal, proposed", "Expected by now"}
    assert traces["Goal"]["y"] == [8.0, 8.0, None, 7.0, 7.0]
    assert traces["Goal"]["line"]["dash"] == "dash"
    assert traces["Goal, proposed"]["line"]["dash"] == "dot"


def test_a_metric_has_its_target_beside_it() -> None:
    traces = named(metric_history([(0, 0.5), (10, 0.9)], "accuracy", 0.8))
    assert traces["Target"]["x"] == [0, 10]
    assert "Target" not in named(metric_history([], "accuracy", 0.8))


@pytest.mark.parametrize("size", [0, 1, 1999, 2000])
def test_what_fits_is_left_alone(size: int) -> None:
    points = [(place, float(place)) for place in range(size)]
    assert thinned(points) == points


@pytest.mark.parametrize("size", [2001, 2500, 25_000])
def test_what_is_thinned_keeps_ends_extremes_and_gaps(size: int) -> None:
    chance = random.Random(size)
    points: list[tuple[int, float | None]] = [(place, chance.gauss(0, 1)) for place in range(size)]
    points[size // 2] = (size // 2, 99.0)
    points[size // 3] = (size // 3, -99.0)
    points[size // 4] = (size // 4, None)
    kept = thinned(points)
    assert len(kept) <= 2000
    assert kept == sorted(kept, key=lambda point: point[0])
    assert {points[0], points[-1], points[size // 2], points[size // 3], points[size // 4]} <= set(kept)


def test_a_series_of_gaps_can_be_thinned() -> None:
    assert len(thinned([(place, None) for place in range(9000)])) <= 2000


@pytest.mark.django_db
def test_the_figure_of_a_kpi() -> None:
    owner = make_workspace()
    goal: dict[str, Any] = {"baseline": 12.0, "target": 8.0, "start": "2026-01-01", "due": "2026-12-31"}
    kpi = create_kpi(owner, name="Churn", direction="lower", unit="%", **goal)
    record_readings(kpi, {"times": ["2026-01-05", "2026-01-12"], "values": [12, 11]})
    edit_kpi(owner, kpi, {"target": 9.0}, reason="r")
    traces = named(kpi_figure(kpi_detail(kpi), timezone.now()))
    assert traces["Value"]["y"] == [12.0, 11.0]
    assert traces["Goal"]["y"] == [8.0, 8.0]
    assert traces["Goal, proposed"]["y"] == [9.0, 9.0]
    assert traces["Expected by now"]["x"] == ["2026-01-01", "2026-12-31"]


@pytest.mark.django_db
def test_a_range_has_two_lines() -> None:
    kpi = create_kpi(make_workspace(), name="pH", direction="range", low=4.0, high=6.0)
    assert named(kpi_figure(kpi_detail(kpi), timezone.now()))["Goal"]["y"] == [4.0, 4.0, None, 6.0, 6.0]


@pytest.mark.django_db
def test_the_figure_of_a_target_and_its_versions() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    for metric in ("latency", "accuracy"):
        target = propose_target(owner, initiative, metric=metric, comparator=">=", value=0.9)
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    make_runs(
        initiative, [{"accuracy": 0.8, "val_acc": 0.1}, {"val_acc": 0.9}, {"accuracy": MetricRecord(None, "nan")}]
    )
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.8, reason="r")
    withdraw_target(owner, targets_of(initiative)[1].versions[0])
    accuracy, latency = targets_of(initiative)
    assert (accuracy.active, accuracy.waiting) == (target, accuracy.versions[0])
    assert (latency.active, [version.state for version in latency.versions]) == (None, ["withdrawn", "superseded"])
    (history, _) = target_histories(initiative, [accuracy, latency], aliases_of(initiative))
    traces = named(target_figure(history, timezone.now()))
    assert (traces["accuracy"]["mode"], traces["accuracy"]["y"]) == ("markers", [0.8, 0.9, None])
    assert (traces["Best so far"]["line"]["shape"], traces["Best so far"]["y"]) == ("hv", [0.8, 0.9, 0.9])
    assert traces["Target, proposed"]["y"] == [0.8, 0.8]
    assert "Loosened" not in traces


@pytest.mark.django_db
def test_a_loosened_target_stays_marked() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    make_runs(initiative, [{"accuracy": 0.8}])
    for value in (0.9, 0.85, 0.95):
        kept = propose_target(owner, initiative, metric="accuracy", comparator=">=", value=value, reason="<b>tired</b>")
        if kept.state == "proposed":
            approve_target(make_member(owner.workspace, is_approver=True), kept)
    (line,) = targets_of(initiative)
    traces = named(target_figure(target_histories(initiative, [line], [])[0], timezone.now()))
    assert traces["Target"]["y"] == [0.9, 0.9, None, 0.85, 0.85, None, 0.95, 0.95]
    assert (traces["Target"]["mode"], traces["Target"]["line"]["dash"]) == ("lines+markers", "dash")
    starts = [each.valid_from.isoformat() for each in reversed(line.versions) if each.valid_from]
    assert [traces["Target"]["x"][place] for place in (0, 3, 6)] == starts
    mark = traces["Loosened"]
    assert (mark["x"], mark["y"], mark["marker"]["symbol"]) == (starts[1:2], [0.85], "diamond")
    (note,) = mark["text"]
    assert "accuracy ≥ 0.85" in note and "&lt;b&gt;tired&lt;/b&gt;" in note and "approved by member" in note


@pytest.mark.django_db
def test_names_and_baselines_are_listed() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    for value in (0.6, 0.7):
        state_baseline(owner, initiative, metric="accuracy", value=value, note="majority class")
    assert [each.alias for each in aliases_of(initiative)] == ["val_acc"]
    assert [each.value for each in baselines_of(initiative)] == [0.7, 0.6]

"""The one JSON shape, and what is read out of it: changes, blockers in five words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kpis.scoring.changes import Change, what_changed
from kpis.scoring.document import document_digest, finite, readiness_document
from kpis.scoring.inputs import JudgementInputs, PlainBaseline
from kpis.scoring.points import MetricPoint
from kpis.scoring.portfolio import PortfolioRow, blocked_by, roll_up
from kpis.scoring.readiness import judge
from kpis.scoring.scorecard_parse import default_scorecard
from kpis.scoring.targets import Target
from tests.kpis.scoring.builders import METRICS, NOW, candidate_of, inputs_of, run_of, waiver, words_for_all

SCORECARD = default_scorecard()
READY = inputs_of(attestations=words_for_all())
CHECK_KEYS = {
    *("id", "title", "result", "required", "observed", "expected", "n", "low", "high", "goal"),
    *("evidence", "reason", "age_seconds", "evidence_kind", "what_would_pass"),
}


def document(inputs: JudgementInputs, hours: float = 0) -> dict[str, Any]:
    return readiness_document(judge(inputs, SCORECARD, NOW + timedelta(hours=hours)))


def test_the_shape() -> None:
    found = document(READY)
    assert {
        "initiative",
        "candidate",
        "verdict",
        "warnings",
        "health",
        "score",
        "as_of",
        "policy_version",
        "sections",
        "blockers",
        "waivers",
        "forecast",
    } <= set(found)
    assert (found["initiative"], found["verdict"], found["health"]) == ("CHURN", "ready", "on_track")
    assert (found["as_of"], found["forecast"]) == ("2027-03-01T12:00:00Z", None)
    for section in found["sections"]:
        assert set(section) == {"name", "verdict", "score", "checks"}
        for check in section["checks"]:
            assert set(check) == CHECK_KEYS
            for evidence in check["evidence"]:
                assert {"label", "url", "kind"} <= set(evidence)


@pytest.mark.parametrize(
    "comparator, value, high",
    [(">=", 0.9, None), (">", 0.9, None), ("<=", 0.5, None), ("<", 0.5, None), ("between", 0.2, 0.6)],
)
def test_a_goal_says_what_the_target_says(comparator: Any, value: float, high: float | None) -> None:
    target = Target("t1", "recall", comparator, value, high)
    found = document(inputs_of({**METRICS, "recall": 0.4}, targets=(target,)))
    checks = {check["id"]: check for section in found["sections"] for check in section["checks"]}
    assert checks["model.other_targets"]["goal"] == {"comparator": comparator, "value": value, "high": high}


def test_ages_are_seconds() -> None:
    run = candidate_of(run_of(METRICS, ended_at=NOW - timedelta(hours=2)))
    checks = {
        check["id"]: check
        for section in document(replace(READY, candidate=run))["sections"]
        for check in section["checks"]
    }
    assert checks["model.accuracy"]["age_seconds"] == 7200
    assert checks["data.privacy"]["age_seconds"] == 86400
    assert checks["value.kpi_linked"]["age_seconds"] is None


@pytest.mark.parametrize("special", ["nan", "inf", "-inf"])
def test_it_never_holds_what_json_has_not(special: str) -> None:
    run = run_of(METRICS)
    odd = MetricPoint(None, special=special)
    bare = MetricPoint(float(special), low=float(special), high=float(special))
    for point in (odd, bare):
        run = replace(run, metrics={**run.metrics, "accuracy": point, "rmse": point})
        inputs = replace(
            READY,
            candidate=candidate_of(run),
            baselines=(PlainBaseline("rmse", 4),),
            waivers=(waiver("model.accuracy", value=0.9),),
        )
        assert json.loads(json.dumps(document(inputs), allow_nan=False))["verdict"] != "ready"
    assert finite(float(special)) is None
    assert finite("nan") == "nan"


def test_without_a_candidate() -> None:
    found = document(replace(READY, candidate=None))
    assert (found["candidate"], found["verdict"], blocked_by(found)) == (None, "unknown", "No candidate yet")


def test_equal_inputs_give_an_equal_document() -> None:
    assert document(READY) == document(READY)


def test_the_digest_forgets_only_the_time_of_asking() -> None:
    run = candidate_of(run_of(METRICS, ended_at=NOW - timedelta(hours=2)))
    inputs = replace(READY, candidate=run)
    assert document_digest(document(inputs)) == document_digest(document(inputs, hours=0.0001))
    for change in (
        {"attestations": ()},
        {"candidate": candidate_of(run_of(METRICS, id="run_2"))},
        {"proposals": ("x",)},
    ):
        assert document_digest(document(replace(inputs, **change))) != document_digest(document(inputs))


def test_blockers_say_what_would_pass() -> None:
    found = document(inputs_of(METRICS | {"coverage": 0.4}))
    assert found["blockers"][0]["check"] == "model.coverage"
    assert found["blockers"][0]["what_would_pass"]
    assert blocked_by(found) == "Coverage fails"
    assert blocked_by(document(READY)) == ""


def texts(changes: list[Change], kind: str) -> list[str]:
    return [change.text for change in changes if change.kind == kind]


def test_nothing_changed() -> None:
    assert what_changed(document(READY), document(READY, hours=1)) == []


def test_what_changed_when_coverage_fell() -> None:
    worse = replace(
        READY, candidate=candidate_of(run_of(METRICS | {"coverage": 0.4, "accuracy": 0.94}, id="run_2", label="tree"))
    )
    changes = what_changed(document(READY), document(worse))
    assert changes[0] == Change("verdict", "Verdict: ready → not ready", better=False)
    assert texts(changes, "candidate") == ["Candidate: forest → tree"]
    fallen = [change for change in changes if change.check == "model.coverage"]
    assert len(fallen) == 1
    assert fallen[0].better is False
    assert "pass → fail (95 % bounds" in fallen[0].text
    assert "Accuracy reaches its target: 0.93 → 0.94" in texts(changes, "observed")
    back = what_changed(document(worse), document(READY))
    assert back[0].better is True
    assert [change.better for change in back if change.check == "model.coverage"] == [True]


def test_what_changed_with_the_policy() -> None:
    level = replace(READY.initiative, criticality="experiment")
    fewer = document(replace(READY, initiative=level)) | {"policy_version": "2"}
    changes = what_changed(document(READY), fewer)
    assert texts(changes, "policy") == ["Scorecard: default-5 → 2"]
    assert "A schema" not in texts(changes, "removed")
    assert len(texts(changes, "removed")) == len(texts(what_changed(fewer, document(READY)), "added")) > 5


def test_from_no_candidate_to_one() -> None:
    changes = what_changed(document(replace(READY, candidate=None)), document(READY))
    assert texts(changes, "candidate") == ["Candidate: none → forest"]


def test_a_portfolio_in_four_figures() -> None:
    rows = [
        PortfolioRow("ready", "on_track", attainments=(1.4, None)),
        PortfolioRow("not_ready", "on_track", attainments=(0.5,)),
        PortfolioRow("not_ready", "off_track", attainments=(-0.5,)),
        PortfolioRow("unknown", "no_data"),
        PortfolioRow("unknown", "at_risk"),
        PortfolioRow("ready", "no_data", "paused", (9.0,)),
        PortfolioRow("not_ready", "no_data", "cancelled"),
    ]
    found = roll_up(rows)
    assert (found.active, found.ready, found.not_ready, found.unknown) == (5, 1, 2, 2)
    assert (found.on_track, found.at_risk, found.off_track, found.no_data) == (2, 1, 1, 1)
    assert (found.attainment, found.attainment_n) == (0.5, 3)


def test_an_empty_portfolio() -> None:
    found = roll_up([])
    assert (found.active, found.attainment, found.attainment_n) == (0, None, 0)

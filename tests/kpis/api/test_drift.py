"""Drift by REST: computed here, kept as observations, judged as they are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from kpis.scoring.monitoring.feature_drift import FeatureDrift, compare_bins
from kpis.services import feature_drift
from kpis.services.monitoring import judge_monitors
from mltrack.accounts.models import AuditEvent
from projects.models import Finding, Initiative, Observation
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/drift/"
ALIKE = {"reference": [40, 30, 20, 10], "current": [41, 29, 20, 10]}
MOVED = {"reference": [40, 30, 20, 10], "current": [10, 20, 30, 40]}
SAMPLES = {"reference": [float(each) for each in range(60)], "current": [float(each) for each in range(30, 90)]}


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def drift(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"features": list(features), **more}


def test_histograms_and_samples_are_compared_and_kept(team: Team, churn: Initiative) -> None:
    body = drift(
        {"name": "amount", "bins": MOVED},
        {"name": "age", "samples": SAMPLES, "segment": "IL"},
        {"name": "age", "samples": SAMPLES, "method": "wasserstein"},
        time="2026-11-02T00:00:00Z",
        reference="October",
    )
    answer = ok(team.contributor.call("post", HERE, body))["features"]
    assert [(each["method"], each["state"], each["drifted"]) for each in answer] == [
        ("psi", "created", True),
        ("ks", "created", True),
        ("wasserstein", "created", None),
    ]
    # By hand: half of sixty lie above the reference; the index is 2 · (0.3 ln 4 + 0.1 ln 1.5).
    assert answer[1]["value"] == 0.5 and answer[1]["n"] == answer[1]["n_reference"] == 60
    assert answer[0]["value"] == pytest.approx(0.9129, abs=5e-5)
    kept = Observation.objects.order_by("series__name", "series__segment").values_list(
        "series__kind", "series__name", "series__segment", "method", "reference", "n"
    )
    assert list(kept) == [
        ("drift", "age", "", "wasserstein distance in deviations", "October", 60),
        ("drift", "age", "IL", "ks distance", "October", 60),
        ("drift", "amount", "", "psi", "October", 100),
    ]
    again = ok(team.contributor.call("post", HERE, body))["features"]
    assert {each["state"] for each in again} == {"unchanged"}
    assert AuditEvent.objects.filter(object_kind="observations").count() == 1


def test_a_drift_opens_a_finding_that_the_next_one_closes(team: Team, churn: Initiative) -> None:
    ok(team.contributor.call("post", HERE, drift({"name": "amount", "bins": MOVED}, time="2026-11-02T00:00:00Z")))
    judge_monitors(churn.pk)
    (finding,) = Finding.objects.filter(closed_at=None)
    assert (finding.kind, finding.name, finding.initiative) == ("drift", "amount", churn)
    ok(team.contributor.call("post", HERE, drift({"name": "amount", "bins": ALIKE}, time="2026-11-03T00:00:00Z")))
    judge_monitors(churn.pk)
    assert not Finding.objects.filter(closed_at=None).exists()


@pytest.mark.parametrize(
    ("features", "places"),
    [
        ([], {"/features"}),
        ([{"name": "amount"}], {"/features/0/samples"}),
        ([{"name": "amount", "bins": ALIKE, "samples": SAMPLES}], {"/features/0/bins"}),
        ([{"name": "amount", "bins": ALIKE, "method": "wasserstein"}], {"/features/0/bins"}),
        ([{"name": "amount", "bins": {"reference": [1], "current": [1, 2]}}], {"/features/0/bins"}),
        ([{"name": "amount", "bins": {"reference": [0, 0], "current": [1, 2]}}], {"/features/0/bins"}),
        ([{"name": "amount", "bins": {"reference": [-1], "current": [1]}}], {"/features/0/bins/reference/0"}),
        ([{"name": "amount", "samples": {"reference": ["x"], "current": [1]}}], {"/features/0/samples/reference/0"}),
        ([{"name": "amount", "bins": ALIKE}, {"name": "amount", "bins": MOVED}], {"/features/1/time"}),
        ([{"name": "a\u0000", "bins": ALIKE}], {"/features/0/name"}),
        ([{"name": "amount", "bins": ALIKE, "method": "chi2"}], {"/features/0/method"}),
    ],
)
def test_what_cannot_be_compared_is_pointed_into(
    team: Team, churn: Initiative, features: list[Any], places: set[str]
) -> None:
    assert pointers(refused(team.contributor.call("post", HERE, drift(*features)), 400)) == places
    assert not Observation.objects.exists()


def test_no_transaction_is_open_while_features_are_compared(
    team: Team, churn: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, own = [], len(connection.atomic_blocks)

    def compared(*given: Any) -> FeatureDrift:
        seen.append(len(connection.atomic_blocks))
        return compare_bins(*given)

    monkeypatch.setattr(feature_drift, "compare_bins", compared)
    body = drift({"name": "amount", "bins": MOVED}, time="2026-11-02T00:00:00Z")
    first = ok(team.contributor.call("post", HERE, body, idempotency_key="once"))
    assert seen == [own] and Observation.objects.count() == 1
    assert ok(team.contributor.call("post", HERE, body, idempotency_key="once")) == first
    refused(team.stranger.call("post", HERE, body), 404)
    assert seen == [own]


def test_bins_that_take_too_long_to_draw_are_refused_before_any_is(
    team: Team, churn: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat = {"reference": [9] * 50, "current": [9] * 50}
    many = [{"name": f"f{place}", "bins": flat, "method": "ks"} for place in range(19)]
    monkeypatch.setattr(feature_drift, "MOST_DRAWN_BINS", 59)
    fits = [*many, {"name": "a", "bins": flat}, {"name": "b", "samples": SAMPLES}]
    ok(team.contributor.call("post", HERE, drift(*fits)))
    monkeypatch.setattr(feature_drift, "compare_bins", None)
    over = [*many, {"name": "a", "bins": flat}, {"name": "b", "samples": SAMPLES, "method": "jensenshannon"}]
    problem = refused(team.contributor.call("post", HERE, drift(*over)), 400)
    assert pointers(problem) == {"/features"} and "at most 59 bins together, these have 60" in str(problem)


def test_what_is_told_of_a_feature_names_features(team: Team, churn: Initiative) -> None:
    twice = drift({"name": "amount", "bins": ALIKE}, {"name": "amount", "bins": MOVED})
    problem = refused(team.contributor.call("post", HERE, twice), 400)
    assert "time of features/0 once more" in str(problem) and "observations" not in str(problem)


def test_a_moment_to_come_is_refused(team: Team, churn: Initiative) -> None:
    body = drift({"name": "amount", "bins": ALIKE}, time="2190-01-01T00:00:00Z")
    assert pointers(refused(team.contributor.call("post", HERE, body), 400)) == {"/features/0/time"}


def test_who_may_send_it(team: Team, churn: Initiative) -> None:
    body = drift({"name": "amount", "bins": ALIKE})
    refused(team.viewer.call("post", HERE, body), 403)
    refused(team.stranger.call("post", HERE, body), 404)

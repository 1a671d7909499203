"""Image, canary and rollback: what deployments prove of a candidate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kpis.scoring.inputs import ReleaseFacts, RollbackFacts
from kpis.scoring.measured import MEASURES
from kpis.scoring.readiness import judge
from kpis.scoring.scorecard_parse import default_scorecard
from tests.kpis.scoring.builders import NOW, candidate_of, found, inputs_of, run_of, word

OURS = run_of({"accuracy": 0.9})
DAY = timedelta(days=1)


def release(version: str = "2", **fields: Any) -> ReleaseFacts:
    given = {"environment": "production", "state": "live", "at": NOW - 5 * DAY, "run": OURS.id, **fields}
    return ReleaseFacts(version, **given)


def measured(check: str, *releases: ReleaseFacts, **more: Any) -> tuple[str, str]:
    inputs = inputs_of(candidate=candidate_of(OURS), releases=releases, **more)
    result = MEASURES[f"delivery.{check}"](inputs)
    return result.result, result.reason or str(result.observed)


@pytest.mark.parametrize(
    ("releases", "told"),
    [
        ((), ("missing", "the candidate was not deployed yet")),
        ((release(),), ("missing", "no deployment of the candidate names an image")),
        ((release(image="sha256:9f2c"),), ("pass", "sha256:9f2c")),
        ((release(), release(image="sha256:9f2c", environment="eu")), ("pass", "sha256:9f2c")),
        ((release(image="sha256:9f2c", run="run_other"),), ("missing", "the candidate was not deployed yet")),
        ((release(image="sha256:9f2c", run=""),), ("missing", "the candidate was not deployed yet")),
    ],
)
def test_an_image_is_named(releases: tuple[ReleaseFacts, ...], told: tuple[str, str]) -> None:
    assert measured("containerised", *releases) == told


def test_a_model_version_is_known_by_its_own_id() -> None:
    candidate = replace(candidate_of(OURS), kind="model_version", id="mdl_1")
    releases = (release(run="", model_version="mdl_1", image="sha256:1"),)
    assert MEASURES["delivery.containerised"](inputs_of(candidate=candidate, releases=releases)).result == "pass"


@pytest.mark.parametrize(
    ("releases", "told"),
    [
        ((), ("missing", "it was no canary or shadow yet")),
        ((release(),), ("missing", "it was live before it was a canary")),
        ((release(beside_at=NOW - 7 * DAY),), ("pass", "beside what is live in production since")),
        ((release(state="canary", beside_at=NOW - 7 * DAY),), ("pass", "beside what is live in production since")),
        ((release(), release(state="shadow", beside_at=NOW - DAY)), ("missing", "it was live before it was a canary")),
        ((release(), release(state="canary", beside_at=NOW - 9 * DAY, environment="eu")), ("pass", "in eu since")),
    ],
)
def test_a_canary_comes_before_it_is_live(releases: tuple[ReleaseFacts, ...], told: tuple[str, str]) -> None:
    result, words = measured("canary", *releases)
    assert result == told[0] and told[1] in words


def test_going_back_is_proven_by_the_newest_rollback() -> None:
    assert measured("rollback") == ("missing", "going back was neither done nor rehearsed")
    drill = RollbackFacts("rehearsal", "staging", NOW - DAY, 40)
    assert measured("rollback", rollback=drill) == ("pass", "rehearsed in staging, took 40 seconds")
    real = RollbackFacts("real", "production", NOW - DAY, None, "2 → 1")
    assert measured("rollback", rollback=real) == ("pass", "2 → 1 in production, not timed")


@pytest.mark.parametrize(("days", "result"), [(179, "pass"), (180, "stale"), (400, "stale")])
def test_an_old_rehearsal_proves_nothing_any_more(days: int, result: str) -> None:
    drill = RollbackFacts("rehearsal", "production", NOW - days * DAY, 40)
    check = found(judge(inputs_of(rollback=drill), default_scorecard(), NOW), "delivery.rollback")
    assert (check.result, check.evidence_kind) == (result, "measured")


@pytest.mark.parametrize("name", ["containerised", "rollback", "canary"])
def test_a_word_stands_where_nothing_is_reported(name: str) -> None:
    check = f"delivery.{name}"
    result = found(judge(inputs_of(attestations=(word(check),)), default_scorecard(), NOW), check)
    assert (result.result, result.evidence_kind, result.points) == ("pass", "attested", 0.5)

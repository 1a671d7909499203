"""Observations, sources and planned stops by REST."""

from __future__ import annotations

from typing import Any

import pytest

from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, Observation, ObservedSeries
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/observations/"
END = HERE + "end/"
BATCH = HERE + "batch/"
ONE: dict[str, Any] = {
    "kind": "volume",
    "name": "refills",
    "segment": "IL",
    "time": "2026-11-01T00:00:00Z",
    "value": 12,
}


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def batch(*items: Any) -> dict[str, Any]:
    return {"observations": list(items)}


def test_one_is_made_corrected_and_listed(team: Team, churn: Initiative) -> None:
    made = ok(team.contributor.call("post", HERE, {**ONE, "n": 12, "method": "count"}), 201)
    assert made["series"].startswith("obs_")
    assert {name: made[name] for name in ("kind", "name", "segment", "value", "n", "method", "threshold")} == {
        **{name: ONE[name] for name in ("kind", "name", "segment", "value")},
        "n": 12,
        "method": "count",
        "threshold": None,
    }
    corrected = ok(team.contributor.call("post", HERE, {**ONE, "time": "2026-11-01T01:00:00+01:00", "value": 13}), 200)
    assert (corrected["series"], corrected["time"], corrected["n"]) == (made["series"], made["time"], None)
    assert [row["value"] for row in ok(team.viewer.call("get", HERE))["data"]] == [13]


def test_a_series_ends_until_something_newer_comes(team: Team, churn: Initiative) -> None:
    ok(team.contributor.call("post", BATCH, batch(ONE, {**ONE, "segment": "IN"}, {**ONE, "name": "other"})))
    of_one = {"kind": "volume", "name": "refills", "segment": "IL"}

    def ended() -> list[str]:
        return sorted(f"{each}" for each in ObservedSeries.objects.exclude(ended_at=None))

    assert ok(team.contributor.call("post", END, of_one)) == {"series": 1}
    assert ended() == ["volume refills IL"]
    assert ok(team.contributor.call("post", END, of_one)) == {"series": 0}
    assert ok(team.contributor.call("post", END, {"kind": "volume", "name": "refills"})) == {"series": 1}
    assert ended() == ["volume refills IL", "volume refills IN"]
    ok(team.contributor.call("post", BATCH, batch({**ONE, "value": 13}, {**ONE, "time": "2026-10-01T00:00:00Z"})))
    assert ended() == ["volume refills IL", "volume refills IN"]
    ok(team.contributor.call("post", BATCH, batch({**ONE, "time": "2026-11-01T00:00:01Z"})))
    assert ended() == ["volume refills IN"]
    assert ok(team.contributor.call("post", END, {**of_one, "segment": "IN", "ended": False})) == {"series": 1}
    assert ended() == []
    told = AuditEvent.objects.filter(action="end").order_by("id").values_list("after", flat=True)
    assert [(each["series"], each.get("segment"), each["ended"]) for each in told] == [
        (1, "IL", True),
        (1, None, True),
        (1, "IN", False),
    ]


def test_what_is_not_observed_cannot_end(team: Team, churn: Initiative) -> None:
    ok(team.contributor.call("post", HERE, ONE), 201)
    for odd in ({"name": "other"}, {"segment": "XX"}, {"kind": "errors"}):
        asked = {"kind": "volume", "name": "refills", "segment": "IL"} | odd
        assert pointers(refused(team.contributor.call("post", END, asked), 400)) == {"/name"}
    refused(team.viewer.call("post", END, {"kind": "volume", "name": "refills"}), 403)
    refused(team.stranger.call("post", END, {"kind": "volume", "name": "refills"}), 404)


def test_a_batch_says_what_became_of_each(team: Team, churn: Initiative) -> None:
    ok(team.contributor.call("post", HERE, ONE), 201)
    later = {**ONE, "time": "2026-11-02T00:00:00Z"}
    answer = ok(team.contributor.call("post", BATCH, batch(ONE, later)), 200)
    assert [each["state"] for each in answer.pop("results")] == ["unchanged", "created"]
    assert answer == {"created": 1, "updated": 0, "unchanged": 1}


def test_a_repeated_key_is_answered_as_before(team: Team, churn: Initiative) -> None:
    calls = [team.contributor.call("post", BATCH, batch(ONE), Idempotency_Key="nightly-1") for _ in range(2)]
    assert ok(calls[0], 200) == ok(calls[1], 200)
    assert ok(calls[1], 200)["created"] == 1


def test_filters_and_pages(team: Team, churn: Initiative) -> None:
    items = [
        {**ONE, "time": f"2026-11-{day:02}T00:00:00Z", "segment": segment}
        for day in (1, 2, 3)
        for segment in ("IL", "")
    ]
    ok(team.contributor.call("post", BATCH, batch(*items, {**ONE, "kind": "drift"})), 200)

    def listed(query: str) -> list[tuple[str, str, str]]:
        rows = ok(team.viewer.call("get", HERE + query))["data"]
        return [(row["kind"], row["segment"], row["time"][8:10]) for row in rows]

    assert listed("?kind=drift") == [("drift", "IL", "01")]
    assert listed("?kind=volume&segment=") == [("volume", "", day) for day in ("03", "02", "01")]
    assert listed("?segment=IL&since=2026-11-02T00:00:00Z") == [("volume", "IL", "03"), ("volume", "IL", "02")]
    assert listed("?name=visits") == []
    page = ok(team.viewer.call("get", HERE + "?limit=4"))
    rest = ok(team.viewer.call("get", HERE + page["next"].partition("observations/")[2]))
    assert (len(page["data"]), len(rest["data"]), rest["next"]) == (4, 3, None)
    assert pointers(refused(team.viewer.call("get", HERE + "?mood=1"), 400)) == {"/mood"}


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ([ONE], {"/observations"}),
        ({"rows": [ONE]}, {"/observations"}),
        ({"observations": {}}, {"/observations"}),
        ({**batch(ONE), "atomic": True}, {"/atomic"}),
        (batch(ONE, {**ONE, "value": "NaN"}), {"/observations/1/value"}),
        (batch({**ONE, "a/b": 1, "time": "2999-01-01T00:00:00Z"}), {"/observations/0/a~1b", "/observations/0/time"}),
        (batch(ONE, ONE), {"/observations/1/time"}),
        (batch(7), {"/observations/0"}),
    ],
)
def test_wrong_batches_are_refused_whole(team: Team, churn: Initiative, body: Any, places: set[str]) -> None:
    assert pointers(refused(team.contributor.call("post", BATCH, body), 400)) == places
    assert not Observation.objects.exists()


@pytest.mark.parametrize(("body", "places"), [({**ONE, "value": None}, {"/value"}), ([ONE], {""}), ({}, None)])
def test_a_wrong_one_is_pointed_into(team: Team, churn: Initiative, body: Any, places: set[str] | None) -> None:
    found = pointers(refused(team.contributor.call("post", HERE, body), 400))
    assert found == ({"/kind", "/name", "/time", "/value"} if places is None else places)


def test_a_source_is_entered_changed_and_archived(team: Team, churn: Initiative) -> None:
    body = {
        "key": "pharmacy-feed",
        "name": "Pharmacy feed",
        "owner": team.viewer.user.email,
        "note": "Nightly.",
        "features": [{"initiative": "CHURN", "feature": "refills"}],
    }
    made = ok(team.manager.call("post", "data-sources/", body), 201)
    assert {name: made[name] for name in body} == body
    here = "data-sources/pharmacy-feed/"
    assert ok(team.viewer.call("get", here)) == made
    changed = ok(team.manager.call("patch", here, {"features": [], "owner": None}), 200)
    assert (changed["features"], changed["owner"], changed["note"]) == ([], None, "Nightly.")
    ok(team.manager.call("patch", here, {"archived": True}), 200)
    assert ok(team.viewer.call("get", "data-sources/"))["data"] == []
    assert [row["key"] for row in ok(team.viewer.call("get", "data-sources/?archived=true"))["data"]] == [made["key"]]
    refused(team.contributor.call("patch", here, {"name": "Mine"}), 403)


def test_wrong_sources_are_pointed_into(team: Team, churn: Initiative) -> None:
    body = {"key": "feed", "name": "Feed", "owner": "nobody@example.org"}
    assert pointers(refused(team.manager.call("post", "data-sources/", body), 400)) == {"/owner"}
    fed = {"key": "feed", "name": "Feed", "features": [{"initiative": "NOWHERE", "feature": "x"}]}
    assert pointers(refused(team.manager.call("post", "data-sources/", fed), 400)) == {"/features"}


def test_a_stop_is_planned_listed_and_withdrawn(team: Team, churn: Initiative) -> None:
    ok(team.manager.call("post", "data-sources/", {"key": "feed", "name": "Feed"}), 201)
    days = {"first_day": "2026-12-24", "last_day": "2026-12-26", "reason": "Closed"}
    whole = ok(team.manager.call("post", "planned-stops/", days), 201)
    assert (whole["initiative"], whole["source"], whole["segment"]) == (None, None, "")
    part = ok(
        team.manager.call("post", "planned-stops/", {**days, "initiative": "CHURN", "source": "feed", "segment": "IL"}),
        201,
    )
    assert (part["initiative"], part["source"], part["author"]) == ("CHURN", "feed", team.manager.user.email)
    listed = ok(team.viewer.call("get", "planned-stops/?source=feed"))["data"]
    assert listed == [part]
    gone = ok(team.manager.call("post", f"planned-stops/{whole['id']}/withdraw/"), 200)
    assert gone["withdrawn_at"] is not None
    assert ok(team.viewer.call("get", "planned-stops/"))["data"] == [part]
    assert ok(team.viewer.call("get", "planned-stops/?withdrawn=true"))["data"] == [gone]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"initiative": "NOWHERE"}, "/initiative"),
        ({"source": "none"}, "/source"),
        ({"last_day": "2026-01-01"}, "/last_day"),
    ],
)
def test_wrong_stops_are_pointed_into(team: Team, fields: dict[str, str], place: str) -> None:
    days = {"first_day": "2026-12-24", "last_day": "2026-12-26", "reason": "Closed", **fields}
    assert pointers(refused(team.manager.call("post", "planned-stops/", days), 400)) == {place}


def test_a_result_file_is_read(team: Team, churn: Initiative) -> None:
    document = {"accuracy": 0.9, "val": {"loss": "nan"}}
    body = {"format": "dvc", "document": document, "time": "2026-11-01T00:00:00Z", "reference": "main"}
    answer = ok(team.contributor.call("post", HERE + "files/", body), 200)
    assert (answer["created"], answer["unread"], answer["more_unread"]) == (1, ["val/loss: nan is no finite number"], 0)
    assert [(each["name"], each["value"], each["state"]) for each in answer["observations"]] == [
        ("accuracy", 0.9, "created")
    ]
    assert ok(team.contributor.call("post", HERE + "files/", body), 200)["unchanged"] == 1
    (kept,) = ok(team.viewer.call("get", HERE))["data"]
    assert (kept["kind"], kept["reference"], kept["time"][:10]) == ("quality", "main", "2026-11-01")


def test_a_check_that_is_not_named_any_more_has_passed(team: Team, churn: Initiative) -> None:
    failure = {"schema": "refills", "column": "dose", "check": "column_in_dataframe", "error": "gone"}
    errors = {"SCHEMA": {"COLUMN_NOT_IN_DATAFRAME": [failure]}}

    def told(errors: Any, day: int) -> dict[str, float]:
        document = {"schema": "refills", "errors": errors}
        body = {"format": "pandera", "document": document, "time": f"2026-11-{day:02}T00:00:00Z"}
        answer = ok(team.contributor.call("post", HERE + "files/", body), 200)
        return {each["name"]: each["value"] for each in answer["observations"]}

    assert told(errors, 1) == {"refills schema": 0, "refills: dose column_in_dataframe": 0}
    assert told(None, 2) == {"refills schema": 1, "refills: dose column_in_dataframe": 1}


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"format": "csv"}, {"/format"}),
        ({"document": [1]}, {"/document"}),
        ({"document": None}, {"/document"}),
        ({"document": {"accuracy": "nan"}}, {"/document"}),
        ({"format": "evidently"}, {"/document"}),
        ({"format": "great_expectations"}, {"/document"}),
        ({"format": "pandera"}, {"/document"}),
        ({"time": "2999-01-01T00:00:00Z"}, {"/time"}),
        ({"reference": "x" * 201}, {"/reference"}),
    ],
)
def test_wrong_files_are_pointed_into(team: Team, churn: Initiative, fields: dict[str, Any], places: set[str]) -> None:
    body = {"format": "dvc", "document": {"accuracy": 0.9}, **fields}
    assert pointers(refused(team.contributor.call("post", HERE + "files/", body), 400)) == places
    assert not Observation.objects.exists()

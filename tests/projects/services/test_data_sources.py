"""The register of sources and the planned stops."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, JudgeDue, PlannedStop
from projects.services.data_sources import create_source, edit_source
from projects.services.planned_stops import plan_stop, withdraw_stop
from tests.factories import make_initiative, make_member, make_series, make_stranger, make_workspace

pytestmark = pytest.mark.django_db
EVE, LAST = date(2026, 12, 24), date(2026, 12, 26)


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    return make_initiative(owner)


@pytest.fixture
def other(owner: Principal) -> Initiative:
    return make_initiative(owner, "OTHER")


def due() -> set[str]:
    """Return the initiatives to be judged, and forget them."""
    found = set(JudgeDue.objects.values_list("initiative__key", flat=True))
    JudgeDue.objects.all().delete()
    return found


def test_a_source_feeds_features_of_initiatives(owner: Principal, churn: Initiative, other: Initiative) -> None:
    due()
    feeds = [("CHURN", "refills"), ("CHURN", "visits"), ("OTHER", "refills")]
    made = create_source(owner, key="feed", name=" Feed ", owner=owner.user, features=feeds)
    assert (made.name, made.owner, due()) == ("Feed", owner.user, {"CHURN", "OTHER"})
    assert {(each.initiative.key, each.feature) for each in made.features.all()} == set(feeds)
    edit_source(owner, made, {"features": [*feeds[:2]]})
    assert due() == {"OTHER"}
    edit_source(owner, made, {"features": feeds[1::-1], "name": "Feed"})
    assert due() == set()
    edit_source(owner, made, {"archived": True})
    assert due() == {"CHURN"}
    kinds = AuditEvent.objects.filter(object_kind="data source").order_by("id").values_list("action", flat=True)
    assert list(kinds) == ["create", "edit", "edit"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"key": "a" * 61}, "key"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"note": "\x00"}, "note"),
        ({"features": [("NOWHERE", "refills")]}, "features"),
        ({"features": [("CHURN", " ")]}, "features"),
        ({"features": [("CHURN", "a\nb")]}, "features"),
        ({"features": [("CHURN", "x")] * 1001}, "features"),
        ({"mood": 1}, "mood"),
    ],
)
def test_wrong_sources_are_refused(owner: Principal, churn: Initiative, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        create_source(owner, **{"key": "feed", "name": "Feed", **fields})
    assert set(caught.value.message_dict) == {place}


def test_a_key_is_taken_once(owner: Principal) -> None:
    create_source(owner, key="feed", name="Feed")
    create_source(make_stranger(), key="feed", name="Feed")
    with pytest.raises(ValidationError, match="There is a source feed already"):
        create_source(owner, key="feed", name="Another")


def test_others_people_and_initiatives_are_nobodys(owner: Principal) -> None:
    stranger = make_stranger()
    make_initiative(stranger, "THEIRS")
    made = create_source(owner, key="feed", name="Feed", owner=make_member(owner.workspace).user)
    for changes in ({"owner": stranger.user}, {"features": [("THEIRS", "refills")]}):
        with pytest.raises(ValidationError):
            edit_source(owner, made, changes)


def test_a_stop_makes_those_due_that_it_may_count_for(owner: Principal, churn: Initiative, other: Initiative) -> None:
    for each in (churn, other):
        make_series(each)
    feed = create_source(owner, key="feed", name="Feed", features=[("OTHER", "refills")])
    days: dict[str, Any] = {"first_day": EVE, "last_day": LAST, "reason": "Closed"}
    due()
    stop = plan_stop(owner, **days)
    assert due() == {"CHURN", "OTHER"}
    plan_stop(owner, **days, initiative=churn)
    assert due() == {"CHURN"}
    plan_stop(owner, **days, source=feed, segment="IL")
    assert due() == {"OTHER"}
    assert withdraw_stop(owner, stop).withdrawn_at is not None
    assert due() == {"CHURN", "OTHER"}
    first = withdraw_stop(owner, stop).withdrawn_at
    assert (due(), PlannedStop.objects.get(pk=stop.pk).withdrawn_at) == (set(), first)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"last_day": date(2026, 12, 23)}, "last_day"),
        ({"last_day": date(2027, 12, 25)}, "last_day"),
        ({"first_day": None}, "first_day"),
        ({"first_day": date(1950, 1, 1)}, "first_day"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"segment": "x" * 121}, "segment"),
    ],
)
def test_wrong_stops_are_refused(owner: Principal, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        plan_stop(owner, **{"first_day": EVE, "last_day": LAST, "reason": "Closed", **fields})
    assert set(caught.value.message_dict) == {place}

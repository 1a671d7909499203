"""Initiatives: made, edited, moved, archived."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, JudgeDue
from projects.services.initiative_fields import key_of_name
from projects.services.initiatives import (
    archive_initiative,
    change_stage,
    create_initiative,
    edit_initiative,
    post_update,
    propose_key,
    restore_initiative,
)
from projects.services.versions import VersionConflict
from tests.factories import make_initiative, make_member, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Churn", "CHURN"),
        ("Customer churn", "CUSTOMER-CHURN"),
        ("The churn of the customers in Europe", "CHURN-CUSTOMERS"),
        ("Größe prüfen", "GROE-PRUFEN"),
        ("2026 forecast", "ML-2026-FORECAST"),
        ("検知", "ML"),
        ("the", "THE"),
        ("Donaudampfschifffahrtsgesellschaft", "DONAUDAMPFSCHIFF"),
    ],
)
def test_a_name_suggests_a_key(name: str, key: str) -> None:
    assert key_of_name(name) == key


def test_a_taken_key_is_numbered(owner: Principal) -> None:
    make_initiative(owner, "CHURN")
    make_initiative(owner, "CHURN-2")
    assert propose_key(owner.workspace, "Churn") == "CHURN-3"
    assert propose_key(make_stranger().workspace, "Churn") == "CHURN"


def test_a_name_is_enough(owner: Principal) -> None:
    made = create_initiative(owner, name="  Customer churn ")
    assert (made.key, made.name, made.owner, made.stage) == (
        "CUSTOMER-CHURN",
        "Customer churn",
        owner.user,
        "framing",
    )
    assert made.stage_changes.get().stage == "framing"
    assert JudgeDue.objects.filter(initiative=made).exists()
    event = AuditEvent.objects.get(action="create", object_kind="initiative")
    assert (event.actor, event.object_key) == (owner.user, "CUSTOMER-CHURN")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 161}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a", "key": "churn"}, "key"),
        ({"name": "a", "key": "A" * 20 + "-" + "B" * 20}, "key"),
        ({"name": "a", "stage": "done"}, "stage"),
        ({"name": "a", "target_date": "soon"}, "target_date"),
        ({"name": "a", "links": [{"title": "x", "url": "javascript:alert(1)"}]}, "links"),
        ({"name": "a", "links": "x"}, "links"),
        ({"name": "a", "workspace": 1}, "workspace"),
        ({"name": "a", "version": 9}, "version"),
        ({"name": "a", "owner": "somebody"}, "owner"),
    ],
)
def test_bad_fields_are_named(owner: Principal, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        create_initiative(owner, **fields)
    assert list(error.value.message_dict) == [wrong]
    assert not Initiative.objects.exists()


def test_a_stranger_cannot_be_the_owner(owner: Principal) -> None:
    with pytest.raises(ValidationError, match="member of this workspace"):
        create_initiative(owner, name="a", owner=make_stranger().user)


def test_a_key_is_taken_once_per_workspace(owner: Principal) -> None:
    make_initiative(owner, "CHURN")
    with pytest.raises(ValidationError, match="taken"):
        make_initiative(owner, "CHURN")
    assert make_initiative(make_stranger(), "CHURN").pk


def test_an_edit_keeps_before_and_after(owner: Principal) -> None:
    member = make_member(owner.workspace)
    made = make_initiative(owner)
    edited = edit_initiative(
        owner,
        made,
        {"name": "Churn EU", "owner": member.user, "target_date": date(2026, 6, 1), "problem": ""},
        expected_version=1,
    )
    assert (edited.version, edited.owner, edited.target_date) == (2, member.user, date(2026, 6, 1))
    event = AuditEvent.objects.get(action="edit")
    assert event.before == {"name": "Customer churn", "owner": owner.user and owner.user.email, "target_date": None}
    assert event.after == {"name": "Churn EU", "owner": member.user and member.user.email, "target_date": "2026-06-01"}


def test_an_edit_that_changes_nothing_writes_nothing(owner: Principal) -> None:
    made = make_initiative(owner)
    JudgeDue.objects.all().delete()
    assert edit_initiative(owner, made, {"name": made.name}).version == 1
    assert not AuditEvent.objects.filter(action="edit").exists()
    assert not JudgeDue.objects.exists()


def test_an_edit_of_what_was_changed_meanwhile_is_refused(owner: Principal) -> None:
    made = make_initiative(owner)
    edit_initiative(owner, made, {"name": "first"})
    with pytest.raises(VersionConflict) as error:
        edit_initiative(owner, made, {"name": "second"}, expected_version=1)
    assert error.value.current == 2
    assert Initiative.objects.get().name == "first"


def test_a_stage_in_an_edit_is_kept_as_a_move(owner: Principal) -> None:
    made = make_initiative(owner)
    edit_initiative(owner, made, {"stage": "modeling"})
    assert [each.stage for each in made.stage_changes.order_by("id")] == ["framing", "modeling"]


def test_moves_are_kept_and_the_newest_shows(owner: Principal) -> None:
    made = make_initiative(owner)
    change_stage(owner, made, stage="production", note="live")
    change_stage(owner, made, stage="data", at=timezone.now() - timedelta(days=3))
    made.refresh_from_db()
    assert made.stage == "production"
    stages = list(made.stage_changes.order_by("at").values_list("stage", flat=True))
    assert stages == ["data", "framing", "production"]
    change_stage(owner, made, state="paused")
    made.refresh_from_db()
    assert (made.stage, made.state) == ("production", "paused")


@pytest.mark.parametrize(
    "move",
    [
        {},
        {"stage": "unknown"},
        {"stage": "data", "at": timezone.now() + timedelta(days=2)},
        {"stage": "data", "at": timezone.now().replace(tzinfo=None)},
        {"stage": "data", "at": datetime(1969, 12, 31, tzinfo=UTC)},
    ],
)
def test_bad_moves_are_refused(owner: Principal, move: dict[str, Any]) -> None:
    made = make_initiative(owner)
    with pytest.raises(ValidationError):
        change_stage(owner, made, **move)
    assert made.stage_changes.count() == 1


def test_a_history_is_brought_in(owner: Principal) -> None:
    made = make_initiative(owner)
    now = timezone.now()
    for days, move in [(90, {"stage": "framing"}), (20, {"stage": "production"}), (60, {"stage": "data"})]:
        change_stage(owner, made, at=now - timedelta(days=days), **move)
    made.refresh_from_db()
    assert (made.stage, made.state) == ("production", "active")
    # A state told of the past leaves the stage that was then, and what came after stays.
    paused = change_stage(owner, made, state="paused", at=now - timedelta(days=50))
    assert (paused.stage, paused.state) == ("data", "paused")
    made.refresh_from_db()
    assert (made.stage, made.state) == ("production", "active")
    later = change_stage(owner, made, stage="modeling", at=now - timedelta(days=40))
    assert (later.stage, later.state) == ("modeling", "paused")


def test_the_same_move_is_kept_once(owner: Principal) -> None:
    made, at = make_initiative(owner), timezone.now() - timedelta(days=5)
    first = change_stage(owner, made, stage="data", at=at)
    assert change_stage(owner, made, stage="data", at=at) == first
    with pytest.raises(ValidationError) as error:
        change_stage(owner, made, stage="modeling", at=at)
    assert error.value.message_dict == {
        "at": ["Another move is kept at that very moment; which came first cannot be told."]
    }
    assert made.stage_changes.count() == 2


def test_why_it_stops_is_kept_and_audited(owner: Principal) -> None:
    made = make_initiative(owner)
    at = timezone.now() - timedelta(days=2)
    change_stage(owner, made, state="cancelled", reason="data", note="No consent", at=at)
    made.refresh_from_db()
    assert made.state == "cancelled"
    kept = made.stage_changes.get(state="cancelled")
    assert (kept.reason, kept.note, kept.is_entered_later) == ("data", "No consent", True)
    event = AuditEvent.objects.filter(action="move").latest("id")
    assert event.after["reason"] == "data" and event.after["at"].startswith(f"{at:%Y-%m-%d}")
    assert event.before == {"stage": "framing", "state": "active"}


@pytest.mark.parametrize("move", [{"state": "cancelled", "reason": "weather"}, {"stage": "data", "reason": "data"}])
def test_a_reason_that_fits_nothing_is_refused(owner: Principal, move: dict[str, Any]) -> None:
    made = make_initiative(owner)
    with pytest.raises(ValidationError) as error:
        change_stage(owner, made, **move)
    assert list(error.value.message_dict) == ["reason"]


def test_a_reason_without_an_end_is_refused_by_the_database(owner: Principal) -> None:
    made = make_initiative(owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.stage_changes.update(reason="data")


def test_archive_and_back(owner: Principal) -> None:
    made = make_initiative(owner)
    assert archive_initiative(owner, made).archived_at is not None
    assert archive_initiative(owner, made).version == 2
    assert restore_initiative(owner, made).archived_at is None
    actions = AuditEvent.objects.filter(object_key="CHURN").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["create", "archive", "restore"]


def test_an_update_declares_health(owner: Principal) -> None:
    made = make_initiative(owner)
    update = post_update(owner, made, health="at_risk", text="labels are late")
    assert (update.health, update.author) == ("at_risk", owner.user)
    with pytest.raises(ValidationError):
        post_update(owner, made, health="fine", text="")

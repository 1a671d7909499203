"""KPIs and their goals: made, edited, versioned, approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from kpis.models import KPI, Goal
from kpis.services.contributions import set_contribution
from kpis.services.goals import approve_goal, reject_goal
from kpis.services.kpis import archive_kpi, create_kpi, edit_kpi, propose_kpi_key
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import JudgeDue
from projects.services.versions import VersionConflict
from tests.factories import make_initiative, make_member, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


def make_kpi(principal: Principal, **fields: Any) -> KPI:
    given = {"name": "Churn rate", "direction": "lower", "baseline": 12.0, "target": 8.0, "due": date(2027, 3, 31)}
    return create_kpi(principal, **{**given, **fields})


def active(kpi: KPI) -> Goal:
    return kpi.goals.get(state="active")


def test_one_line_is_enough() -> None:
    kpi = create_kpi(make_workspace(), name="Net revenue retention")
    assert kpi.key == "net-revenue-retention"
    assert (kpi.direction, kpi.zone, kpi.goals.count()) == ("higher", "UTC", 0)


@pytest.mark.parametrize(
    "name, key",
    [("Churn rate", "churn-rate"), ("  Ärger & Co ", "arger-co"), ("2nd line", "kpi-2nd-line"), ("日本", "kpi")],
)
def test_a_key_is_made_of_the_name(name: str, key: str) -> None:
    assert propose_kpi_key(make_workspace().workspace, name) == key


def test_a_taken_key_gets_a_number() -> None:
    owner = make_workspace()
    keys = [create_kpi(owner, name="Churn").key for _ in range(3)]
    assert keys == ["churn", "churn-2", "churn-3"]
    with pytest.raises(ValidationError) as error:
        create_kpi(owner, name="Other", key="churn")
    assert error.value.message_dict == {"key": ["The key churn is taken."]}


def test_the_same_key_in_another_workspace_is_another_kpi() -> None:
    assert create_kpi(make_workspace(), name="Churn").key == create_kpi(make_stranger(), name="Churn").key


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"name": " "}, "name"),
        ({"unheard": 1}, "unheard"),
        ({"direction": "up", "target": 20.0}, "direction"),
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"key": "Not A Key"}, "key"),
        ({"target": True}, "target"),
        ({"target": float("nan")}, "target"),
        ({"target": 10**400}, "target"),
        ({"target": 15.0}, "target"),
        ({"low": 1.0}, "low"),
        ({"due": "31.3.2027"}, "due"),
        ({"start": date(2028, 1, 1)}, "due"),
        ({"owner": "nobody@example.org"}, "owner"),
        ({"unit": "a\x00b"}, "unit"),
    ],
)
def test_each_wrong_field_is_named(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        make_kpi(make_workspace(), **fields)
    assert list(error.value.message_dict) == [wrong]
    assert not KPI.objects.exists()


def test_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(ValidationError) as error:
        create_kpi(make_workspace(), name="", direction="up", zone="Mars")
    assert set(error.value.message_dict) == {"name", "direction", "zone"}


def test_an_owner_is_a_member_by_address() -> None:
    owner = make_workspace()
    member, stranger = make_member(owner.workspace), make_stranger()
    assert member.user is not None
    assert stranger.user is not None
    assert make_kpi(owner, owner=member.user.email.upper()).owner == member.user
    with pytest.raises(ValidationError):
        make_kpi(owner, owner=stranger.user)


def test_the_first_goal_starts_today_unless_said() -> None:
    assert active(make_kpi(make_workspace())).start is not None
    assert active(make_kpi(make_workspace(), start="2026-01-01")).start == date(2026, 1, 1)


def test_a_range_has_two_ends() -> None:
    kpi = create_kpi(make_workspace(), name="pH", direction="range", low=4.0, high=6.0, baseline=10.0)
    assert (active(kpi).low, active(kpi).high) == (4.0, 6.0)
    with pytest.raises(ValidationError, match="range"):
        edit_kpi(make_workspace_of(kpi), kpi, {"low": 7.0})
    with pytest.raises(ValidationError, match="no target"):
        edit_kpi(make_workspace_of(kpi), kpi, {"target": 5.0})


def make_workspace_of(kpi: KPI) -> Principal:
    return Principal(workspace=kpi.workspace, role="admin")


def test_an_edit_bumps_the_version_and_is_audited() -> None:
    owner = make_workspace()
    kpi = edit_kpi(owner, make_kpi(owner), {"name": "Churn", "unit": "%"}, expected_version=1)
    event = AuditEvent.objects.get(action="edit", object_kind="kpi")
    assert (kpi.version, kpi.name, kpi.unit) == (2, "Churn", "%")
    assert event.before == {"name": "Churn rate", "unit": ""}
    assert event.after == {"name": "Churn", "unit": "%"}


def test_an_edit_of_an_old_version_is_refused() -> None:
    owner = make_workspace()
    kpi = make_kpi(owner)
    edit_kpi(owner, kpi, {"name": "Churn"})
    with pytest.raises(VersionConflict) as error:
        edit_kpi(owner, kpi, {"name": "Loss"}, expected_version=1)
    assert error.value.current == 2


def test_an_edit_without_change_writes_nothing() -> None:
    owner = make_workspace()
    kpi = make_kpi(owner)
    events = AuditEvent.objects.count()
    assert edit_kpi(owner, kpi, {"name": "Churn rate", "target": 8.0}).version == 1
    assert (AuditEvent.objects.count(), kpi.goals.count()) == (events, 1)


def test_a_new_goal_is_a_new_version() -> None:
    owner = make_workspace()
    kpi = make_kpi(owner)
    edit_kpi(owner, kpi, {"target": 7.0}, reason="the market moved")
    old, new = kpi.goals.order_by("number")
    assert (old.state, old.target, old.valid_to is not None) == ("superseded", 8.0, True)
    assert (new.state, new.target, new.baseline, new.reason) == ("active", 7.0, 12.0, "the market moved")


def test_before_any_reading_a_goal_may_ask_for_less() -> None:
    owner = make_workspace()
    kpi = make_kpi(owner)
    edit_kpi(owner, kpi, {"target": 9.0})
    assert active(kpi).target == 9.0


@pytest.mark.parametrize("changes", [{"target": 9.0}, {"due": date(2027, 6, 30)}, {"due": None}, {"target": None}])
def test_once_there_is_a_reading_less_needs_a_reason_and_waits(changes: dict[str, Any]) -> None:
    owner = make_workspace()
    kpi = make_kpi(owner)
    record_readings(kpi, {"times": ["2026-06-01T00:00:00Z"], "values": [11.0]})
    with pytest.raises(ValidationError) as error:
        edit_kpi(owner, kpi, changes)
    assert "reason" in error.value.message_dict
    edit_kpi(owner, kpi, changes, reason="the supplier left")
    waiting = kpi.goals.get(state="proposed")
    assert active(kpi).target == 8.0
    assert waiting.loosens
    assert waiting.valid_from is None


def test_a_stricter_goal_holds_at_once_and_ends_what_waits() -> None:
    owner = make_workspace()
    kpi = make_kpi(owner)
    record_readings(kpi, {"times": ["2026-06-01T00:00:00Z"], "values": [11.0]})
    edit_kpi(owner, kpi, {"target": 9.0}, reason="r")
    edit_kpi(owner, kpi, {"target": 7.0})
    assert [goal.state for goal in kpi.goals.order_by("number")] == ["superseded", "superseded", "active"]


def waiting_goal(owner: Principal) -> Goal:
    kpi = make_kpi(owner)
    record_readings(kpi, {"times": ["2026-06-01T00:00:00Z"], "values": [11.0]})
    edit_kpi(owner, kpi, {"target": 9.0}, reason="r")
    return kpi.goals.get(state="proposed")


def test_another_approver_puts_it_in_force() -> None:
    owner = make_workspace()
    approver = make_member(owner.workspace, is_approver=True)
    goal = approve_goal(approver, waiting_goal(owner))
    assert (goal.state, goal.approver, goal.self_approved) == ("active", approver.user, False)
    assert active(goal.kpi).target == 9.0


def test_nobody_approves_their_own() -> None:
    owner = make_workspace()
    make_member(owner.workspace)
    owner.workspace.allows_self_approval = True
    owner.workspace.save()
    with pytest.raises(ValidationError, match="Somebody else"):
        approve_goal(owner, waiting_goal(owner))


def test_a_workspace_of_one_may_allow_it_and_it_is_kept() -> None:
    owner = make_workspace()
    goal = waiting_goal(owner)
    with pytest.raises(ValidationError):
        approve_goal(owner, goal)
    owner.workspace.allows_self_approval = True
    owner.workspace.save()
    assert approve_goal(owner, goal).self_approved


def test_the_system_approves_nothing() -> None:
    owner = make_workspace()
    with pytest.raises(ValidationError, match="person"):
        approve_goal(replace(owner, user=None), waiting_goal(owner))


def test_a_rejected_goal_changes_nothing() -> None:
    owner = make_workspace()
    goal = reject_goal(owner, waiting_goal(owner))
    assert goal.state == "rejected"
    assert active(goal.kpi).target == 8.0
    with pytest.raises(ValidationError, match="not waiting"):
        reject_goal(owner, goal)


def test_another_workspace_cannot_decide() -> None:
    owner = make_workspace()
    with pytest.raises(KPI.DoesNotExist):
        approve_goal(make_stranger(), waiting_goal(owner))


def test_the_direction_stays_once_there_are_readings() -> None:
    owner = make_workspace()
    kpi = create_kpi(owner, name="Churn")
    edit_kpi(owner, kpi, {"direction": "lower"})
    record_readings(kpi, {"times": ["2026-06-01T00:00:00Z"], "values": [11.0]})
    with pytest.raises(ValidationError) as error:
        edit_kpi(owner, kpi, {"direction": "higher"})
    assert list(error.value.message_dict) == ["direction"]


def test_changes_are_noted_for_the_initiatives_that_contribute() -> None:
    owner = make_workspace()
    kpi, initiative, other = make_kpi(owner), make_initiative(owner), make_initiative(owner, "OTHER")
    JudgeDue.objects.all().delete()
    set_contribution(owner, initiative, kpi, expected=-2.0, by="2027-03-31", how="fewer calls", grade="B")
    for deed in (
        lambda: edit_kpi(owner, kpi, {"target": 7.0}),
        lambda: edit_kpi(owner, kpi, {"owner": None, "unit": "%"}),
        lambda: record_readings(kpi, {"times": ["2026-06-01T00:00:00Z"], "values": [11.0]}),
        lambda: archive_kpi(owner, kpi),
    ):
        JudgeDue.objects.all().delete()
        deed()
        assert list(JudgeDue.objects.values_list("initiative", flat=True)) == [initiative.pk]
    assert not JudgeDue.objects.filter(initiative=other).exists()

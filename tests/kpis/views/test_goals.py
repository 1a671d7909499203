"""A KPI's goal: new versions, second persons, and nobody overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.models import KPI, Goal
from kpis.services.kpis import edit_kpi
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from tests.factories import make_member, make_stranger, make_workspace
from tests.kpis.views.conftest import browser
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text

pytestmark = pytest.mark.django_db
GOAL = "kpis/churn-rate/goal/"


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def kpi(owner: Principal) -> KPI:
    return make_kpi(owner)


def given(kpi: KPI, **changes: Any) -> dict[str, Any]:
    """Return the form as the page shows it, with changes."""
    goal = kpi.goals.get(state="active")
    shown = {"was": goal.number, "baseline": goal.baseline, "target": goal.target, "start": goal.start, "due": goal.due}
    return shown | changes


def test_tightening_is_in_force_at_once(owner: Principal, kpi: KPI) -> None:
    assert post(owner, home(owner, GOAL), given(kpi, target="7")).status_code == 302
    assert kpi.goals.get(state="active").target == 7.0
    page = text(get(owner, home(owner, GOAL)))
    assert "at most 7" in page and "at most 8" in page


def test_loosening_needs_a_reason_and_another_person(owner: Principal, kpi: KPI) -> None:
    refused = post(owner, home(owner, GOAL), given(kpi, target="9"))
    assert refused.status_code == 422
    assert "say why" in text(refused)
    post(owner, home(owner, GOAL), given(kpi, target="9", reason="The market turned."))
    waiting = kpi.goals.get(state="proposed")
    path = home(owner, f"{GOAL}{waiting.public_id}/")
    overview = text(get(owner, home(owner, "kpis/churn-rate/")))
    assert "The market turned." in overview and "Waits for an approver" in overview
    post(owner, path, {"decision": "approve"})
    assert kpi.goals.get(state="active").target == 8.0
    approver = make_member(owner.workspace, "viewer", is_approver=True)
    assert 'value="approve"' in text(get(approver, home(owner, GOAL)))
    post(approver, path, {"decision": "approve"})
    assert kpi.goals.get(state="active").target == 9.0


def test_a_proposal_can_be_rejected(owner: Principal, kpi: KPI) -> None:
    post(owner, home(owner, GOAL), given(kpi, target="9", reason="Later."))
    waiting = kpi.goals.get(state="proposed")
    path = home(owner, f"{GOAL}{waiting.public_id}/")
    approver = make_member(owner.workspace, "viewer", is_approver=True)
    assert post(approver, path, {"decision": "perhaps"}).status_code == 400
    assert post(approver, path, {"decision": "reject"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, kpi.goals.get(state="active").target) == ("rejected", 8.0)


def test_the_answer_is_about_what_was_sent(owner: Principal, kpi: KPI) -> None:
    person, path = browser(owner), home(owner, GOAL)
    looser = given(kpi, target="9", reason="Later.")
    assert "it waits for an approver" in text(person.post(path, looser, follow=True))
    page = text(person.post(path, given(kpi), follow=True))
    assert "Nothing changed" in page and "it waits for an approver" not in page
    assert kpi.goals.count() == 2


def test_what_is_offered_would_be_accepted(owner: Principal, kpi: KPI) -> None:
    owner.workspace.allows_self_approval = True
    owner.workspace.save()
    assert owner.user is not None
    Member.objects.filter(workspace=owner.workspace, user=owner.user).update(is_approver=True)
    post(owner, home(owner, GOAL), given(kpi, target="9", reason="Later."))
    assert 'value="approve"' in text(get(owner, home(owner, GOAL)))
    make_member(owner.workspace, "manager")
    page = text(get(owner, home(owner, GOAL)))
    assert 'value="approve"' not in page and "Take back" in page


def test_an_author_takes_a_proposal_back(owner: Principal, kpi: KPI) -> None:
    author, other = make_member(owner.workspace, "manager"), make_member(owner.workspace, "manager")
    post(author, home(owner, GOAL), given(kpi, target="9", reason="Later."))
    waiting = kpi.goals.get(state="proposed")
    path = home(owner, f"{GOAL}{waiting.public_id}/")
    assert "Take back" in text(get(author, home(owner, GOAL)))
    assert 'value="reject"' not in text(get(other, home(owner, GOAL)))
    assert post(other, path, {"decision": "reject"}).status_code == 403
    assert post(author, path, {"decision": "approve"}).status_code == 403
    assert post(author, path, {"decision": "reject"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "rejected"


def test_who_may(owner: Principal, kpi: KPI) -> None:
    goal = kpi.goals.get()
    contributor, manager = make_member(owner.workspace), make_member(owner.workspace, "manager")
    assert post(contributor, home(owner, GOAL), given(kpi, target="7")).status_code == 403
    assert post(manager, home(owner, f"{GOAL}{goal.public_id}/"), {"decision": "approve"}).status_code == 403
    assert "A new version of the goal" not in text(get(contributor, home(owner, GOAL)))
    stranger = make_stranger()
    theirs = make_kpi(stranger).goals.get()
    assert post(owner, home(owner, f"{GOAL}{theirs.public_id}/"), {"decision": "approve"}).status_code == 404


def test_somebody_faster_is_not_overwritten(owner: Principal, kpi: KPI) -> None:
    seen = given(kpi, target="7.5")
    edit_kpi(owner, kpi, {"target": 7.0})
    answer = post(owner, home(owner, GOAL), seen)
    assert answer.status_code == 412
    assert "In force now: at most 7" in text(answer)
    assert 'value="7.5"' in text(answer) and 'name="was" value="2"' in text(answer)
    assert Goal.objects.filter(kpi=kpi).count() == 2


def test_a_changed_name_is_no_conflict(owner: Principal, kpi: KPI) -> None:
    seen = given(kpi, target="7")
    edit_kpi(owner, kpi, {"name": "Attrition"})
    assert post(owner, home(owner, GOAL), seen).status_code == 302


@pytest.mark.parametrize(
    "wrong, words",
    [({"start": ""}, "needs the day"), ({"due": "2001-01-01"}, "before the start"), ({"target": "x"}, "Enter")],
)
def test_wrong_goals_are_named(owner: Principal, kpi: KPI, wrong: dict[str, str], words: str) -> None:
    answer = post(owner, home(owner, GOAL), given(kpi, **wrong))
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_range_has_two_ends(owner: Principal) -> None:
    kpi = make_kpi(owner, (30.0,), name="Stock", direction="range", baseline=40.0, target=None, low=20.0, high=25.0)
    page = text(get(owner, home(owner, "kpis/stock/goal/")))
    assert 'name="low"' in page and 'name="target"' not in page
    goal = kpi.goals.get()
    sent = {"was": "1", "baseline": "40", "low": "21", "high": "24", "start": goal.start, "due": goal.due}
    answer = post(owner, home(owner, "kpis/stock/goal/"), sent)
    assert answer.status_code == 302
    assert kpi.goals.get(state="active").low == 21.0

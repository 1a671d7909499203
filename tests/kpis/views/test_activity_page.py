"""The activity tab: what happened in words, updates, and moves between stages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from kpis.selectors.activity import PAGE, timeline_of
from kpis.services.aliases import set_alias
from kpis.services.baselines import state_baseline
from kpis.services.gates import decide_gate
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, StageChange, Update
from projects.services.initiatives import edit_initiative
from tests.factories import make_initiative
from tests.kpis.views.conftest import Place, browser
from tests.kpis.world import COMMIT, GOOD, report


def page_of(place: Place, rest: str = "", person: str = "manager") -> str:
    return unescape(browser(place.people[person]).get(place.url(f"activity/{rest}")).content.decode())


def post(place: Place, rest: str, person: str = "manager", **given: Any) -> Any:
    return browser(place.people[person]).post(place.url(f"activity/{rest}"), given)


def test_deeds_are_told_in_words(place: Place) -> None:
    edit_initiative(place.manager, place.initiative, {"sponsor": "Sales", "problem": "Late calls"})
    set_alias(place.manager, place.initiative, alias="val_acc", metric="accuracy")
    state_baseline(place.manager, place.initiative, metric="accuracy", value=0.6, note="The majority class")
    decide_gate(place.contributor, place.initiative, commit=COMMIT)
    told = [each.what for each in timeline_of(place.initiative).events]
    assert told[0].startswith(f"asked the gate about {COMMIT}: ")
    assert told[1:4] == [
        "stated the plain baseline accuracy 0.6",
        "set another name of a metric: val_acc stands for accuracy",
        "edited the initiative: problem, sponsor",
    ]
    assert told[4:] == [
        "set the target coverage >= 0.7",
        "set the target accuracy >= 0.9",
        "made the initiative",
    ]


def test_other_initiatives_are_not_told_here(place: Place) -> None:
    make_initiative(place.owner, "CHURN-EU", name="Churn in Europe")
    assert all("Europe" not in each.why for each in timeline_of(place.initiative).events)
    assert len(timeline_of(place.initiative).events) == 3


def test_old_events_are_on_the_next_page(place: Place) -> None:
    for number in range(PAGE):
        edit_initiative(place.owner, place.initiative, {"sponsor": f"Sponsor {number}"})
        place.initiative.refresh_from_db()
    first = timeline_of(place.initiative)
    second = timeline_of(place.initiative, first.older)
    assert (len(first.events), len(second.events), second.older) == (PAGE, 3, None)
    assert f"?before={first.older}" in page_of(place)
    assert "made the initiative" in page_of(place, f"?before={first.older}")
    assert "made the initiative" not in page_of(place, "?before=x")


def test_an_update_is_a_persons_word(place: Place) -> None:
    answer = post(place, "update/", "contributor", health="at_risk", text="Labels are **late**.")
    assert answer.status_code == 302
    kept = Update.objects.get(initiative=place.initiative)
    assert (kept.author, kept.health) == (place.contributor.user, "at_risk")
    page = page_of(place)
    assert "<strong>late</strong>" in page and "posted an update on the initiative at risk" in page


@pytest.mark.parametrize("given", [{"health": "great", "text": "x"}, {"health": "at_risk", "text": ""}, {}])
def test_a_wrong_update_keeps_what_was_typed(place: Place, given: dict[str, str]) -> None:
    answer = post(place, "update/", "contributor", **given)
    assert answer.status_code == 422
    assert not Update.objects.exists()


def test_markup_in_an_update_is_no_markup(place: Place) -> None:
    post(place, "update/", "contributor", health="at_risk", text="<script>alert(1)</script>")
    raw = browser(place.viewer).get(place.url("activity/")).content.decode()
    assert "<script>alert" not in raw


def test_what_changed_is_kept_with_the_next_update(place: Place) -> None:
    post(place, "update/", "contributor", health="at_risk", text="So far")
    edit_initiative(place.manager, place.initiative, {"candidate_rule": "latest"})
    report(place.initiative, "newer", GOOD, ended_at=timezone.now())
    place.judge()
    changed = "Candidate: run good → run newer"
    assert changed in page_of(place) and changed not in page_of(place, person="viewer")
    words = {"text": "Trained anew", "next_steps": "Roll out", "in_the_way": "The **budget**"}
    post(place, "update/", "contributor", health="on_track", **words)
    kept = Update.objects.filter(initiative=place.initiative).latest("id")
    assert (kept.text, kept.next_steps, kept.in_the_way) == tuple(words.values())
    assert {"kind": "candidate", "text": changed, "better": None} in kept.changes
    assert kept.since == Update.objects.earliest("id").at
    assert kept.computed_health == place.initiative.snapshots.get(is_latest=True).health
    page = page_of(place, person="viewer")
    assert changed in page and "<strong>budget</strong>" in page and "Roll out" in page


def test_an_old_update_fades(place: Place) -> None:
    post(place, "update/", "contributor", health="at_risk", text="So far")
    assert "an update is overdue" not in page_of(place)
    Update.objects.update(stale_at=timezone.now() - timedelta(seconds=1))
    assert "an update is overdue" in page_of(place)


def test_a_move_is_kept_with_its_note(place: Place) -> None:
    post(place, "move/", stage="data", state="paused", note="Waiting for the data")
    fresh = Initiative.objects.get(pk=place.initiative.pk)
    assert (fresh.stage, fresh.state) == ("data", "paused")
    move = StageChange.objects.filter(initiative=place.initiative).latest("id")
    assert (move.note, move.actor) == ("Waiting for the data", place.manager.user)
    assert "Waiting for the data" in page_of(place)


def test_a_move_of_the_past_does_not_change_the_present(place: Place) -> None:
    post(place, "move/", stage="data", state="active")
    post(place, "move/", stage="modeling", state="active", at="2026-01-05T09:00")
    assert Initiative.objects.get(pk=place.initiative.pk).stage == "data"
    page = page_of(place, person="viewer")
    assert page.count("entered later") == 1 and "to modeling, active, as of 2026-01-05" in page
    move = StageChange.objects.get(initiative=place.initiative, stage="modeling")
    assert move.at == datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(("field", "value"), [("stage", "done"), ("state", "asleep"), ("at", "soon")])
def test_a_wrong_move_is_refused(place: Place, field: str, value: str) -> None:
    given = {"stage": "data", "state": "active", field: value}
    assert post(place, "move/", **given).status_code == 422
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert post(place, "move/", stage="data", state="active", at=tomorrow).status_code == 422
    assert StageChange.objects.filter(initiative=place.initiative).count() == 1


def test_who_cancels_says_why(place: Place) -> None:
    asked = post(place, "move/", stage="data", state="cancelled")
    assert asked.status_code == 422 and "Say why it stops" in asked.content.decode()
    post(place, "move/", stage="data", state="cancelled", reason="labels", note="Nobody can tell them apart")
    assert "Labels missing or wrong" in page_of(place, person="viewer")
    StageChange.objects.filter(state="cancelled").update(reason="")
    assert "No reason kept" in page_of(place, person="viewer")


def test_an_unknown_deed_is_still_told(place: Place) -> None:
    AuditEvent.objects.create(
        workspace=place.owner.workspace,
        actor_name="Somebody",
        action="polish",
        object_kind="deployment",
        object_key="CHURN v7",
    )
    assert timeline_of(place.initiative).events[0].what == "polish the deployment of v7"

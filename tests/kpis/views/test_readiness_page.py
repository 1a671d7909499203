"""The readiness tab says what the document says, now and as known then."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from kpis.models import Attestation, ReadinessSnapshot, Waiver
from kpis.services.snapshots import judge_pending
from projects.models import Initiative, Task
from projects.services.initiatives import create_initiative, edit_initiative, post_update
from tests.kpis.evaluation_world import measured
from tests.kpis.views.conftest import Place, browser
from tests.kpis.world import GOOD, POOR, report


def page_of(place: Place, rest: str = "", person: str = "owner") -> str:
    """Return a page as text."""
    return unescape(browser(place.people[person]).get(place.url(rest)).content.decode())


def test_what_is_in_the_way_comes_first(place: Place) -> None:
    report(place.initiative, "poor", POOR, ended_at=timezone.now())
    Initiative.objects.filter(pk=place.initiative.pk).update(candidate_rule="latest")
    place.judge()
    page = page_of(place)
    assert "2 required checks fail" not in page.split("In the way")[1]
    assert page.index("In the way") < page.index('id="check-modelaccuracy"') < page.index('id="section-value"')
    assert "Accuracy" in page.split("required checks fail: ")[1][:60]


def test_every_check_of_the_document_is_on_the_page_once(place: Place) -> None:
    document = ReadinessSnapshot.objects.get(initiative=place.initiative, is_latest=True).document
    page = page_of(place)
    for section in document["sections"]:
        for check in section["checks"]:
            assert page.count(f'id="check-{check["id"].replace(".", "")}"') == 1, check["id"]
            assert check["title"] in page


def test_the_candidate_is_named_with_its_page(place: Place) -> None:
    snapshot = ReadinessSnapshot.objects.get(initiative=place.initiative, is_latest=True)
    page = page_of(place)
    assert f'<a href="{place.url("runs/")}{snapshot.candidate_id}/">run good</a>' in page


def test_the_evaluation_that_measures_it_is_a_link_away(place: Place) -> None:
    assert "its evaluation" not in page_of(place)
    evaluation = measured(place.initiative, run="good")
    place.judge()
    link = f'<a class="inline" href="{place.url("evaluations/")}{evaluation.public_id}/">its evaluation</a>'
    for rest in ("", "targets/"):
        assert link in page_of(place, rest), rest


def test_a_failing_check_opens_a_task_and_shows_it(place: Place) -> None:
    form = f'action="{place.url("checks/delivery.tasks_done/task/")}"'
    assert form in page_of(place)
    path, person = place.url("checks/delivery.tasks_done/task/"), browser(place.people["owner"])
    assert person.post(path, {"estimate": "a week"}).url == f"{place.url()}#check-deliverytasks_done"  # type: ignore[attr-defined]
    assert b"Enter a number" in person.get(place.url()).content
    assert not Task.objects.filter(is_from_check=True).exists()
    assert person.post(path, {"estimate": "2.5"}).url == f"{place.url()}#check-deliverytasks_done"  # type: ignore[attr-defined]
    task = Task.objects.get(initiative=place.initiative)
    assert task.check_id == "delivery.tasks_done" and task.is_from_check and task.estimate == Decimal("2.5")
    page = page_of(place)
    assert f'href="{place.url("tasks/")}{task.key}/"' in page and form not in page
    assert person.post(place.url("checks/no.such/task/")).status_code == 404
    listed = browser(place.people["viewer"]).get(place.url("tasks.csv?open=true&check=delivery.tasks_done"))
    assert listed.getvalue().decode().splitlines()[1].startswith(f"{task.key},Every task of the initiative is done,")
    assert browser(place.people["viewer"]).get(place.url("tasks.csv?status=none")).getvalue().count(b"\n") == 1


def test_a_new_initiative_teaches(place: Place) -> None:
    create_initiative(place.owner, name="Fresh", key="FRESH")
    page = unescape(browser(place.owner).get(place.url().replace("CHURN", "FRESH")).content.decode())
    assert "Not judged yet" in page and "Set a target" in page
    assert 'hx-trigger="every 2s"' in page


def test_newer_facts_wait_and_then_the_poll_ends(place: Place) -> None:
    judge_pending(place.initiative)
    assert "every 2s" not in page_of(place)
    report(place.initiative, "another", GOOD)
    assert 'hx-trigger="every 2s"' in page_of(place, "verdict/")
    judge_pending(place.initiative)
    later = page_of(place, "verdict/")
    assert "every 2s" not in later and "<html" not in later and "Show the checks" in later


def test_as_known_then_is_what_was_known(place: Place) -> None:
    first = ReadinessSnapshot.objects.get(initiative=place.initiative, is_latest=True)
    report(place.initiative, "poor", POOR, ended_at=timezone.now())
    Initiative.objects.filter(pk=place.initiative.pk).update(candidate_rule="latest")
    place.judge()
    url = place.url(f"?as_of={first.at.isoformat().replace('+', '%2B')}")
    then = unescape(browser(place.owner).get(url).content.decode())
    assert "Back to now" in then and "run good" in then
    assert "Attest" not in then.split("In the way")[1] and "data-inline-edit" not in then
    assert "run poor" in page_of(place) and "Back to now" not in page_of(place)
    assert "Candidate: run good → run poor" in then
    assert "Candidate: run good → run poor" in page_of(place)


def test_before_anything_was_known_nothing_is_shown(place: Place) -> None:
    then = page_of(place, "?as_of=2020-01-01")
    assert "It was not judged yet" in then and "every 2s" not in then


@pytest.mark.parametrize("as_of", ["2190-01-01", "yesterday", "9999-99-99"])
def test_a_moment_that_is_none_leads_to_now(place: Place, as_of: str) -> None:
    answer = browser(place.owner).get(place.url(f"?as_of={as_of}"))
    assert (answer.status_code, answer["Location"]) == (302, place.url())


def test_a_moment_with_a_nul_character_is_refused(place: Place) -> None:
    assert browser(place.owner).get(place.url("?as_of=%00")).status_code == 400


def test_the_strip_opens_each_earlier_verdict(place: Place) -> None:
    report(place.initiative, "better", {**GOOD, "accuracy": 0.97})
    place.judge()
    page = page_of(place)
    for snapshot in ReadinessSnapshot.objects.filter(initiative=place.initiative):
        assert f"?as_of={snapshot.at.isoformat().replace('+', '%2B').replace(':', '%3A')}" in page


def test_news_are_counted(place: Place) -> None:
    client, before = browser(place.viewer), timezone.now()
    since = before.isoformat().replace("+", "%2B")
    assert client.get(place.url(f"changes/?since={since}")).json()["count"] == 0
    report(place.initiative, "better", {**GOOD, "accuracy": 0.97})
    place.judge()
    assert client.get(place.url(f"changes/?since={since}")).json()["count"] == 1
    assert client.get(place.url("changes/?since=soon")).status_code == 400


def test_a_declared_health_stands_beside_a_computed_one_that_differs(place: Place) -> None:
    health = ReadinessSnapshot.objects.get(initiative=place.initiative, is_latest=True).health
    other = "off_track" if health != "off_track" else "on_track"
    post_update(place.contributor, place.initiative, health=other, text="Gut feeling")
    page = page_of(place)
    assert f"{place.contributor.user} says" in page and "an update is overdue" not in page
    place.initiative.updates.update(stale_at=timezone.now() - timedelta(seconds=1))
    assert "an update is overdue" in page_of(place)


def test_a_declared_health_that_agrees_is_not_repeated(place: Place) -> None:
    edit_initiative(place.owner, place.initiative, {"target_date": date(2199, 12, 31)})
    place.judge()
    health = ReadinessSnapshot.objects.get(initiative=place.initiative, is_latest=True).health
    assert health == "on_track"
    post_update(place.contributor, place.initiative, health="on_track", text="As planned")
    assert f"{place.contributor.user} says" not in page_of(place)


def test_a_word_is_given_and_taken_back(place: Place) -> None:
    client = browser(place.contributor)
    form = client.get(place.url("checks/data.schema/attest/"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in form and 'name="link"' in form
    given = {"link": "https://example.org/schema", "note": "Looked at it"}
    answer = client.post(place.url("checks/data.schema/attest/"), given)
    assert answer["Location"] == place.url("#check-dataschema")
    word = Attestation.objects.get(initiative=place.initiative)
    assert (word.author, word.check_id) == (place.contributor.user, "data.schema")
    judge_pending(place.initiative)
    assert "https://example.org/schema" in page_of(place)
    revoke = place.url(f"attestations/{word.public_id}/revoke/")
    assert browser(place.viewer).post(revoke).status_code == 403
    assert client.post(revoke).status_code == 302
    word.refresh_from_db()
    assert word.revoked_at is not None


@pytest.mark.parametrize(
    ("check", "given", "status"),
    [
        ("data.schema", {"link": "ftp://x"}, 422),
        ("data.schema", {"link": "https://example.org", "expires": "2020-01-01"}, 422),
        ("model.accuracy", {"link": "https://example.org"}, 422),
        ("no.such_check", {"link": "https://example.org"}, 404),
    ],
)
def test_a_word_that_does_not_count_is_refused(place: Place, check: str, given: dict[str, str], status: int) -> None:
    answer = browser(place.contributor).post(place.url(f"checks/{check}/attest/"), given)
    assert answer.status_code == status
    assert not Attestation.objects.exists()


def _asked(place: Place) -> Waiver:
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    given = {"reason": "The schema is agreed by word", "expires": until}
    answer = browser(place.contributor).post(place.url("checks/data.schema/waive/"), given)
    assert answer.status_code == 302
    return Waiver.objects.get(initiative=place.initiative)


def test_a_waiver_is_decided_by_somebody_else(place: Place) -> None:
    waiver = _asked(place)
    decide = place.url(f"waivers/{waiver.public_id}/")
    page = page_of(place, person="approver")
    assert "The schema is agreed by word" in page and str(place.contributor.user) in page and "Approve" in page
    assert browser(place.manager).post(decide, {"decision": "approve"}).status_code == 403
    assert browser(place.approver).post(decide, {"decision": "maybe"}).status_code == 400
    assert browser(place.stranger).post(decide, {"decision": "approve"}).status_code == 404
    browser(place.approver).post(decide, {"decision": "approve"})
    waiver.refresh_from_db()
    assert (waiver.state, waiver.approver) == ("approved", place.approver.user)
    judge_pending(place.initiative)
    document = ReadinessSnapshot.objects.get(initiative=place.initiative, is_latest=True).document
    assert [each["result"] for s in document["sections"] for each in s["checks"] if each["id"] == "data.schema"] == [
        "waived"
    ]
    assert "Waived" in page_of(place)


def test_a_request_is_taken_back_by_its_requester_or_a_manager(place: Place) -> None:
    waiver = _asked(place)
    decide = place.url(f"waivers/{waiver.public_id}/")
    assert browser(place.viewer).post(decide, {"decision": "revoke"}).status_code == 403
    browser(place.contributor).post(decide, {"decision": "revoke"})
    waiver.refresh_from_db()
    assert waiver.state == "revoked"
    again = browser(place.contributor).post(decide, {"decision": "revoke"}, follow=True)
    assert "revoked" in again.content.decode()


def test_nobody_approves_their_own_request(place: Place) -> None:
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    browser(place.owner).post(place.url("checks/data.schema/waive/"), {"reason": "Mine", "expires": until})
    waiver = Waiver.objects.get(initiative=place.initiative)
    page = page_of(place)
    assert "Waits for an approver who did not ask for it." in page
    answer = browser(place.owner).post(place.url(f"waivers/{waiver.public_id}/"), {"decision": "approve"}, follow=True)
    assert "Somebody else must approve" in answer.content.decode()
    waiver.refresh_from_db()
    assert waiver.state == "proposed"


def test_what_stands_needs_no_waiver(place: Place) -> None:
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    answer = browser(place.owner).post(
        place.url("checks/model.accuracy/waive/"), {"reason": "Just in case", "expires": until}
    )
    assert answer.status_code == 422
    assert "not in the way" in answer.content.decode()

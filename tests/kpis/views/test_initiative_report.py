"""The report of an initiative as a page and by REST, told by the functions of the other pages."""

from __future__ import annotations

from datetime import date
from html import unescape

from pytest_django import DjangoAssertNumQueries

from kpis.scoring.sentences import verdict_sentence
from kpis.selectors.snapshots import readiness_document
from kpis.services.contributions import set_contribution
from kpis.services.value import decide_value
from projects.services.initiatives import edit_initiative, post_update
from projects.services.tasks import create_task
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, make_kpi, text
from tests.mltrack.accounts.api.callers import caller


def test_the_page_says_what_the_other_pages_say(
    place: Place, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make = make_kpi(place.owner, owner=place.owner.user)
    set_contribution(place.owner, place.initiative, make, expected=-2.0)
    create_task(place.owner, place.initiative, title="Label <b>the</b> rest", status="doing")
    client = browser(place.viewer)
    client.get(place.url("report/"))
    with django_assert_max_num_queries(40):
        shown = unescape(text(client.get(place.url("report/"))))
    assert verdict_sentence(readiness_document(place.initiative)) in shown
    assert "It is to move Churn rate: now 10" in shown and "“Label <b>the</b> rest”" in shown
    assert "<b>the</b>" not in text(get(place.viewer, place.url("report/")))
    assert place.url("report/") in text(get(place.viewer, place.url()))
    assert get(place.stranger, place.url("report/")).status_code == 404
    assert get(place.viewer, "/initiatives/CHURN/report/").headers["Location"] == place.url("report/")


def test_rest_answers_the_same_sentences(place: Place) -> None:
    assert place.owner.user is not None
    edit_initiative(place.owner, place.initiative, {"problem": "Clients leave unseen."})
    answer = caller(place.owner.user, place.owner.workspace).call("get", "initiatives/CHURN/report/").json()
    shown = unescape(text(get(place.viewer, place.url("report/"))))
    names = [part["name"] for part in answer["parts"]]
    assert names == ["purpose", "readiness", "dates", "work", "people", "value", "risks"]
    assert answer["parts"][0]["sentences"][0] == "Clients leave unseen."
    assert (answer["initiative"], answer["verdict"]) == ("CHURN", readiness_document(place.initiative)["verdict"])
    assert [each for part in answer["parts"] for each in part["sentences"] if each not in shown] == []


def test_markdown_of_people_is_told_in_plain_words(place: Place) -> None:
    edit_initiative(
        place.owner, place.initiative, {"problem": "## Churn\n\n* Clients **leave** [unseen](https://a.org)"}
    )
    post_update(place.owner, place.initiative, health="at_risk", text="The *north* is `late`\nby 2 * 3 days")
    decide_value(
        place.owner, place.initiative, decision="expand", reason="It ~~may~~ **does** pay", review_on=date(2030, 1, 1)
    )
    shown = unescape(text(get(place.viewer, place.url("report/"))))
    for told in ("Churn Clients leave unseen.", "“The north is late by 2 * 3 days”", "It may does pay."):
        assert told in shown
    assert not [mark for mark in ("**", "~~", "##", "`", "](") if mark in shown]

"""The gate page: the same answer as CI gets, and every kept answer as it was given."""

from __future__ import annotations

from html import unescape
from typing import Any

from kpis.models import GateDecision
from kpis.services.gates import decide_gate
from projects.connectors.records import DatasetRecord, EvaluationRecord
from projects.models import Origin
from projects.progress.evaluations.tally import tally_rows
from projects.services.evaluations import record_evaluation
from tests.factories import EPOCH
from tests.kpis.views.conftest import Place, browser
from tests.kpis.world import COMMIT, POOR, report


def ask(place: Place, person: str = "contributor", **given: Any) -> Any:
    return browser(place.people[person]).post(place.url("gate/"), given)


def test_a_question_without_keeping_is_answered_at_once(place: Place) -> None:
    answer = ask(place, commit=COMMIT[:10], dry_run="on")
    page = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "asked just now, not kept" in page and COMMIT[:10] in page
    assert not GateDecision.objects.exists()


def test_a_kept_answer_has_a_page_of_its_own(place: Place) -> None:
    answer = ask(place, commit=COMMIT, ref="refs/heads/main")
    kept = GateDecision.objects.get(initiative=place.initiative)
    assert answer["Location"] == place.url(f"gate/{kept.public_id}/")
    report(place.initiative, "poor", POOR)
    page = unescape(browser(place.viewer).get(answer["Location"]).content.decode())
    assert "refs/heads/main" in page and kept.public_id in page and "run good" in page
    listed = unescape(browser(place.viewer).get(place.url("gate/")).content.decode())
    assert answer["Location"] in listed and COMMIT[:10] in listed


def test_page_and_service_give_the_same_answer(place: Place) -> None:
    document = decide_gate(place.contributor, place.initiative, commit=COMMIT, dry_run=True)
    page = unescape(ask(place, commit=COMMIT, dry_run="on").content.decode())
    assert document["blockers"]
    for blocker in document["blockers"]:
        assert blocker["title"] in page
        if blocker["what_would_pass"]:
            assert blocker["what_would_pass"] in page


def test_an_unknown_commit_is_said(place: Place) -> None:
    page = unescape(ask(place, commit="feedface", dry_run="on").content.decode())
    assert "There is no finished run of commit feedface here" in page


def test_an_evaluation_says_what_it_spends(place: Place) -> None:
    record = EvaluationRecord(tally_rows([1.0] * 1000, [True] * 1000), EPOCH, "e", dataset=DatasetRecord("cases", "d1"))
    kept, _ = record_evaluation(place.initiative, record, origin=Origin.STATISTICS)
    page = unescape(ask(place, commit="", evaluation="e", dry_run="on").content.decode())
    assert f"/evaluations/{kept.public_id}/" in page
    assert "Test data cases@d1: gates have answered for 1 of the 2 candidates that it bears." in page


def test_nothing_named_is_refused(place: Place) -> None:
    answer = ask(place, commit="", model_version="")
    assert answer.status_code == 422
    assert "Name a commit, a model version or an evaluation" in answer.content.decode()


def test_the_page_shows_what_ci_runs(place: Place) -> None:
    page = unescape(browser(place.viewer).get(place.url("gate/")).content.decode())
    assert "python mltrack.py gate --initiative CHURN" in page
    assert 'src="/badges/' in page and "[![CHURN](http://testserver/badges/" in page
    assert "Ask the gate</h2>" not in page


def test_a_decision_of_another_initiative_is_not_here(place: Place) -> None:
    ask(place, commit=COMMIT)
    kept = GateDecision.objects.get(initiative=place.initiative)
    assert browser(place.stranger).get(place.url(f"gate/{kept.public_id}/")).status_code == 404
    assert browser(place.viewer).get(place.url("gate/gat_nothere/")).status_code == 404

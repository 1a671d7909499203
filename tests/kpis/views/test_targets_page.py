"""The targets tab: a target is a version, asking for less waits for a second person, and runs are chosen here."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.models import MetricAlias, PlainBaseline, Target
from kpis.services.targets import propose_target
from projects.models import Initiative, RunLink, SelectionRule
from projects.services.initiatives import edit_initiative
from tests.factories import make_connection, make_initiative, make_runs
from tests.kpis.views.conftest import Place, browser


def post(place: Place, rest: str, person: str = "manager", **given: Any) -> Any:
    return browser(place.people[person]).post(place.url(f"targets/{rest}"), given)


def page_of(place: Place, rest: str = "", person: str = "manager") -> str:
    return unescape(browser(place.people[person]).get(place.url(f"targets/{rest}")).content.decode())


def active(place: Place, metric: str) -> Target:
    return Target.objects.get(initiative=place.initiative, metric=metric, state="active")


def test_what_evaluations_are_judged_by_is_shown(place: Place) -> None:
    given = {"metric": "accuracy", "comparator": ">=", "value": "0.92"}
    post(place, "", **given, threshold="80 %", dataset_digest="d1")
    kept = active(place, "accuracy")
    assert (kept.threshold, kept.grid_step, kept.dataset_digest) == (0.8, 0.01, "d1")
    assert "accuracy ≥ 0.92 at 95 % confidence, from the threshold 0.8, on data d1 alone" in page_of(place)
    assert 'value="d1"' in page_of(place, f"?change={kept.public_id}")
    answer = post(place, "", **given, grid_step="0.03")
    assert answer.status_code == 422 and "divides 1" in unescape(answer.content.decode())


@pytest.mark.parametrize(("written", "value"), [("92 %", 0.92), ("0.92", 0.92), ("92%", 0.92)])
def test_percent_and_ratio_are_the_same(place: Place, written: str, value: float) -> None:
    answer = post(place, "", metric="accuracy", comparator=">=", value=written, confidence="99 %", minimum_n="500")
    assert answer["Location"] == place.url("targets/")
    kept = active(place, "accuracy")
    assert (kept.number, kept.value, kept.confidence, kept.minimum_n) == (2, value, 0.99, 500)
    assert "accuracy ≥ 0.92 at 99 % confidence, n ≥ 500" in page_of(place)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"metric": "accuracy", "value": "95"}, "is a ratio from 0 to 1"),
        ({"metric": "accuracy", "value": "nan"}, "finite"),
        ({"metric": "accuracy", "value": "1e400"}, "finite"),
        ({"metric": "accuracy", "value": ""}, "required"),
        ({"metric": "", "value": "0.9"}, "required"),
        ({"metric": "f1", "value": "0.9", "comparator": "=="}, "valid choice"),
        ({"metric": "f1", "value": "0.9", "comparator": "between"}, "needs both"),
        ({"metric": "f1", "value": "0.9", "confidence": "1.5"}, "below 1"),
        ({"metric": "accuracy", "value": "0.5"}, "say why"),
    ],
)
def test_what_cannot_be_set_is_said_in_the_form(place: Place, given: dict[str, str], text: str) -> None:
    answer = post(place, "", **{"comparator": ">=", **given})
    assert answer.status_code == 422
    assert text in unescape(answer.content.decode())
    assert Target.objects.filter(initiative=place.initiative).count() == 2


def test_a_change_begins_with_the_version_in_force(place: Place) -> None:
    target = active(place, "coverage")
    page = page_of(place, f"?change={target.public_id}")
    assert 'value="coverage"' in page and 'value="0.7"' in page and "Make a new version" in page
    assert browser(place.manager).get(place.url("targets/?change=tgt_nothere")).status_code == 404


def _loosened(place: Place) -> Target:
    post(place, "", metric="accuracy", comparator=">=", value="0.85", reason="The second reader is at 0.86")
    return Target.objects.get(initiative=place.initiative, metric="accuracy", state="proposed")


def test_asking_for_less_waits_for_another_person(place: Place) -> None:
    target = _loosened(place)
    assert active(place, "accuracy").value == 0.9
    page = page_of(place, person="approver")
    assert "The second reader is at 0.86" in page and "Approve" in page
    assert "Waits for an approver who did not propose it." in page_of(place, person="viewer")
    assert post(place, f"{target.public_id}/", decision="approve").status_code == 403
    assert post(place, f"{target.public_id}/", "stranger", decision="approve").status_code == 404
    post(place, f"{target.public_id}/", "approver", decision="approve")
    kept = active(place, "accuracy")
    assert (kept.value, kept.approver, kept.self_approved) == (0.85, place.approver.user, False)


def test_a_proposal_can_be_rejected(place: Place) -> None:
    target = _loosened(place)
    post(place, f"{target.public_id}/", "approver", decision="reject")
    target.refresh_from_db()
    assert (target.state, active(place, "accuracy").value) == ("rejected", 0.9)
    again = browser(place.approver).post(
        place.url(f"targets/{target.public_id}/"), {"decision": "approve"}, follow=True
    )
    assert "not waiting" in again.content.decode()


def test_an_author_takes_a_proposal_back(place: Place) -> None:
    target = _loosened(place)
    assert "Take back" in page_of(place) and "Take back" not in page_of(place, person="viewer")
    assert post(place, f"{target.public_id}/", "contributor", decision="reject").status_code == 403
    assert post(place, f"{target.public_id}/", decision="reject").status_code == 302
    target.refresh_from_db()
    assert (target.state, active(place, "accuracy").value) == ("rejected", 0.9)


def test_withdrawing_after_a_result_waits_too(place: Place) -> None:
    target = active(place, "coverage")
    answer = browser(place.manager).post(
        place.url(f"targets/{target.public_id}/"), {"decision": "withdraw"}, follow=True
    )
    assert "say why" in answer.content.decode()
    post(place, f"{target.public_id}/", decision="withdraw", reason="People decide all cases now")
    assert active(place, "coverage") == target
    waiting = Target.objects.get(initiative=place.initiative, state="proposed")
    assert "Proposed: withdraw this target" in page_of(place)
    post(place, f"{waiting.public_id}/", "approver", decision="approve")
    assert not Target.objects.filter(initiative=place.initiative, metric="coverage", state="active").exists()
    assert "Withdrawn targets" in page_of(place)


def test_unknown_decisions_and_other_initiatives_are_refused(place: Place) -> None:
    target = active(place, "coverage")
    assert post(place, f"{target.public_id}/", decision="maybe").status_code == 400
    other = make_initiative(place.owner, "OTHER")
    foreign = propose_target(place.owner, other, metric="f1", comparator=">=", value=0.5)
    assert post(place, f"{foreign.public_id}/", decision="withdraw").status_code == 404


def test_another_name_of_a_metric_comes_and_goes(place: Place) -> None:
    assert post(place, "aliases/", alias="val_acc", metric="accuracy").status_code == 302
    assert MetricAlias.objects.get(initiative=place.initiative).metric == "accuracy"
    assert "val_acc" in page_of(place)
    wrong = post(place, "aliases/", alias="accuracy", metric="val_acc")
    assert wrong.status_code == 422 and "itself another name" in wrong.content.decode()
    post(place, "aliases/remove/", alias="val_acc")
    assert not MetricAlias.objects.exists()


def test_the_newest_plain_baseline_counts(place: Place) -> None:
    post(place, "baselines/", metric="accuracy", value="60 %", note="The majority class", n="900")
    post(place, "baselines/", metric="accuracy", value="0.62", note="The present rule")
    assert list(PlainBaseline.objects.order_by("id").values_list("value", "n")) == [(0.6, 900), (0.62, None)]
    page = page_of(place)
    assert page.index("The present rule") < page.index("Earlier ones") < page.index("The majority class")
    assert post(place, "baselines/", metric="accuracy", value="0.6").status_code == 422


def test_rules_choose_which_runs_count(place: Place) -> None:
    connection = make_connection(place.owner, name="Tracking")
    make_runs(connection, 2)
    given = {"connection": connection.public_id, "experiments": "1, 1 ,"}
    assert post(place, "selection/", **given).status_code == 302
    rule = SelectionRule.objects.get(initiative=place.initiative)
    assert rule.experiment_ids == ["1"]
    assert RunLink.objects.filter(initiative=place.initiative).count() == 3
    assert "experiments 1" in page_of(place)
    values = {"connection": connection.public_id, "experiment_ids": ["1"]}
    texts = {"tag_key": "", "tag_value": "", "registered_model": "", "alias": ""}
    post(place, "selection/remove/", rule=json.dumps({**values, **texts}))
    assert RunLink.objects.filter(initiative=place.initiative).count() == 1


def test_a_second_rule_keeps_the_first(place: Place) -> None:
    connection = make_connection(place.owner)
    post(place, "selection/", connection=connection.public_id, experiments="1")
    post(place, "selection/", connection=connection.public_id, tag_key="team", tag_value="risk")
    assert SelectionRule.objects.filter(initiative=place.initiative).count() == 2


def test_rules_name_connections_of_this_workspace_alone(place: Place) -> None:
    foreign = make_connection(place.stranger)
    assert post(place, "selection/", connection=foreign.public_id).status_code == 422
    assert (
        post(place, "selection/", connection=make_connection(place.owner).public_id, tag_value="x").status_code == 422
    )
    assert post(place, "selection/remove/", rule="{").status_code == 400
    assert post(place, "selection/remove/", rule="{}").status_code == 302
    assert not SelectionRule.objects.exists()


def test_what_is_judged_is_chosen_here(place: Place) -> None:
    fresh = Initiative.objects.get(pk=place.initiative.pk)
    given = {"candidate_rule": "champion", "candidate_alias": "live", "sample_size_key": "n_test"}
    assert post(place, "candidate/", version=fresh.version, **given).status_code == 302
    kept = Initiative.objects.get(pk=place.initiative.pk)
    assert {name: getattr(kept, name) for name in given} == given
    edit_initiative(place.owner, kept, {"sponsor": "Sales"})
    stale = post(place, "candidate/", version=kept.version, **{**given, "candidate_rule": "best"})
    assert stale.status_code == 422 and "Somebody changed this" in stale.content.decode()
    assert Initiative.objects.get(pk=kept.pk).candidate_rule == "champion"


def test_metrics_that_runs_report_are_offered(place: Place) -> None:
    page = page_of(place)
    assert '<option value="accuracy">' in page and '<option value="n">' in page


def test_a_loosened_target_stays_visible_with_who_and_why(place: Place) -> None:
    target = _loosened(place)
    post(place, f"{target.public_id}/", "approver", decision="approve")
    page = page_of(place, person="viewer")
    said = "accuracy: best so far 0.95 (run good) of 1 run; accuracy ≥ 0.85 at 95 % confidence; loosened 1 time, last "
    assert said in page
    assert f"approved by {place.approver.user}: The second reader is at 0.86." in page
    assert "asks for less" in page
    assert "<td" in page.split("Over the runs")[1].split("</figure>")[0]


def test_the_chart_of_a_target_has_an_etag(place: Place) -> None:
    target = active(place, "accuracy")
    client, path = browser(place.viewer), place.url(f"targets/{target.public_id}/figure.json")
    answer = client.get(path)
    assert {trace["name"] for trace in json.loads(answer.content)["data"]} == {"accuracy", "Best so far", "Target"}
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    post(place, "", metric="accuracy", comparator=">=", value="0.92")
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
    assert browser(place.stranger).get(path).status_code == 404
    assert client.get(place.url("targets/tgt_nothere/figure.json")).status_code == 404


def test_the_chart_costs_the_same_whatever_the_history(place: Place) -> None:
    client = browser(place.viewer)
    path = place.url(f"targets/{active(place, 'accuracy').public_id}/figure.json")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        counts.append(len(found))
        make_runs(place.initiative, 5)
        post(place, "", metric="accuracy", comparator=">=", value="0.93")
    assert counts[0] == counts[1] <= 8


def test_readers_see_targets_without_forms(place: Place) -> None:
    page = page_of(place, person="viewer")
    assert "accuracy ≥ 0.9" in page
    assert "<form" not in page.split('id="main"')[1].split("</main>")[0]

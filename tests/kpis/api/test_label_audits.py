"""Label audits by REST: from the draw to the ceiling, blind until closed, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from projects.models import Initiative
from projects.services.annotation_pushes import record_annotations
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative
from tests.projects.labeling_world import pushed

pytestmark = pytest.mark.django_db
AUDITS = "initiatives/CHURN/audits/"
SUMMARY = "initiatives/CHURN/labeling/summary/"
QUOTAS = "initiatives/CHURN/quotas/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    made = make_initiative(team.principal)
    record_annotations(team.principal, made, [pushed(f"t{n}", "ann", "cat" if n % 4 else "dog") for n in range(60)])
    return made


def drawn(team: Team, **given: Any) -> dict[str, Any]:
    return dict(ok(team.manager.call("post", AUDITS, {"n": 20, "seed": "seven", **given}), 201))


def test_from_the_draw_to_the_ceiling(team: Team, churn: Initiative) -> None:
    ok(team.manager.call("post", QUOTAS, {"class": "cat", "wanted": 30}), 201)
    before = ok(team.viewer.call("get", SUMMARY))
    assert (before["audit"], before["ceiling"], before["quotas"][0]["decision"]) == (None, None, "undecided")
    audit = drawn(team)
    assert (audit["state"], audit["population"], audit["drawn"], audit["result"]) == ("open", 60, 20, None)
    assert ok(team.manager.call("post", AUDITS, {"n": 20, "seed": "seven"}))["id"] == audit["id"]
    here = f"{AUDITS}{audit['id']}/"
    tasks = ok(team.viewer.call("get", f"{here}tasks/?limit=200"))["data"]
    assert {(each["label"], each["stratum"], each["relabel"]) for each in tasks} == {(None, None, None)}
    truth = {each["task"]: "cat" if int(each["task"][1:]) % 4 else "dog" for each in tasks}
    given = [{"task": name, "label": label} for name, label in truth.items()]
    # Ids of projects decide which tasks are drawn: an error in the quota's own class would at times undo it.
    wrong = next((place for place, each in enumerate(given) if each["label"] == "dog"), 0)
    given[wrong]["label"] = "bird"
    sent = {"relabels": given}
    assert ok(team.contributor.call("post", f"{here}relabels/", sent))["created"] == 20
    assert ok(team.contributor.call("post", f"{here}relabels/tool/"))["created"] == 0
    closed = ok(team.manager.call("post", f"{here}close/"))
    assert closed["result"]["error"]["rate"] == 0.05
    assert ok(team.viewer.call("get", here)) == closed
    summary = ok(team.viewer.call("get", SUMMARY))
    assert summary["audit"] == closed["result"] and summary["ceiling"]["value"] == 0.95
    assert not any("looked at again" in each for each in summary["words"])
    [quota] = summary["quotas"]
    assert quota["decision"] == "met" and 30 <= quota["right"] < 45
    shown = ok(team.viewer.call("get", f"{here}tasks/?limit=200"))["data"][wrong]
    assert (shown["relabel"], shown["way"]) == ("bird", "api") and shown["label"] in ("cat", "dog")
    assert refused(team.contributor.call("post", f"{here}relabels/", sent), 409, "conflict")
    assert [each["id"] for each in ok(team.viewer.call("get", f"{AUDITS}?state=closed"))["data"]] == [audit["id"]]


def test_who_may_do_what(team: Team, churn: Initiative) -> None:
    assert refused(team.contributor.call("post", AUDITS, {"n": 5}), 403)
    here = f"{AUDITS}{drawn(team)['id']}/"
    assert refused(team.viewer.call("post", f"{here}relabels/", {"relabels": [{"task": "t1", "label": "cat"}]}), 403)
    assert refused(team.contributor.call("post", f"{here}discard/", {"reason": "x"}), 403)
    assert team.stranger.call("get", here).status_code == 404
    assert ok(team.manager.call("post", f"{here}discard/", {"reason": "Drawn too early."}))["state"] == "discarded"
    for deed, body in (("close", None), ("relabels/tool", None), ("discard", {"reason": "Again."})):
        assert refused(team.manager.call("post", f"{here}{deed}/", body), 409, "conflict")


def test_what_is_wrong_is_named(team: Team, churn: Initiative) -> None:
    assert pointers(refused(team.manager.call("post", AUDITS, {"n": 5, "least": 2}), 400)) == {"/least"}
    assert pointers(refused(team.manager.call("post", AUDITS, {"n": 5, "kind": "by_eye"}), 400)) == {"/kind"}
    here = f"{AUDITS}{drawn(team)['id']}/"
    assert "is open" in refused(team.manager.call("post", AUDITS, {"n": 6}), 400)["detail"]
    body: dict[str, Any] = {"relabels": [{"task": "nowhere", "label": "cat"}]}
    assert pointers(refused(team.contributor.call("post", f"{here}relabels/", body), 400)) == {"/relabels/0/task"}
    more = {"relabels": [], "more": 1}
    assert pointers(refused(team.contributor.call("post", f"{here}relabels/", more), 400)) == {"/more"}
    assert refused(team.manager.call("post", f"{here}close/"), 400)

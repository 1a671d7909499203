"""Findings by REST: listed with their evidence, acknowledged once, explained by people of their workspace."""

from __future__ import annotations

import pytest

from projects.models import Finding, Initiative
from projects.progress.faults import Fault
from projects.services.findings import keep_findings
from tests.api.people import Team, ok, pointers, refused
from tests.factories import EPOCH, make_initiative

pytestmark = pytest.mark.django_db
SILENT = Fault("silent:feed:refills:IL", "silent", "refills", "IL", "critical", "nothing arrived", {"expected": 40.0})
DRIFTED = Fault("drift:CHURN:age", "drift", "age", "", "warning", "drift 0.4 is at or above 0.1", {"observed": 0.4})


@pytest.fixture
def churn(team: Team) -> Initiative:
    """An initiative with a drift of its own, and a silence that hits another one, too."""
    found, other = make_initiative(team.principal), make_initiative(team.principal, "OTHER")
    keep_findings(found, [(SILENT, [found.pk, other.pk]), (DRIFTED, [found.pk])], set(), EPOCH)
    return found


def path(initiative: Initiative, kind: str = "silent") -> str:
    return f"findings/{Finding.objects.get(initiative=initiative, kind=kind).public_id}/"


@pytest.mark.parametrize(
    "route, expected",
    [
        ("initiatives/CHURN/findings/", ["CHURN drift", "CHURN silent"]),
        ("initiatives/OTHER/findings/", ["OTHER silent"]),
        ("findings/?kind=silent", ["CHURN silent", "OTHER silent"]),
        ("findings/?cause=silent:feed:refills:IL&initiative=OTHER", ["OTHER silent"]),
        ("findings/?severity=warning", ["CHURN drift"]),
        ("findings/?open=false", []),
    ],
)
def test_they_are_listed_by_what_is_asked(team: Team, churn: Initiative, route: str, expected: list[str]) -> None:
    found = ok(team.viewer.call("get", route))["data"]
    assert sorted(f"{each['initiative']} {each['kind']}" for each in found) == expected


def test_one_tells_its_evidence_and_who_raised_it(team: Team, churn: Initiative) -> None:
    found = ok(team.viewer.call("get", path(Initiative.objects.get(key="OTHER"))))
    assert (found["initiative"], found["observed_in"], found["segment"]) == ("OTHER", "CHURN", "IL")
    assert (found["evidence"], found["words"], found["closed_at"]) == ({"expected": 40.0}, "nothing arrived", None)


def test_people_acknowledge_and_explain(team: Team, churn: Initiative) -> None:
    here = path(churn)
    said = {"acknowledged": True, "explanation": "The feed of that state was moved."}
    once = ok(team.contributor.call("patch", here, said))
    again = ok(team.admin.call("patch", here, {"acknowledged": True}))
    assert once["acknowledged_at"] == again["acknowledged_at"] is not None
    assert again["acknowledged_by"] == once["acknowledged_by"] == team.contributor.user.email
    assert again["explanation"] == said["explanation"]


def test_what_cannot_be_said_is_refused_whole(team: Team, churn: Initiative) -> None:
    here = path(churn)
    for body, at in (
        ({"acknowledged": False, "explanation": "So."}, "/acknowledged"),
        ({"explanation": " "}, "/explanation"),
    ):
        assert pointers(refused(team.contributor.call("patch", here, body), 400)) == {at}
    keep_findings(churn, [], set(), EPOCH)
    assert team.contributor.call("patch", here, {"acknowledged": True}).status_code == 400
    assert Finding.objects.get(initiative=churn, kind="silent").explanation == ""


def test_viewers_say_nothing_and_strangers_see_nothing(team: Team, churn: Initiative) -> None:
    here = path(churn)
    assert team.viewer.call("patch", here, {"acknowledged": True}).status_code == 403
    assert team.stranger.call("get", here).status_code == 404
    assert ok(team.stranger.call("get", "findings/"))["data"] == []

"""Figures of single annotators: off by default, for the labeling lead alone, in page, API, files and audit alike."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import DjangoAssertNumQueries

from kpis.selectors.annotators import annotator_page
from kpis.services.portability import export_workspace
from mltrack.accounts.models import AuditEvent, Member
from projects.models import AnnotatorFigures, Initiative
from projects.services.annotation_pushes import record_annotations
from projects.services.annotator_figures import switch_annotator_figures
from projects.services.gold import set_gold
from tests.api.people import Team, ok, refused
from tests.factories import make_initiative
from tests.kpis.views.kpi_world import text
from tests.projects.labeling_world import pushed
from tests.trust.page_world import Visitor, session_of

pytestmark = pytest.mark.django_db
API = "initiatives/CHURN/labeling/annotators/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    """Return an initiative with twelve tasks, of which ann got 9 right, bob 12, and zoe labeled two."""
    initiative = make_initiative(team.principal)
    given = [pushed(f"t{n}", "ann", "cat" if n < 9 else "dog") for n in range(12)]
    given += [pushed(f"t{n}", "bob", "cat") for n in range(12)] + [pushed(f"t{n}", "zoe", "cat") for n in range(2)]
    record_annotations(team.principal, initiative, given)
    set_gold(team.principal, initiative, [{"task": f"t{n}", "label": "cat"} for n in range(12)])
    return initiative


def path_of(team: Team) -> str:
    return f"/w/{team.workspace.key}/initiatives/CHURN/labeling/"


def switched_on(team: Team, initiative: Initiative) -> None:
    switch_annotator_figures(team.principal_of(team.lead), initiative, on=True)


def test_the_lead_switches_them_on(team: Team, churn: Initiative) -> None:
    lead = Visitor("viewer", session_of(team.lead.user))
    page = text(lead.ask("GET", path_of(team) + "annotators/"))
    assert "are off" in page and "9 of 12" not in page
    assert ok(team.lead.call("get", API)) == {"on": False, "annotators": [], "too_few": 0}
    assert lead.ask("POST", path_of(team) + "annotators/", {"on": "1"}).status_code == 302
    page = text(lead.ask("GET", path_of(team) + "annotators/"))
    assert "9 of 12" in page and "12 of 12" in page and "1 annotator with fewer than five tasks is left out" in page
    assert "sort" not in page.partition("<main")[2]
    told = ok(team.lead.call("get", API))
    assert told["on"] and told["too_few"] == 1 and len(told["annotators"]) == 2
    assert [each["annotator"] for each in told["annotators"]] == sorted(
        each["annotator"] for each in told["annotators"]
    )
    figures = sorted(
        (each["tasks"], each["gold"]["right"], each["agreement"]["compared"]) for each in told["annotators"]
    )
    assert figures == [(12, 9, 14), (12, 12, 14)]
    lead.ask("POST", path_of(team) + "annotators/", {})
    assert ok(team.lead.call("get", API))["annotators"] == [] and not AnnotatorFigures.objects.exists()


def test_the_service_refuses_others(team: Team, churn: Initiative) -> None:
    for one in (team.admin, team.manager, team.contributor, team.viewer, team.approver):
        with pytest.raises(PermissionDenied):
            switch_annotator_figures(team.principal_of(one), churn, on=True)
        with pytest.raises(PermissionDenied):
            annotator_page(team.principal_of(one), churn)


def test_nobody_else_sees_them(team: Team, churn: Initiative) -> None:
    switched_on(team, churn)
    for name in ("admin", "manager", "contributor", "viewer", "approver"):
        one = getattr(team, name)
        refused(one.call("get", API), 403, "forbidden")
        visitor = Visitor(name, session_of(one.user))
        for method in ("GET", "POST"):
            assert visitor.ask(method, path_of(team) + "annotators/").status_code == 403, name
        page = text(visitor.ask("GET", path_of(team)))
        assert "9 of 12" not in page and "labeling/annotators/" not in page
        # All annotators together are for everybody: 9 + 12 + 2 of 26 answers.
        assert "23 of 26" in page
    assert team.stranger.call("get", API).status_code == 404
    Member.objects.filter(user=team.lead.user).update(is_labeling_lead=False)
    refused(team.lead.call("get", API), 403, "forbidden")


def test_the_summary_tells_of_all_together(team: Team, churn: Initiative) -> None:
    told = ok(team.viewer.call("get", "initiatives/CHURN/labeling/summary/"))["gold"]
    assert (told["right"], told["n"]) == (23, 26) and told["low"] < told["value"] < told["high"]
    listed = ok(team.viewer.call("get", "initiatives/CHURN/gold/?limit=2"))
    assert listed["data"] == [{"task": name, "project": None, "label": "cat"} for name in ("t0", "t1")]
    body = {"gold": [{"task": f"t{n}", "label": None} for n in range(2, 12)]}
    assert ok(team.contributor.call("post", "initiatives/CHURN/gold/", body)) == {"changed": 10, "unchanged": 0}
    refused(team.contributor.call("post", "initiatives/CHURN/gold/", {"golds": []}), 400)
    refused(team.contributor.call("post", "initiatives/CHURN/gold/", {"gold": [1]}), 400)


def test_neither_files_nor_audit_hold_them(team: Team, churn: Initiative) -> None:
    switched_on(team, churn)
    ok(team.lead.call("get", API))
    events = AuditEvent.objects.filter(object_kind="annotator figures")
    assert [(each.action, each.before, each.after) for each in events] == [("switch", {"on": False}, {"on": True})]
    every = json.dumps(list(AuditEvent.objects.values_list("before", "after")))
    export_workspace(team.principal, target := BytesIO())
    with ZipFile(target) as archive:
        every += "".join(archive.read(name).decode() for name in archive.namelist())
    assert '"gold"' in every
    for word in ("ann", "bob", "zoe", "Annotator 1"):
        assert f'"{word}"' not in every


def test_three_queries(team: Team, churn: Initiative, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    switched_on(team, churn)
    lead = team.principal_of(team.lead)
    with django_assert_num_queries(3):
        annotator_page(lead, churn)

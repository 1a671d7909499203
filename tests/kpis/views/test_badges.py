"""Badges say the same verdict as the API, to whoever has their address."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.test import Client

from kpis.models import ReadinessSnapshot
from kpis.selectors.snapshots import readiness_document
from kpis.services.badges import badge_path
from kpis.services.snapshots import judge_initiative
from projects.models import Initiative
from tests.factories import make_workspace
from tests.kpis.world import POOR, aimed, in_days, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def churn() -> Initiative:
    initiative = aimed(make_workspace())
    report(initiative, "poor", POOR)
    judge_initiative(initiative.pk)
    return initiative


def test_the_picture_says_the_verdict(churn: Initiative) -> None:
    answer = Client().get(badge_path(churn))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    picture = ElementTree.fromstring(answer.content)
    assert picture.attrib["aria-label"] == "CHURN: not ready"
    assert [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")] == ["CHURN", "not ready"]
    assert readiness_document(churn)["verdict"] == "not_ready"


def test_shields_reads_the_endpoint(churn: Initiative) -> None:
    answer = Client().get(badge_path(churn, "json"))
    said = answer.json()
    assert (said["schemaVersion"], said["label"], said["message"]) == (1, "CHURN", "not ready")
    assert answer["Cache-Control"] == "public, max-age=60" and "Cookie" not in answer.get("Vary", "")
    assert set(said) <= {"schemaVersion", "label", "message", "color", "cacheSeconds"}


def test_what_waits_to_be_judged_again_says_so_without_a_colour(churn: Initiative) -> None:
    standing = Client().get(badge_path(churn, "json")).json()
    ReadinessSnapshot.objects.update(changes_at=in_days(-1))
    said = Client().get(badge_path(churn, "json")).json()
    assert (standing["color"], said["message"], said["color"]) == ("#b3261e", "not ready, pending", "#6a6a6a")
    picture = ElementTree.fromstring(Client().get(badge_path(churn)).content)
    assert picture.attrib["aria-label"] == "CHURN: not ready, pending"


def test_what_was_not_judged_is_unknown() -> None:
    said = Client().get(badge_path(aimed(make_workspace()), "json")).json()
    assert said["message"] == "unknown"


@pytest.mark.parametrize("kind", ["svg", "json"])
def test_other_addresses_are_not_found(churn: Initiative, kind: str) -> None:
    path = badge_path(churn, kind)
    assert Client().get(path.replace("/badges/", "/badges/x")).status_code == 404
    assert Client().get(f"/badges/CHURN.{kind}").status_code == 404
    assert Client().post(path).status_code == 405

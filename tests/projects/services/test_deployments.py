"""Deployments as CI reports them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from mltrack.accounts.access import Principal
from projects.models import Deployment, Initiative, JudgeDue
from projects.services.deployments import record_deployment
from projects.services.runs import push_model_version, push_runs
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def deploy(owner: Principal, initiative: Initiative, version: str = "1", **fields: Any) -> tuple[Deployment, str]:
    return record_deployment(owner, initiative, **{"environment": "production", "version": version, **fields})


def test_the_same_report_twice_is_one_deployment(owner: Principal, initiative: Initiative) -> None:
    JudgeDue.objects.all().delete()
    made, state = deploy(owner, initiative, commit="abc")
    assert (state, made.state) == ("created", "live")
    assert JudgeDue.objects.filter(initiative=initiative).exists()
    assert deploy(owner, initiative)[1] == "unchanged"
    again, state = deploy(owner, initiative, state="rolled_back")
    assert (again.pk, state, again.commit) == (made.pk, "updated", "abc")


def test_back_to_an_older_version_is_a_new_deployment(owner: Principal, initiative: Initiative) -> None:
    states = [deploy(owner, initiative, version)[1] for version in ("1", "2", "1")]
    assert states == ["created"] * 3


def test_a_time_makes_it_one_of_its_own(owner: Principal, initiative: Initiative) -> None:
    at = timezone.now() - timedelta(days=1)
    assert deploy(owner, initiative, at=at)[1] == "created"
    assert deploy(owner, initiative, at=at)[1] == "unchanged"
    assert deploy(owner, initiative, at=at + timedelta(hours=1))[1] == "created"


def test_it_is_tied_to_run_and_model_version(owner: Principal, initiative: Initiative) -> None:
    push_runs(owner, initiative, [{"external_id": "r1", "tags": {"commit": "abc"}}, {"external_id": "r2"}])
    push_model_version(owner, initiative, name="m", version="7", run="r2")
    made, _ = deploy(owner, initiative, "7", commit="abc")
    assert (made.run and made.run.external_id, made.model_version and made.model_version.version) == ("r1", "7")
    made, _ = deploy(owner, initiative, "7", environment="staging")
    assert made.run
    assert made.run.external_id == "r2"


def test_a_number_of_several_models_is_refused_until_one_is_named(owner: Principal, initiative: Initiative) -> None:
    push_runs(owner, initiative, [{"external_id": "r1"}])
    push_model_version(owner, initiative, name="churn", version="3", run="r1")
    push_model_version(owner, initiative, name="fraud", version="3")
    with pytest.raises(ValidationError) as error:
        deploy(owner, initiative, "3")
    (text,) = error.value.message_dict["version"]
    assert text == "3 is a version of several models (churn, fraud): name one as churn/3."
    assert not Deployment.objects.exists()
    made, _ = deploy(owner, initiative, "fraud/3")
    assert made.model_version and made.model_version.name == "fraud"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"environment": ""}, "environment"),
        ({"version": ""}, "version"),
        ({"state": "flying"}, "state"),
        ({"at": timezone.now() + timedelta(hours=1)}, "at"),
        ({"at": "now"}, "at"),
        ({"endpoint": "x" * 501}, "endpoint"),
    ],
)
def test_bad_fields_are_named(owner: Principal, initiative: Initiative, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        deploy(owner, initiative, **fields)
    assert list(error.value.message_dict) == [wrong]

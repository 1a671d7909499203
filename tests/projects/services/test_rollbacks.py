"""Promotion, rollback and its rehearsal, and what is kept of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Deployment, Initiative, JudgeDue, Rollback
from projects.selectors.production import EnvironmentNow, environments_of
from projects.services.deployments import record_deployment
from projects.services.rollbacks import promote_deployment, record_rehearsal, roll_back
from projects.services.runs import push_runs
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def deploy(owner: Principal, initiative: Initiative, version: str, **fields: Any) -> Deployment:
    return record_deployment(owner, initiative, **{"environment": "production", "version": version, **fields})[0]


def here(initiative: Initiative) -> EnvironmentNow:
    (found,) = environments_of(initiative, timezone.now())
    return found


def versions(found: EnvironmentNow) -> tuple[str | None, ...]:
    return tuple(each.version if each else None for each in (found.champion, found.canary, found.shadow, found.before))


def test_a_canary_is_promoted_and_taken_back(owner: Principal, initiative: Initiative) -> None:
    old = deploy(owner, initiative, "1", image_digest="sha256:1")
    canary = deploy(owner, initiative, "2", state="canary")
    assert versions(here(initiative)) == ("1", "2", None, None)
    JudgeDue.objects.all().delete()
    live, state = promote_deployment(owner, canary, note="It held.")
    assert (live.pk, live.state, state) == (canary.pk, "live", "updated")
    assert live.at > old.at and JudgeDue.objects.filter(initiative=initiative).exists()
    assert versions(here(initiative)) == ("2", None, None, "1")
    assert promote_deployment(owner, live)[1] == "unchanged"
    kept = roll_back(owner, live, seconds=45, link="https://example.org/log", note="It erred.")
    assert (kept.kind, kept.from_version, kept.to_version, kept.seconds) == ("real", "2", "1", 45)
    assert kept.to_deployment and kept.to_deployment.pk != old.pk and kept.to_deployment.image_digest == "sha256:1"
    assert versions(here(initiative)) == ("1", None, None, None)
    assert roll_back(owner, live).pk == kept.pk
    changes = [(each.before, each.after) for each in canary.changes.order_by("id")]
    assert changes == [("", "canary"), ("canary", "live"), ("live", "rolled_back")]
    actions = AuditEvent.objects.filter(object_kind="deployment").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["deploy", "deploy", "promote", "roll back"]


def test_reports_of_ci_alone_say_the_same(owner: Principal, initiative: Initiative) -> None:
    deploy(owner, initiative, "1")
    canary = deploy(owner, initiative, "2", state="shadow")
    live = deploy(owner, initiative, "2", state="live")
    assert live.pk == canary.pk and live.at > canary.at
    deploy(owner, initiative, "2", state="rolled_back")
    kept = Rollback.objects.get()
    assert (kept.from_version, kept.to_version, kept.seconds) == ("2", "1", None)


def test_a_canary_reported_live_as_a_record_of_its_own_is_no_canary_any_more(
    owner: Principal, initiative: Initiative
) -> None:
    now = timezone.now()
    deploy(owner, initiative, "2", state="canary", at=now - timedelta(days=2))
    deploy(owner, initiative, "2", at=now - timedelta(days=1))
    deploy(owner, initiative, "3")
    assert versions(here(initiative)) == ("3", None, None, "2")


def test_the_production_row_stays_as_it_was_through_a_hundred_experiments(
    owner: Principal, initiative: Initiative
) -> None:
    deploy(owner, initiative, "1", commit="abc", image_digest="sha256:1")
    before = Deployment.objects.values().get()
    push_runs(
        owner,
        initiative,
        [{"external_id": f"r{n}", "tags": {"commit": "abc"}, "metrics": {"f1": 1}} for n in range(100)],
    )
    assert initiative.run_links.count() == 100
    assert Deployment.objects.values().get() == before


def test_environments_are_apart(owner: Principal, initiative: Initiative) -> None:
    deploy(owner, initiative, "1", environment="eu")
    deploy(owner, initiative, "2")
    found = environments_of(initiative, timezone.now())
    assert [(each.name, versions(each)[0]) for each in found] == [("production", "2"), ("eu", "1")]


def test_what_cannot_be_promoted_or_taken_back_says_why(owner: Principal, initiative: Initiative) -> None:
    old, live = deploy(owner, initiative, "1"), deploy(owner, initiative, "2")
    other = deploy(owner, initiative, "9", environment="eu")
    cases: list[tuple[Callable[[], object], str, str]] = [
        (lambda: promote_deployment(owner, old), "state", "Only a canary or a shadow can be promoted; 1 is live."),
        (lambda: roll_back(owner, old), "state", "Only what is live in production can be taken back."),
        (lambda: roll_back(owner, other), "to_deployment", "No other version was live in eu before 9."),
        (
            lambda: roll_back(owner, live, to=other),
            "to_deployment",
            "Name another version that was live in production.",
        ),
        (lambda: roll_back(owner, live, seconds=-1), "seconds", "Seconds are a whole number from 0 to 30 days."),
        (lambda: roll_back(owner, live, link="ftp://x"), "link", "A link begins with http:// or https://."),
    ]
    for deed, field, words in cases:
        with pytest.raises(ValidationError) as error:
            deed()
        assert error.value.message_dict == {field: [words]}


def test_a_rehearsal_changes_nothing_but_is_kept_once(owner: Principal, initiative: Initiative) -> None:
    deploy(owner, initiative, "1")
    at = timezone.now() - timedelta(days=3)
    made, state = record_rehearsal(owner, initiative, environment="production", seconds=30, at=at, note="Drill.")
    assert (made.kind, made.seconds, state) == ("rehearsal", 30, "created")
    again = record_rehearsal(owner, initiative, environment="production", seconds=30, at=at)
    assert again == (made, "unchanged")
    assert versions(here(initiative))[0] == "1"

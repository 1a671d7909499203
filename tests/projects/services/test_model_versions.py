"""Registered versions and what rests on their aliases."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from projects.connectors.records import ModelVersionRecord
from projects.models import Initiative, JudgeDue, ModelVersion, RunLink
from projects.services.runs import push_model_version, push_runs, record_model_versions, record_runs
from tests.factories import EPOCH, make_connection, make_initiative, make_workspace, run_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def version(number: str, run: str = "", aliases: tuple[str, ...] = (), **fields: Any) -> ModelVersionRecord:
    return ModelVersionRecord(
        **{
            "name": "churn",
            "version": number,
            "run_external_id": run,
            "aliases": aliases,
            "tags": {},
            "status": "ready",
            "created_at": EPOCH,
            **fields,
        }
    )


def test_the_registry_is_kept_whole(owner: Principal) -> None:
    connection = make_connection(owner)
    record_runs(connection, [run_record("a")], replace=True)
    outcomes = record_model_versions(connection, [version("1", "a", ("champion",)), version("2", "missing")])
    assert [each.state for each in outcomes] == ["created", "created"]
    first = ModelVersion.objects.get(version="1")
    assert (first.run and first.run.external_id, first.aliases) == ("a", ["champion"])
    assert ModelVersion.objects.get(version="2").run is None
    outcomes = record_model_versions(connection, [version("1", "a", ("champion",))])
    assert [each.state for each in outcomes] == ["unchanged"]
    assert ModelVersion.objects.get(version="2").deleted_at is not None
    assert record_model_versions(connection, [version("1", "a"), version("2")])[1].state == "updated"
    assert ModelVersion.objects.get(version="2").deleted_at is None


def test_an_unchanged_registry_is_not_written(owner: Principal, initiative: Initiative) -> None:
    connection = make_connection(owner, initiative=initiative)
    record_model_versions(connection, [version("1")])
    before = ModelVersion.objects.get().updated_at
    JudgeDue.objects.all().delete()
    record_model_versions(connection, [version("1")])
    assert ModelVersion.objects.get().updated_at == before
    assert not JudgeDue.objects.exists()


def test_links_follow_an_alias(owner: Principal, initiative: Initiative) -> None:
    connection = make_connection(owner)
    initiative.selection_rules.create(connection=connection, registered_model="churn", alias="champion")
    record_runs(connection, [run_record("a"), run_record("b")], replace=True)
    record_model_versions(connection, [version("1", "a", ("champion",)), version("2", "b")])
    assert [each.run.external_id for each in RunLink.objects.all()] == ["a"]
    JudgeDue.objects.all().delete()
    record_model_versions(connection, [version("1", "a"), version("2", "b", ("champion",))])
    assert [each.run.external_id for each in RunLink.objects.all()] == ["b"]
    assert JudgeDue.objects.filter(initiative=initiative).exists()


def test_what_cannot_be_stored_is_rejected_alone(owner: Principal) -> None:
    connection = make_connection(owner)
    outcomes = record_model_versions(
        connection,
        [version("1"), version("v" * 65), version("3", tags={"a": "\x00"}), version("4", aliases=("x" * 257,))],
    )
    assert [each.state for each in outcomes] == ["created", "rejected", "rejected", "rejected"]


def test_pushed_versions(owner: Principal, initiative: Initiative) -> None:
    push_runs(owner, initiative, [{"external_id": "r1"}])
    made, state = push_model_version(owner, initiative, name="churn", version="1", run="r1", aliases=["champion"])
    assert (state, made.run and made.run.external_id) == ("created", "r1")
    assert push_model_version(owner, initiative, name="churn", version="1")[1] == "unchanged"
    push_model_version(owner, initiative, name="churn", version="2", aliases=["champion"])
    aliases = dict(ModelVersion.objects.values_list("version", "aliases"))
    assert aliases == {"1": [], "2": ["champion"]}


@pytest.mark.parametrize("fields", [{"name": ""}, {"version": "x" * 65}, {"run": 7}, {"aliases": ["x" * 300]}])
def test_bad_pushes_are_refused(owner: Principal, initiative: Initiative, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        push_model_version(owner, initiative, **{"name": "churn", "version": "1", **fields})

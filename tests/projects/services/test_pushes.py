"""Runs pushed by people and CI."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, JudgeDue, MetricValue, Run
from projects.services.runs import BatchRejected, Outcome, push_runs
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def push(owner: Principal, initiative: Initiative, *items: Any, atomic: bool = False) -> list[str]:
    return [each.state for each in push_runs(owner, initiative, items, atomic=atomic)]


def run(**fields: Any) -> dict[str, Any]:
    return {"external_id": "r1", **fields}


def metrics() -> dict[str, float | None]:
    return dict(MetricValue.objects.values_list("key", "value"))


def test_the_same_push_twice_is_one_run(owner: Principal, initiative: Initiative) -> None:
    item = run(metrics={"accuracy": 0.91}, tags={"commit": "abc"}, status="finished")
    assert push(owner, initiative, item) == ["created"]
    assert push(owner, initiative, item) == ["unchanged"]
    stored = Run.objects.get()
    assert (stored.commit, stored.pushed_to, stored.links.get().initiative) == ("abc", initiative, initiative)
    assert stored.ended_at is not None


def test_absent_fields_stay(owner: Principal, initiative: Initiative) -> None:
    push(owner, initiative, run(name="first", params={"lr": 1}, tags={"a": "1"}, metrics={"accuracy": 0.9}))
    assert push(owner, initiative, run(tags={"b": "2"}, metrics={"coverage": 0.8})) == ["updated"]
    stored = Run.objects.get()
    assert (stored.name, stored.params, stored.tags) == ("first", {"lr": "1"}, {"a": "1", "b": "2"})
    assert metrics() == {"accuracy": 0.9, "coverage": 0.8}


def test_null_removes(owner: Principal, initiative: Initiative) -> None:
    push(owner, initiative, run(name="x", tags={"a": "1", "b": "2"}, metrics={"accuracy": 0.9, "loss": 1}))
    assert push(owner, initiative, run(name=None, tags={"a": None}, metrics={"loss": None})) == ["updated"]
    assert (Run.objects.get().name, Run.objects.get().tags, metrics()) == ("", {"b": "2"}, {"accuracy": 0.9})
    assert push(owner, initiative, run(metrics={"loss": None})) == ["unchanged"]
    assert push(owner, initiative, run(metrics=None, tags=None)) == ["updated"]
    assert (Run.objects.get().tags, metrics()) == ({}, {})


def test_a_removal_alone_makes_the_initiative_due(owner: Principal, initiative: Initiative) -> None:
    push(owner, initiative, run(metrics={"accuracy": 0.9}))
    JudgeDue.objects.all().delete()
    push(owner, initiative, run(metrics={"accuracy": None}))
    assert JudgeDue.objects.filter(initiative=initiative).exists()


def test_a_running_run_ends(owner: Principal, initiative: Initiative) -> None:
    push(owner, initiative, run(status="running", started_at="2026-01-05T09:00:00Z"))
    assert Run.objects.get().ended_at is None
    push(owner, initiative, run(status="finished", ended_at="2026-01-05T10:00:00Z"))
    ended = Run.objects.get().ended_at
    assert ended is not None
    assert ended.isoformat() == "2026-01-05T10:00:00+00:00"
    assert Run.objects.get().links.get().ended_at == ended


@pytest.mark.parametrize("name", ["params", "tags"])
def test_a_run_grows_no_further_than_one_push(owner: Principal, initiative: Initiative, name: str) -> None:
    def push(keys: dict[str, str | None]) -> Outcome:
        return push_runs(owner, initiative, [{"external_id": "r1", name: keys}])[0]

    assert push({f"a{number}": "x" for number in range(999)}).state == "created"
    assert push({"last": "x"}).state == "updated"
    refused = push({"one": "x", "more": "x"})
    assert (refused.state, [each.pointer for each in refused.errors]) == ("rejected", [f"/{name}"])
    assert refused.errors[0].detail == f"{name} would have 1,002 keys, and a run has at most 1,000: null removes one."
    assert push({"last": "y"}).state == "updated"
    assert push({"a0": None, "a1": None, "one": "x", "more": "x"}).state == "updated"
    assert len(getattr(Run.objects.get(), name)) == 1_000


def test_a_run_that_holds_too_much_already_may_lose_keys(owner: Principal, initiative: Initiative) -> None:
    push_runs(owner, initiative, [{"external_id": "r1"}])
    Run.objects.update(tags={f"a{number}": "x" for number in range(1_200)})
    states = [
        push_runs(owner, initiative, [{"external_id": "r1", "tags": tags}])[0].state
        for tags in ({"new": "x"}, {"a0": None}, {"a1": "y"})
    ]
    assert states == ["rejected", "updated", "updated"]


def test_an_end_before_the_stored_start_is_rejected(owner: Principal, initiative: Initiative) -> None:
    push(owner, initiative, run(status="running", started_at="2026-01-05T09:00:00Z"))
    (outcome,) = push_runs(owner, initiative, [run(ended_at="2026-01-05T08:00:00Z")])
    assert (outcome.state, outcome.errors[0].pointer) == ("rejected", "/ended_at")
    assert Run.objects.get().ended_at is None


def test_each_item_has_its_outcome_in_order(owner: Principal, initiative: Initiative) -> None:
    items: list[Any] = [
        run(external_id="a"),
        run(external_id="b", status="?"),
        {"name": "no id"},
        7,
        run(external_id="c"),
    ]
    outcomes = push_runs(owner, initiative, items)
    assert [(each.external_id, each.state) for each in outcomes] == [
        ("a", "created"),
        ("b", "rejected"),
        ("", "rejected"),
        ("", "rejected"),
        ("c", "created"),
    ]
    assert outcomes[1].errors[0].pointer == "/status"


def test_an_atomic_batch_keeps_all_or_nothing(owner: Principal, initiative: Initiative) -> None:
    with pytest.raises(BatchRejected) as error:
        push(owner, initiative, run(external_id="a"), run(external_id="b", status="?"), atomic=True)
    assert [each.state for each in error.value.outcomes] == ["created", "rejected"]
    assert not Run.objects.exists()
    assert not AuditEvent.objects.filter(action="push").exists()


def test_the_same_run_twice_in_a_batch_is_merged(owner: Principal, initiative: Initiative) -> None:
    assert push(
        owner,
        initiative,
        run(metrics={"accuracy": 0.9, "loss": 1}, tags={"a": "1"}),
        run(metrics={"coverage": 0.8, "loss": None}, tags={"b": "2"}),
    ) == ["created", "created"]
    assert metrics() == {"accuracy": 0.9, "coverage": 0.8}
    assert Run.objects.get().tags == {"a": "1", "b": "2"}


def test_a_thousand_at_most(owner: Principal, initiative: Initiative) -> None:
    with pytest.raises(ValidationError, match="1000"):
        push(owner, initiative, *[run(external_id=str(each)) for each in range(1001)])


def test_one_audit_event_a_batch_with_counts(owner: Principal, initiative: Initiative) -> None:
    push(owner, initiative, run(external_id="a"), run(external_id="b"), run(external_id="c", status="?"))
    event = AuditEvent.objects.get(action="push")
    assert (event.after["created"], event.after["rejected"], len(event.after["sha256"])) == (2, 1, 64)


def test_another_initiatives_runs_are_its_own(owner: Principal, initiative: Initiative) -> None:
    other = make_initiative(owner, "OTHER")
    push(owner, initiative, run(metrics={"accuracy": 0.9}))
    assert push(owner, other, run(metrics={"accuracy": None})) == ["created"]
    assert metrics() == {"accuracy": 0.9}


def test_datasets_and_an_address_come_along(owner: Principal, initiative: Initiative) -> None:
    item = run(datasets=[{"name": "train", "digest": "d1", "context": "training"}], url="https://ci.example.org/1")
    assert push(owner, initiative, item) == ["created"]
    assert push(owner, initiative, item) == ["unchanged"]
    assert push(owner, initiative, run(datasets=[{"name": "test", "digest": "d2"}])) == ["updated"]
    stored = Run.objects.get()
    links = stored.dataset_links.order_by("id").values_list("dataset__name", "context", "dataset__initiative")
    assert list(links) == [("train", "training", initiative.pk), ("test", "", initiative.pk)]
    assert stored.url == "https://ci.example.org/1"

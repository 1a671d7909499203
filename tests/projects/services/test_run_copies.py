"""A run that is new is copied; it ends as if it had been there and were updated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mltrack.accounts.access import system_principal
from projects.connectors.records import MetricRecord, RunRecord
from projects.models import Connection, Initiative, MetricValue, Run, RunLink
from projects.services.runs import record_runs
from tests.factories import EPOCH, make_connection, make_initiative, make_workspace, run_record

pytestmark = pytest.mark.django_db

# Tabs, quotes, backslashes, and what COPY takes for null or the end in its text form.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["\\N", "\\.", "\t", "\r\n", "{}", "'", '"', "\\u0041", "🚀" * 9]
)
moments = st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
values = st.builds(
    MetricRecord, st.floats(allow_nan=False, allow_infinity=False), st.none(), st.integers(0, 2**62), moments
)
specials = st.builds(MetricRecord, st.none(), st.sampled_from(["nan", "inf", "-inf"]), st.integers(-5, 5), moments)
records = st.builds(
    RunRecord,
    external_id=texts.map(lambda text: f"x{text}"),
    name=texts,
    status=st.sampled_from(["running", "finished", "failed", "killed"]),
    started_at=moments,
    ended_at=moments,
    params=st.dictionaries(texts, texts, max_size=3),
    tags=st.dictionaries(texts | st.just("commit"), texts, max_size=3),
    metrics=st.dictionaries(texts.filter(bool), values | specials, max_size=4),
    experiment_id=texts,
    experiment_name=texts,
    deleted=st.booleans(),
    url=texts,
)
OWN = ("id", "public_id", "created_at", "updated_at", "deleted_at", "connection_id", "pushed_to_id")


@pytest.fixture
def initiative() -> Initiative:
    return make_initiative(make_workspace())


def shown(source: Connection | Initiative) -> dict[str, Any]:
    """Return all that is kept of a source's runs, without what tells the source and the writing."""
    key = {"connection": source} if isinstance(source, Connection) else {"pushed_to": source}
    found: dict[str, Any] = {}
    for run in Run.objects.filter(**key).prefetch_related("metrics"):
        fields = {each.attname: getattr(run, each.attname) for each in Run._meta.concrete_fields}
        values = {each.key: (each.value, each.special, each.step, each.time) for each in run.metrics.all()}
        kept = {name: value for name, value in fields.items() if name not in OWN}
        found[run.external_id] = (kept, run.deleted_at is None, values)
        assert {each.workspace_id for each in run.metrics.all()} <= {run.workspace_id}
    return found


@given(given_records=st.lists(records, max_size=5, unique_by=lambda each: each.external_id))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_new_runs_end_as_updated_ones(initiative: Initiative, given_records: list[RunRecord]) -> None:
    Run.objects.all().delete()
    owner = system_principal(initiative.workspace)
    fresh, known = make_connection(owner), make_connection(owner)
    record_runs(known, [run_record(each.external_id, metrics={"old": 1}) for each in given_records], replace=True)
    assert {each.state for each in record_runs(known, given_records, replace=True)} <= {"updated"}
    outcomes = record_runs(fresh, given_records, replace=True)
    assert {each.external_id: each.state for each in outcomes} == {e.external_id: "created" for e in given_records}
    assert shown(fresh) == shown(known)
    assert {each.state for each in record_runs(fresh, given_records, replace=True)} <= {"unchanged"}


def test_rows_are_in_the_order_of_their_start(initiative: Initiative) -> None:
    late, early = run_record("a", started_at=EPOCH), run_record("b", started_at=EPOCH - timedelta(hours=1))
    record_runs(initiative, [run_record("c", started_at=None), late, early], replace=True)
    assert list(Run.objects.order_by("id").values_list("external_id", flat=True)) == ["b", "a", "c"]
    assert Run.objects.values("public_id").distinct().count() == 3
    assert RunLink.objects.filter(initiative=initiative).count() == 3


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1])
def test_a_step_beyond_the_column_rejects_its_run_alone(initiative: Initiative, step: int) -> None:
    poison = run_record("a", metrics={"accuracy": MetricRecord(0.5, step=step)})
    outcomes = record_runs(initiative, [poison, run_record("b")], replace=True)
    assert {each.external_id: each.state for each in outcomes} == {"a": "rejected", "b": "created"}
    assert MetricValue.objects.count() == 1


@pytest.mark.parametrize("field", ["name", "url"])
def test_half_a_surrogate_pair_rejects_its_run_alone(initiative: Initiative, field: str) -> None:
    outcomes = record_runs(initiative, [run_record("a", **{field: "\ud800"}), run_record("b")], replace=True)
    assert {each.external_id: each.state for each in outcomes} == {"a": "rejected", "b": "created"}


def test_new_and_known_runs_share_a_call(initiative: Initiative) -> None:
    record_runs(initiative, [run_record("a")], replace=True)
    mixed = [run_record("a", metrics={"accuracy": 0.5}), run_record("b"), run_record("a", metrics={"accuracy": 0.7})]
    assert [each.state for each in record_runs(initiative, mixed, replace=True)] == ["updated", "created"]
    assert sorted(MetricValue.objects.values_list("run__external_id", "value")) == [("a", 0.7), ("b", 0.9)]

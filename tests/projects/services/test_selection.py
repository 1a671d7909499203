"""Which runs count for an initiative."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Connection, Initiative, JudgeDue, RunLink, SelectionRule
from projects.services.runs import record_runs
from projects.services.selection import set_selection
from tests.factories import make_connection, make_initiative, make_stranger, make_workspace, run_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


@pytest.fixture
def connection(owner: Principal) -> Connection:
    made = make_connection(owner)
    records = [
        run_record("a", experiment_id="1", tags={"team": "red"}),
        run_record("b", experiment_id="2", tags={"team": "blue"}),
        run_record("c", experiment_id="2", tags={"team": ""}),
        run_record("d", experiment_id="3"),
    ]
    record_runs(made, records, replace=True)
    return made


def linked(initiative: Initiative) -> str:
    ids = RunLink.objects.filter(initiative=initiative).values_list("run__external_id", flat=True)
    return "".join(sorted(ids))


@pytest.mark.parametrize(
    ("rules", "runs"),
    [
        ([{}], "abcd"),
        ([{"experiment_ids": ["2", "3"]}], "bcd"),
        ([{"tag_key": "team"}], "abc"),
        ([{"tag_key": "team", "tag_value": "red"}], "a"),
        ([{"experiment_ids": ["2"], "tag_key": "team", "tag_value": "red"}], ""),
        ([{"experiment_ids": ["1"]}, {"tag_key": "team", "tag_value": "blue"}], "ab"),
        ([{"registered_model": "churn"}], ""),
        ([], ""),
    ],
)
def test_a_run_that_fits_any_rule_counts(
    owner: Principal, initiative: Initiative, connection: Connection, rules: list[dict[str, Any]], runs: str
) -> None:
    set_selection(owner, initiative, [{"connection": connection.public_id, **rule} for rule in rules])
    assert linked(initiative) == runs


def test_a_pull_keeps_the_links(owner: Principal, initiative: Initiative, connection: Connection) -> None:
    rule = {"connection": connection.public_id, "tag_key": "team", "tag_value": "red"}
    set_selection(owner, initiative, [rule])
    record_runs(connection, [run_record("a", tags={}), run_record("d", tags={"team": "red"})], replace=True)
    assert linked(initiative) == "d"


def test_one_run_may_count_for_several(owner: Principal, initiative: Initiative, connection: Connection) -> None:
    other = make_initiative(owner, "OTHER")
    for each in (initiative, other):
        set_selection(owner, each, [{"connection": connection.public_id, "experiment_ids": ["1"]}])
    assert (linked(initiative), linked(other)) == ("a", "a")
    set_selection(owner, other, [])
    assert (linked(initiative), linked(other)) == ("a", "")


def test_pushed_runs_stay(owner: Principal, initiative: Initiative, connection: Connection) -> None:
    record_runs(initiative, [run_record("p")], replace=False)
    set_selection(owner, initiative, [{"connection": connection.public_id, "experiment_ids": ["1"]}])
    set_selection(owner, initiative, [])
    assert linked(initiative) == "p"


def test_a_change_is_told_and_makes_due(owner: Principal, initiative: Initiative, connection: Connection) -> None:
    JudgeDue.objects.all().delete()
    rules = [{"connection": connection.public_id, "alias": "champion", "registered_model": "m"}]
    set_selection(owner, initiative, rules)
    assert JudgeDue.objects.filter(initiative=initiative).exists()
    set_selection(owner, initiative, rules)
    event = AuditEvent.objects.get(action="select")
    assert event.after["rules"] == [{"experiment_ids": [], **rules[0]}] or event.after["rules"] == rules


@pytest.mark.parametrize(
    "rule",
    [
        7,
        {},
        {"connection": "con_unknown"},
        {"connection": 5},
        {"experiment_ids": "1"},
        {"experiment_ids": [1]},
        {"tag_value": "x"},
        {"tag_key": "\x00"},
        {"initiative": 1},
    ],
)
def test_bad_rules_change_nothing(owner: Principal, initiative: Initiative, connection: Connection, rule: Any) -> None:
    good = {"connection": connection.public_id}
    set_selection(owner, initiative, [good])
    bad = {**good, **rule} if isinstance(rule, dict) and rule else rule
    with pytest.raises(ValidationError):
        set_selection(owner, initiative, [bad])
    assert SelectionRule.objects.count() == 1


def test_another_workspaces_connection_is_unknown(owner: Principal, initiative: Initiative) -> None:
    foreign = make_connection(make_stranger())
    with pytest.raises(ValidationError, match="no connection"):
        set_selection(owner, initiative, [{"connection": foreign.public_id}])

"""Findings by cause: one row for all that a cause hits, by state, and as lines of a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mltrack.accounts.access import Principal
from projects.models import Finding, Initiative
from projects.progress.faults import Fault
from projects.selectors.finding_causes import (
    PAGE,
    CauseRow,
    affected_by,
    cause_page,
    earlier_than,
    finding_lines,
    open_findings,
)
from projects.services.findings import acknowledge_finding, keep_findings
from tests.factories import EPOCH, make_initiative, make_stranger, make_workspace

LATER = EPOCH + timedelta(days=1)
LATEST = EPOCH + timedelta(days=2)


def fault(name: str = "refills", kind: str = "silent", severity: str = "critical") -> Fault:
    return Fault(f"{kind}:dts_1:{name}:IL", kind, name, "IL", severity, f"{name} of IL: nothing arrived")


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def both(owner: Principal) -> tuple[Initiative, Initiative]:
    return make_initiative(owner, "CHURN"), make_initiative(owner, "OTHER")


def rows(owner: Principal, number: int = 1, **asked: Any) -> list[CauseRow]:
    return list(cause_page(owner, asked, number).rows)


def test_a_cause_is_one_row_whatever_it_hits(owner: Principal, both: tuple[Initiative, Initiative]) -> None:
    churn, other = both
    keep_findings(churn, [(fault(), [churn.pk, other.pk]), (fault("age", "drift", "warning"), [churn.pk])], (), EPOCH)
    found = {each.newest.name: (each.hits, each.severity, each.state) for each in rows(owner)}
    assert found == {"refills": (2, "critical", "open"), "age": (1, "warning", "open")}
    assert [each.newest.name for each in rows(owner, kind="drift")] == ["age"]
    assert [each.newest.name for each in rows(owner, severity="critical")] == ["refills"]
    assert [(each.newest.name, each.hits) for each in rows(owner, initiative="OTHER")] == [("refills", 2)]
    assert rows(make_stranger()) == []


def test_it_is_acknowledged_once_each_part_is_and_closed_with_the_last(
    owner: Principal, both: tuple[Initiative, Initiative]
) -> None:
    churn, other = both
    keep_findings(churn, [(fault(), [churn.pk, other.pk])], (), EPOCH)
    for number, each in enumerate(Finding.objects.order_by("pk")):
        states = [name for name in ("open", "acknowledged", "closed", "", "all") if rows(owner, state=name)]
        assert states == ["open", "", "all"], number
        acknowledge_finding(owner, each)
    assert [each.state for each in rows(owner, state="acknowledged")] == ["acknowledged"]
    keep_findings(churn, [], (), LATER)
    assert rows(owner) == rows(owner, state="open") == []
    assert [(each.state, each.hits) for each in rows(owner, state="closed")] == [("closed", 2)]
    keep_findings(churn, [(fault(), [churn.pk])], (), LATEST)
    assert [(each.state, each.hits, each.since) for each in rows(owner)] == [("open", 1, LATEST)]


def test_a_severity_is_that_which_is_shown(owner: Principal, both: tuple[Initiative, Initiative]) -> None:
    churn, _ = both
    keep_findings(churn, [(fault(severity="warning"), [churn.pk])], (), EPOCH)
    keep_findings(churn, [], (), LATER)
    assert [each.severity for each in rows(owner, state="closed", severity="warning")] == ["warning"]
    keep_findings(churn, [(fault(severity="critical"), [churn.pk])], (), LATEST)
    for state in ("", "open", "closed", "all"):
        assert rows(owner, state=state, severity="warning") == [], state
        found = [(each.state, each.severity) for each in rows(owner, state=state, severity="critical")]
        assert found == [("open", "critical")] * (state != "closed"), state
    keep_findings(churn, [], (), LATEST + timedelta(days=1))
    assert rows(owner, state="closed", severity="warning") == []
    assert [each.severity for each in rows(owner, state="closed", severity="critical")] == ["critical"]
    assert len(list(finding_lines(owner, {"state": "closed", "severity": "critical"}))) == 3


def test_an_initiative_asks_how_a_cause_stands_there(owner: Principal, both: tuple[Initiative, Initiative]) -> None:
    churn, other = both
    keep_findings(churn, [(fault(), [churn.pk, other.pk])], (), EPOCH)
    keep_findings(churn, [(fault(), [other.pk])], (), LATER)
    assert rows(owner, initiative="CHURN") == rows(owner, initiative="CHURN", state="open") == []
    (ended,) = rows(owner, initiative="CHURN", state="closed")
    assert (ended.state, ended.hits, ended.newest.initiative.key) == ("closed", 1, "CHURN")
    assert rows(owner, initiative="OTHER", state="closed") == []
    assert [(each.state, each.hits) for each in rows(owner, initiative="OTHER")] == [("open", 1)]
    assert [(each.state, each.hits) for each in rows(owner)] == [("open", 1)]
    keep_findings(churn, [(fault(), [churn.pk, other.pk])], (), LATEST)
    acknowledge_finding(owner, Finding.objects.get(initiative=churn, closed_at=None))
    assert [(each.state, each.hits) for each in rows(owner, initiative="CHURN")] == [("acknowledged", 2)]
    assert rows(owner, initiative="CHURN", state="open") == []
    assert [each.state for each in rows(owner)] == ["open"]


def test_one_knows_whom_else_it_hits_and_what_was_before(owner: Principal, both: tuple[Initiative, Initiative]) -> None:
    churn, other = both
    keep_findings(churn, [(fault(), [churn.pk, other.pk])], (), EPOCH)
    keep_findings(churn, [], (), LATER)
    keep_findings(churn, [(fault(), [churn.pk])], (), LATEST)
    old, new = (Finding.objects.filter(initiative=churn, opened_at=at).get() for at in (EPOCH, LATEST))
    assert [each.initiative.key for each in affected_by(old)] == ["CHURN", "OTHER"]
    assert [each.pk for each in affected_by(new)] == [new.pk]
    assert [each.pk for each in earlier_than(new)] == [old.pk]
    assert earlier_than(old) == []
    assert [each.pk for each in open_findings(churn)] == [new.pk]


def test_there_are_25_on_a_page_in_two_queries(
    owner: Principal, both: tuple[Initiative, Initiative], django_assert_num_queries: Any
) -> None:
    churn, _ = both
    keep_findings(churn, [(fault(f"n{number:02}"), [churn.pk]) for number in range(PAGE + 3)], (), EPOCH)
    with django_assert_num_queries(2):
        first = cause_page(owner, {}, 1)
    assert (len(first.rows), first.next) == (25, True)
    last = cause_page(owner, {}, 2)
    assert ([each.newest.name for each in last.rows], last.next) == (["n25", "n26", "n27"], False)


def test_the_file_has_a_line_for_each_finding(owner: Principal, both: tuple[Initiative, Initiative]) -> None:
    churn, other = both
    keep_findings(churn, [(fault(), [churn.pk, other.pk])], (), EPOCH)
    head, *lines = finding_lines(owner, {})
    assert sorted(str(line[head.index("initiative")]) for line in lines) == ["CHURN", "OTHER"]
    assert {line[head.index("state")] for line in lines} == {"open"}
    assert list(finding_lines(owner, {"kind": "drift"})) == [head]

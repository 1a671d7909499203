"""Early warnings from facts: each rule at its threshold, on both sides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kpis.scoring.portfolio_analysis.warning_rules import RULES, InitiativeFacts, KpiFact, warnings_of, widened

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
GOOD = KpiFact("calls", "Calls", owned=True, goal=True, baseline=True)


def facts(**given: Any) -> InitiativeFacts:
    """Return an initiative in modeling with nothing to warn of, but what is given."""
    plain = {"stage": "modeling", "target_date": date(2027, 3, 31), "kpis": (GOOD,)}
    return InitiativeFacts(key="CHURN", name="Churn", **{**plain, **given})


def ago(**words: float) -> datetime:
    return NOW - timedelta(**words)


CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"owned": False}, [("no_owner", "Nobody answers for it.")]),
    ({"kpis": ()}, [("no_kpi", "It is tied to no KPI, so nobody can say what it is worth.")]),
    ({"kpis": (KpiFact("a", "Calls", False, True, True),)}, [("no_kpi_owner", "Calls has no owner.")]),
    (
        {"kpis": (GOOD, KpiFact("b", "Cost", True, True, False))},
        [("no_baseline", "The goal of Cost has no baseline to compare with.")],
    ),
    (
        {"kpis": (KpiFact("b", "Cost", True, False, False),)},
        [("no_baseline", "Cost has no goal, so no baseline either.")],
    ),
    (
        {"labeled": 1200, "truth": "missing"},
        [("unvalidated_truth", "1,200 labeled tasks, and no sample of them was labeled again.")],
    ),
    ({"labeled": 1200, "truth": "pass"}, []),
    ({"labeled": 1200, "audited": True}, []),
    ({"labeled": 1200, "stage": "data"}, []),
    ({"labeled": 0, "truth": "missing"}, []),
    (
        {"widenings": (date(2026, 9, 1), date(2026, 10, 3))},
        [("scope_widened", "The scope grew 2 times after framing, the last time on 3 Oct 2026.")],
    ),
    ({"widenings": (date(2026, 9, 1),), "stage": "production"}, []),
    (
        {"open_tasks": 4, "still": 2, "moved": date(2026, 10, 3)},
        [("no_movement", "2 sprints ended since a task moved, the last one on 3 Oct 2026; 4 open tasks.")],
    ),
    (
        {"open_tasks": 1, "still": 3},
        [("no_movement", "3 sprints ended since a task moved, and none ever did; 1 open task.")],
    ),
    ({"open_tasks": 4, "still": 1}, []),
    ({"open_tasks": 0, "still": 5}, []),
    ({"open_tasks": 4, "still": 5, "state": "paused"}, []),
    ({"said": ago(days=21), "overdue": ago(days=12)}, [("no_update", "No word for 3 weeks.")]),
    ({"said": ago(days=20), "overdue": ago(days=11)}, []),
    ({"said": ago(days=30), "overdue": NOW + timedelta(days=1)}, []),
    ({"said": ago(days=40), "overdue": None}, []),
    (
        {"slips": ((date(2026, 6, 1), date(2026, 9, 1)), (date(2026, 9, 1), date(2027, 3, 31)))},
        [("target_slipped", "The target date slipped 2 times, from 1 Jun 2026 to 31 Mar 2027.")],
    ),
    ({"slips": ((date(2026, 6, 1), date(2026, 9, 1)),)}, []),
    (
        {"target_date": date(2026, 11, 27)},
        [("target_passed", "The target date, 27 Nov 2026, has passed in modeling.")],
    ),
    ({"target_date": date(2026, 11, 28)}, []),
    ({"target_date": date(2026, 11, 27), "stage": "production"}, []),
    ({"target_date": None}, [("no_target_date", "It is in modeling and has no target date.")]),
    ({"target_date": None, "stage": "framing"}, []),
    ({"state": "paused", "paused": ago(days=60)}, [("long_pause", "Paused for 60 days.")]),
    ({"state": "paused", "paused": ago(days=59)}, []),
    ({"owned": False, "kpis": (), "state": "cancelled"}, []),
    ({"owned": False, "kpis": (), "stage": "retired"}, []),
]


@pytest.mark.parametrize(("given", "expected"), CASES)
def test_what_is_warned_of(given: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(each.kind, each.reason) for each in warnings_of(facts(**given), NOW)] == expected


def test_every_rule_has_a_case_and_says_what_to_do() -> None:
    assert {kind for _, expected in CASES for kind, _ in expected} == set(RULES)
    assert all(rule.title and rule.todo.endswith(".") and rule.place for rule in RULES.values())


def test_a_warning_about_a_kpi_names_it() -> None:
    bare = facts(kpis=(KpiFact("a", "Calls", False, False, False), KpiFact("b", "Cost", False, True, True)))
    assert [(each.kind, each.kpi) for each in warnings_of(bare, NOW)] == [
        ("no_kpi_owner", "a"),
        ("no_kpi_owner", "b"),
        ("no_baseline", "a"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"scope_in": "claims by mail"}, {"scope_in": "claims by mail and by phone"}, True),
        ({"scope_in": "claims by mail"}, {"scope_in": "claims"}, False),
        ({"scope_in": "claims by mail"}, {"scope_in": "claims by phone"}, False),
        ({"scope_in": ""}, {"scope_in": "claims by mail"}, False),
        ({"scope_in": "Claims by mail"}, {"scope_in": "claims  by mail"}, False),
        ({"scope_out": "calls, letters"}, {"scope_out": "calls,"}, True),
        ({"scope_out": "calls"}, {"scope_out": "calls and letters"}, False),
        ({"scope_out": "calls"}, {"scope_out": ""}, True),
        ({"target_date": "2026-01-01"}, {"target_date": "2026-02-01"}, False),
    ],
)
def test_a_wider_scope(before: dict[str, str], after: dict[str, str], expected: bool) -> None:
    assert widened(before, after) is expected

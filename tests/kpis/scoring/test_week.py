"""What changed in a week, in plain facts: cases by hand."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.week import MOST_CHECKS, LabelsMoved, TasksMoved, WeekFact, kept, week_facts

SAME = LabelsMoved(5, 5, 9)
CALM = TasksMoved(0, 0, 0, 3)


def document(verdict: str = "unknown", forecast: Any = None, **checks: tuple[str, Any]) -> dict[str, Any]:
    told = [
        {"id": name, "title": name.capitalize(), "result": result, "observed": observed, "reason": ""}
        for name, (result, observed) in checks.items()
    ]
    return {
        "verdict": verdict,
        "health": "on_track",
        "candidate": None,
        "policy_version": "1",
        "sections": [{"checks": told}] if checks else [],
        "forecast": forecast,
    }


def dates(p50: str, p85: str) -> dict[str, str]:
    return {"p50": p50, "p85": p85, "decided_by": "tasks"}


def test_a_check_that_turned_tells_its_number_too() -> None:
    old = document("not_ready", accuracy=("fail", 0.88), coverage=("pass", 0.8))
    new = document("ready", accuracy=("pass", 0.915), coverage=("pass", 0.81))
    assert week_facts(old, new, SAME, CALM) == [
        WeekFact("verdict", "Verdict: not ready → ready", True),
        WeekFact("check", "Accuracy: fail → pass", True),
        WeekFact("metric", "Accuracy: 0.88 → 0.915", True),
        WeekFact("metric", "Coverage: 0.8 → 0.81"),
    ]


@pytest.mark.parametrize(
    ("labels", "tasks", "said"),
    [
        (LabelsMoved(1600, 2000, 5000), CALM, [("labels", "Labels: 400 more, 2,000 of 5,000 done", True)]),
        (LabelsMoved(10, 7, 9), CALM, [("labels", "Labels: 3 fewer, 7 of 9 done", False)]),
        (SAME, TasksMoved(3, 0, 1, 12), [("tasks", "Tasks: 3 done, 1 rolled over; 12 open", None)]),
        (SAME, TasksMoved(0, 2, 0, 1), [("tasks", "Tasks: 2 added; 1 open", None)]),
        (SAME, CALM, []),
    ],
)
def test_labels_and_tasks(labels: LabelsMoved, tasks: TasksMoved, said: list[tuple[str, str, bool | None]]) -> None:
    same = document(accuracy=("pass", 0.9))
    assert week_facts(same, same, labels, tasks) == [WeekFact(*each) for each in said]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (None, dates("2026-03-02", "2026-03-20"), ("Forecast: P50 2 Mar 2026, P85 20 Mar 2026", None)),
        (dates("2026-03-02", "2026-03-20"), None, ("Forecast: no date any more", None)),
        (
            dates("2026-03-02", "2026-03-20"),
            dates("2026-03-09", "2026-04-01"),
            ("Forecast: P50 2 Mar 2026, P85 20 Mar 2026 → P50 9 Mar 2026, P85 1 Apr 2026", False),
        ),
        ({"p50": None, "p85": None, "decided_by": None}, None, None),
    ],
)
def test_the_forecast(old: Any, new: Any, said: tuple[str, bool | None] | None) -> None:
    found = week_facts(document(forecast=old, a=("pass", 1)), document(forecast=new, a=("pass", 1)), SAME, CALM)
    assert found == ([WeekFact("forecast", *said)] if said else [])


def test_what_was_not_judged_has_no_changes_of_checks() -> None:
    assert week_facts(document(), document(), SAME, CALM) == []
    first = week_facts(document(), document("not_ready", accuracy=("fail", 0.5)), SAME, CALM)
    assert first == [WeekFact("verdict", "Verdict: not ready, judged for the first time")]


def test_many_changes_are_counted() -> None:
    names = [f"c{number}" for number in range(MOST_CHECKS + 3)]
    missing: dict[str, Any] = dict.fromkeys(names, ("missing", None))
    passed: dict[str, Any] = dict.fromkeys(names, ("pass", None))
    old = document(**missing)
    found = week_facts(old, document(**passed), SAME, CALM)
    assert len(found) == MOST_CHECKS + 1 and found[-1].text == "3 more changes of checks"
    assert kept(found)[0] == {"kind": "check", "text": "C0: missing → pass", "better": True}

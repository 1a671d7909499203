"""The report in sentences, of facts that are there, that are missing, and that are too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpis.scoring.initiative_report import ReportFacts, ReportKpi, ReportWord, report_parts, shortened

CALLS = ReportKpi(
    "Calls per case", "5.2 calls", "at most 4 by 2027-01-01", "60 % of the way", "−2 calls", "−1.1 calls."
)


def blocker(title: str, result: str = "fail", reason: str = "0.7 is below 0.9", would: str = "Reach 0.9") -> Any:
    return {
        "title": title,
        "short": title,
        "result": result,
        "reason": reason,
        "what_would_pass": would,
        "check": title,
    }


def document(verdict: str = "not_ready", blockers: Sequence[Any] = (), **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "warnings": [],
        "forecast": None,
        "health": "no_data",
        "health_reason": "there is no target date",
    }
    return {"verdict": verdict, "blockers": list(blockers), "sections": [{"checks": []}], **plain, **more}


NOTHING = ReportFacts(
    *("", "Framing", "active", "", "", ""), document("unknown", sections=[]), (), "", "", None, None, (), 0, 0, None, ()
)
FULL = ReportFacts(
    problem="Clients leave\nunseen",
    stage="Modeling",
    state="active",
    owner="Ada",
    sponsor="Sales",
    target="by Q1 2027",
    document=document(
        blockers=[blocker("Accuracy"), *(blocker(f"Check {n}", "missing", "", "") for n in range(4))],
        forecast={"p50": "2027-03-12", "p85": "2027-04-01", "decided_by": "check:Accuracy"},
        health="at_risk",
        health_reason="the forecast keeps the target date with 50 %, but not with 85 %",
        warnings=[{"text": "A waiver ends in 3 days"}],
    ),
    kpis=(CALLS,),
    spent="30,000 €, 9 people-weeks",
    decision="expand. It pays",
    decided_on=date(2026, 11, 2),
    review_on=date(2027, 2, 1),
    doing=("Label the rest", "Train again"),
    doing_count=5,
    open_tasks=6,
    word=ReportWord("Ada", date(2026, 11, 20), "off_track", "We wait for data.", True),
    risks=("No owner of the KPI: nobody answers for it. Name one",),
)


def told(facts: ReportFacts) -> dict[str, tuple[str, ...]]:
    return {part.name: part.sentences for part in report_parts(facts)}


def test_what_is_known_is_told_in_sentences() -> None:
    assert told(FULL) == {
        "purpose": (
            "Clients leave unseen.",
            "It is to move Calls per case: now 5.2 calls; the goal is at most 4 by 2027-01-01.",
        ),
        "readiness": (
            "No, it may not go into production yet.",
            "1 required check fails: Accuracy. 4 more checks cannot be told yet.",
            "Accuracy: 0.7 is below 0.9. Reach 0.9.",
            "Check 0.",
            "Check 1.",
            "2 more checks in the way.",
        ),
        "dates": (
            "Ready by 12 Mar 2027 with a chance of 50 %, by 1 Apr 2027 with 85 %: “Accuracy” decides it.",
            "It is due by Q1 2027.",
            "Whether it gets there: at risk, because the forecast keeps the target date with 50 %, but not with 85 %.",
        ),
        "work": (
            "It is in the stage modeling.",
            "Being worked on: “Label the rest”, “Train again” and 3 more.",
            "1 task waits.",
            "Ada on 20 Nov 2026, off track: “We wait for data”. An update is overdue.",
        ),
        "people": ("Ada owns it, and Sales is its sponsor.",),
        "value": (
            "Calls per case: expected −2 calls. Realised: −1.1 calls. 60 % of the way.",
            "It has cost 30,000 €, 9 people-weeks so far.",
            "Decided on 2 Nov 2026: expand. It pays. It is looked at again on 1 Feb 2027.",
        ),
        "risks": ("No owner of the KPI: nobody answers for it. Name one.", "A waiver ends in 3 days."),
    }


def test_what_is_missing_is_told_too() -> None:
    assert told(NOTHING) == {
        "purpose": (
            "Nobody has written down which problem it solves.",
            "It is tied to no KPI: nobody has said which business measure it is to move.",
        ),
        "readiness": (
            "That cannot be told yet.",
            "It was not judged yet. The first judgement comes within seconds.",
        ),
        "dates": (
            "There is no credible date yet.",
            "There is no target date.",
            "Whether it gets there: not known, because there is no target date.",
        ),
        "work": ("It is in the stage framing.", "No task waits."),
        "people": ("It has no owner, and it has no sponsor.",),
        "value": ("Without a KPI its value cannot be told.", "Nobody has noted what it costs."),
        "risks": ("No warning stands.",),
    }


def test_a_ready_one_needs_no_date_and_a_stopped_one_says_so() -> None:
    ready = replace(NOTHING, state="paused", document=document("ready"))
    assert told(ready)["readiness"][0] == "Yes, it may go into production."
    assert told(ready)["dates"][0] == "There is no target date."
    assert told(ready)["work"][0] == "It is in the stage framing, and is paused."


@pytest.mark.parametrize("size", [1, 50, 5_000])
def test_it_stays_short_whatever_people_wrote(size: int) -> None:
    long = "word " * size
    many = replace(
        FULL,
        problem=long,
        kpis=[replace(CALLS, name=long)] * size,
        doing=[long] * 3,
        doing_count=size,
        risks=[long] * size,
        word=FULL.word and replace(FULL.word, text=long),
        decision=long,
        document=document(blockers=[blocker(long, would=long)] * size),
    )
    sentences = [each for part in report_parts(many) for each in part.sentences]
    # 4 + 6 + 3 + 4 + 1 + 4 + 5 sentences at most.
    assert len(sentences) <= 27 and max(map(len, sentences)) <= 310


@pytest.mark.parametrize(
    ("text", "short"),
    [("a b c", "a b c"), ("aaa bbb ccc", "aaa bbb …"), ("x" * 20, "x" * 10 + " …"), (" a\n\tb ", "a b")],
)
def test_words_are_cut_at_a_word(text: str, short: str) -> None:
    assert shortened(text, 10) == short

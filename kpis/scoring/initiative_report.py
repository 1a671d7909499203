"""An initiative on one page for readers who know nothing of models: what is known, put into plain sentences.

Nothing is judged here. Every number, verdict, date and warning comes in as the pages have it; words of people are cut
where they would not fit on one sheet of paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kpis.scoring.forecast.sentences import day_words, standing_says
from kpis.scoring.sentences import verdict_sentence
from kpis.scoring.wording import counted, listed

LONGEST: Final = 200
LONGEST_PROBLEM: Final = 300
LONGEST_NAME: Final = 60
MOST_KPIS: Final = 2
MOST_BLOCKERS: Final = 3
MOST_TASKS: Final = 3
MOST_RISKS: Final = 4
VERDICTS: Final = {
    "ready": "Yes, it may go into production.",
    "not_ready": "No, it may not go into production yet.",
    "unknown": "That cannot be told yet.",
}
HEALTHS: Final = {"on_track": "on track", "at_risk": "at risk", "off_track": "off track", "no_data": "not known"}


@dataclass(frozen=True, slots=True)
class ReportKpi:
    """A KPI that the initiative is to move: where it stands, and what was found, each in the words of its page."""

    name: str
    value: str
    goal: str
    attainment: str
    expected: str
    realised: str


@dataclass(frozen=True, slots=True)
class ReportWord:
    """What a person said last, with the health that they declared."""

    by: str
    on: date
    health: str
    text: str
    fades: bool


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that the report tells. `document` is the readiness document; `risks` are early warnings in words.

    `doing` are titles of tasks that are being worked on, the first few; `open_tasks` counts those that wait, too.
    """

    problem: str
    stage: str
    state: str
    owner: str
    sponsor: str
    target: str
    document: Mapping[str, Any]
    kpis: Sequence[ReportKpi]
    spent: str
    decision: str
    decided_on: date | None
    review_on: date | None
    doing: Sequence[str]
    doing_count: int
    open_tasks: int
    word: ReportWord | None
    risks: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One question and what answers it."""

    name: str
    title: str
    sentences: tuple[str, ...]


def report_parts(facts: ReportFacts) -> tuple[ReportPart, ...]:
    """Return the report, question by question."""
    parts = (
        ("purpose", "What is it for?", _purpose(facts)),
        ("readiness", "Is it ready?", _readiness(facts.document)),
        ("dates", "When?", _dates(facts)),
        ("work", "What is being done?", _work(facts)),
        ("people", "Who answers for it?", _people(facts)),
        ("value", "What is it worth?", _value(facts)),
        ("risks", "What could go wrong?", _risks(facts)),
    )
    return tuple(ReportPart(name, title, tuple(sentences)) for name, title, sentences in parts)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text of people on one line, cut at a word where it is too long."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    whole = line[:longest].rpartition(" ")[0]
    return (whole if len(whole) > longest // 2 else line[:longest]) + " …"


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _purpose(facts: ReportFacts) -> Iterator[str]:
    yield _ended(shortened(facts.problem, LONGEST_PROBLEM) or "Nobody has written down which problem it solves")
    for each in facts.kpis[:MOST_KPIS]:
        goal = f"; the goal is {each.goal}" if each.goal else ""
        yield _ended(shortened(f"It is to move {shortened(each.name, LONGEST_NAME)}: now {each.value}{goal}"))
    if not facts.kpis:
        yield "It is tied to no KPI: nobody has said which business measure it is to move."
    if len(facts.kpis) > MOST_KPIS:
        yield f"It is to move {counted(len(facts.kpis) - MOST_KPIS, 'more KPI')}."


def _readiness(document: Mapping[str, Any]) -> Iterator[str]:
    yield VERDICTS[document["verdict"]]
    yield shortened(verdict_sentence(document), LONGEST_PROBLEM)
    blockers = document["blockers"]
    for each in blockers[:MOST_BLOCKERS]:
        would = f" {_ended(each['what_would_pass'])}" if each["what_would_pass"] else ""
        reason = f"{each['title']}: {_ended(each['reason'])}" if each["reason"] else _ended(each["title"])
        yield shortened(f"{reason}{would}")
    if len(blockers) > MOST_BLOCKERS:
        yield f"{counted(len(blockers) - MOST_BLOCKERS, 'more check')} in the way."


def _dates(facts: ReportFacts) -> Iterator[str]:
    if facts.document["verdict"] != "ready":
        yield shortened(standing_says(facts.document)) or "There is no credible date yet."
    yield f"It is due {facts.target}." if facts.target else "There is no target date."
    health = HEALTHS[facts.document["health"]]
    reason = facts.document["health_reason"]
    yield _ended(f"Whether it gets there: {health}" + (f", because {reason}" if reason else ""))


def _work(facts: ReportFacts) -> Iterator[str]:
    state = "" if facts.state == "active" else f", and is {facts.state}"
    yield f"It is in the stage {facts.stage.lower()}{state}."
    if facts.doing_count:
        left = facts.doing_count - len(facts.doing[:MOST_TASKS])
        named = [f"“{shortened(each, LONGEST_NAME)}”" for each in facts.doing[:MOST_TASKS]]
        named += [f"{left:,} more"] * bool(left)
        yield f"Being worked on: {listed(named)}."
    waiting = facts.open_tasks - facts.doing_count
    yield f"{counted(waiting, 'task')} {'waits' if waiting == 1 else 'wait'}." if waiting else "No task waits."
    if facts.word is not None:
        old = " An update is overdue." if facts.word.fades else ""
        said = f"{shortened(facts.word.by, LONGEST_NAME) or 'A former member'} on {day_words(facts.word.on)}"
        yield f"{said}, {HEALTHS[facts.word.health]}: “{shortened(facts.word.text).rstrip('.')}”.{old}"


def _people(facts: ReportFacts) -> Iterator[str]:
    owner = f"{shortened(facts.owner, LONGEST_NAME)} owns it" if facts.owner else "It has no owner"
    sponsor = f"{shortened(facts.sponsor, LONGEST_NAME)} is its sponsor" if facts.sponsor else "it has no sponsor"
    yield _ended(f"{owner}, and {sponsor}")


def _value(facts: ReportFacts) -> Iterator[str]:
    for each in facts.kpis[:MOST_KPIS]:
        expected = f"expected {each.expected}" if each.expected else "no effect was expected in numbers"
        realised = f"Realised: {each.realised}" if each.realised else "What it did was not measured yet."
        name = shortened(each.name, LONGEST_NAME)
        yield _ended(shortened(f"{name}: {expected}. {realised} {each.attainment}".strip()))
    if not facts.kpis:
        yield "Without a KPI its value cannot be told."
    yield f"It has cost {facts.spent} so far." if facts.spent else "Nobody has noted what it costs."
    if facts.decided_on is not None:
        again = f" It is looked at again on {day_words(facts.review_on)}." if facts.review_on else ""
        yield _ended(shortened(f"Decided on {day_words(facts.decided_on)}: {facts.decision}")) + again


def _risks(facts: ReportFacts) -> Iterator[str]:
    told = [*facts.risks, *(each["text"] for each in facts.document["warnings"])]
    yield from (_ended(shortened(each)) for each in told[:MOST_RISKS])
    if len(told) > MOST_RISKS:
        yield f"{counted(len(told) - MOST_RISKS, 'more warning')} on the pages of the initiative."
    if not told:
        yield "No warning stands."

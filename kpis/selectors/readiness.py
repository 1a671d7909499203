"""The readiness page: a document laid out for reading, with what people may do about each check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kpis.models import Attestation, ReadinessSnapshot, Waiver
from kpis.scoring.changes import Change
from kpis.scoring.forecast.sentences import standing_says
from kpis.scoring.scorecard import Scorecard
from kpis.scoring.sentences import passed_of, verdict_sentence
from kpis.scoring.wording import figure
from kpis.selectors.attestations import attestations_of, waivers_of
from kpis.selectors.header import Header
from kpis.selectors.scorecards import policy_of
from kpis.selectors.snapshots import Earlier, changes_since, history_strip, last_changes
from mltrack.drawing.interval import Bar
from projects.models import Initiative
from projects.progress.delivery.facts import OPEN
from projects.selectors.sent_tasks import Standing, standings_of

IN_THE_WAY = {"fail": 0, "missing": 1, "insufficient": 2, "stale": 3}
RATIOS = ("model.accuracy", "model.coverage")


@dataclass(frozen=True, slots=True)
class Row:
    """A check with its bar, whether a person's word or a waiver could help it now, or a task could be opened.

    `standing` is how far its task is on its way to a tracker, where it goes to one.
    """

    check: dict[str, Any]
    bar: Bar | None
    attestable: bool
    waivable: bool
    openable: bool = False
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class SectionRows:
    """A section of the page: those of its checks that are not in the way, and how many are; the `required` decide."""

    name: str
    question: str
    verdict: str
    passed: int
    total: int
    required: int
    rows: list[Row]
    in_the_way: int


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A waiver with the title of its check."""

    title: str
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class WordRow:
    """A person's word with the title of its check."""

    title: str
    word: Attestation


@dataclass(frozen=True, slots=True)
class ReadinessPage:
    """Everything below the header of the readiness tab."""

    sentence: str
    forecast: str
    sections: list[SectionRows]
    in_the_way: list[Row]
    waivers: list[WaiverRow]
    attestations: list[WordRow]
    history: list[Earlier]
    changed_since: datetime | None
    changes: list[Change]

    @property
    def opens_tasks(self) -> bool:
        """Say whether a task can be opened for one of the checks."""
        return any(row.openable for row in (*self.in_the_way, *(row for each in self.sections for row in each.rows)))


def readiness_page(initiative: Initiative, header: Header, as_of: datetime | None) -> ReadinessPage:
    """Return the page below a header: two queries whatever the history, one more each for waivers, words and tasks.

    As known at a moment takes two more, for what changed since then.
    """
    document = header.document
    policy = policy_of(initiative.workspace)
    blocking = {each["check"] for each in document["blockers"]}
    checks = [check for section in document["sections"] for check in section["checks"]]
    sent = standings_of(initiative) if any(check.get("task") for check in checks) else {}
    rows = {check["id"]: row_of(check, policy, initiative, sent) for check in checks}
    questions = {section.name: section.question for section in policy.sections}
    titles = {check.id: check.title for check in policy.checks}
    waivers = waivers_of(initiative) if header.has_waivers else []
    words = attestations_of(initiative) if header.has_words else []
    history = history_strip(initiative)
    since, changes = last_changes(history, document) if as_of is None else changes_since(initiative, as_of)
    return ReadinessPage(
        sentence=verdict_sentence(document),
        forecast=standing_says(document),
        sections=[_section(each, questions, rows, blocking) for each in document["sections"]],
        in_the_way=[rows[each["check"]] for each in document["blockers"]],
        waivers=[WaiverRow(titles.get(each.check_id, each.check_id), each) for each in waivers],
        attestations=[WordRow(titles.get(each.check_id, each.check_id), each) for each in words],
        history=history,
        changed_since=since,
        changes=changes,
    )


def row_of(check: dict[str, Any], policy: Scorecard, initiative: Initiative, sent: Mapping[str, Standing]) -> Row:
    """Return a check as a row; `sent` tells of its initiative's tasks, by key, how far they are."""
    asked, task = policy.check(check["id"]), check.get("task")
    standing = sent.get(task["key"]) if task else None
    refused = standing is not None and standing.state == "refused"
    return Row(
        check=shown_check(check),
        bar=_bar(check),
        attestable=asked is not None and initiative.criticality in asked.attestable_at,
        waivable=check["required"] and check["result"] in IN_THE_WAY,
        openable=check["result"] in IN_THE_WAY and (refused or not _is_open(task)),
        standing=standing,
    )


def _is_open(task: dict[str, Any] | None) -> bool:
    return task is not None and task["status"] in OPEN


def shown_check(check: Mapping[str, Any]) -> dict[str, Any]:
    """Return a check with its observed number in at most four decimals."""
    observed = check["observed"]
    return {**check, "observed": figure(observed) if isinstance(observed, int | float) else observed}


def _bar(check: Mapping[str, Any]) -> Bar | None:
    """Return the bar of a number; documents kept before checks named their goal have bars without a tick."""
    observed, goal = check["observed"], check.get("goal")
    if not isinstance(observed, int | float) or (check["low"] is None and check["high"] is None and goal is None):
        return None
    unit = "ratio" if check["id"] in RATIOS else "number"
    if goal is None:
        return Bar(observed, check["low"], check["high"], unit=unit)
    return Bar(observed, check["low"], check["high"], goal["value"], goal["comparator"], goal["high"], unit)


def _section(
    section: Mapping[str, Any], questions: Mapping[str, str], rows: Mapping[str, Row], blocking: set[str]
) -> SectionRows:
    passed, total = passed_of(section)
    ids = [check["id"] for check in section["checks"]]
    return SectionRows(
        name=section["name"],
        question=questions.get(section["name"], ""),
        verdict=section["verdict"],
        passed=passed,
        total=total,
        required=sum(each["required"] and each["result"] != "not_applicable" for each in section["checks"]),
        rows=[rows[each] for each in _standing_first(ids, rows) if each not in blocking],
        in_the_way=sum(each in blocking for each in ids),
    )


def _standing_first(ids: Sequence[str], rows: Mapping[str, Row]) -> list[str]:
    """Return what stands, then what is optional and does not, then what does not apply."""
    order = {"waived": 0, "pass": 1, "not_applicable": 3}
    return sorted(ids, key=lambda each: order.get(rows[each].check["result"], 2))


def news_since(initiative: Initiative, since: datetime) -> int:
    """Return how many judgements came after a moment."""
    return ReadinessSnapshot.objects.filter(initiative=initiative, at__gt=since).count()

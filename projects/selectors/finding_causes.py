"""Findings by cause: a row for each upstream fault, with all that it hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db.models import Case, Count, F, Max, Q, QuerySet, Value, When

from mltrack.accounts.access import Principal
from mltrack.cells import Cell
from projects.models import Finding, Initiative
from projects.models.findings import Severity
from projects.selectors.findings import finding_list

State = Literal["open", "acknowledged", "closed"]
STATES: Final[tuple[State, ...]] = ("open", "acknowledged", "closed")
PAGE: Final = 25
COLUMNS: Final = (
    *("id", "initiative", "owner", "kind", "name", "segment", "severity", "state", "words", "opened_at"),
    *("last_seen_at", "acknowledged_by", "acknowledged_at", "explanation", "task", "closed_at", "closing_words"),
    *("observed_in", "cause"),
)
_OPEN: Final = Q(closed_at=None)
_UNKNOWN: Final = Q(closed_at=None, acknowledged_at=None)


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause: its newest finding, how many initiatives it hits (once closed: hit last), and since when."""

    newest: Finding
    state: State
    severity: str
    hits: int
    since: datetime


@dataclass(frozen=True, slots=True)
class CausePage:
    """Up to 25 causes, the newest first; `next` says that there are more."""

    rows: Sequence[CauseRow]
    next: bool


def cause_page(principal: Principal, asked: Mapping[str, Any], number: int) -> CausePage:
    """Return a page of causes, in two queries. asked may hold state, kind, severity and initiative (a key).

    Without a state those that last are shown, acknowledged or not; `all` asks for every one. With an initiative a
    cause stands as it does there; how many others it hits is shown all the same.
    """
    causes = _causes(principal, asked)
    begin = (number - 1) * PAGE
    found = list(causes.order_by("-opened", "cause")[begin : begin + PAGE + 1])
    findings: dict[str, list[Finding]] = {}
    for each in _of(principal, [row["cause"] for row in found[:PAGE]]):
        findings.setdefault(each.cause, []).append(each)
    rows = [_row(findings[row["cause"]], asked.get("initiative") or "") for row in found[:PAGE]]
    return CausePage(rows, len(found) > PAGE)


def affected_by(finding: Finding) -> list[Finding]:
    """Return the findings of the same cause while this one was open, itself among them, by initiative; one query."""
    begins = Q(closed_at=None) | Q(closed_at__gte=finding.opened_at)
    ends = Q(opened_at__lte=finding.closed_at) if finding.closed_at else _OPEN
    same = Finding.objects.filter(begins, ends, workspace=finding.workspace_id, cause=finding.cause)
    return list(same.select_related("initiative__owner", "task__initiative").order_by("initiative__key", "id"))


def earlier_than(finding: Finding, most: int = 20) -> list[Finding]:
    """Return the newest closed findings of this cause in this initiative, but for itself; one query."""
    same = Finding.objects.filter(initiative=finding.initiative_id, cause=finding.cause, closed_at__isnull=False)
    return list(same.exclude(pk=finding.pk).order_by("-opened_at", "-id")[:most])


def open_findings(initiative: Initiative, most: int = 10) -> list[Finding]:
    """Return the newest open findings of an initiative, in one query; one more than `most` where there are more."""
    return list(Finding.objects.filter(_OPEN, initiative=initiative).order_by("-opened_at", "-id")[: most + 1])


def finding_lines(principal: Principal, asked: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    """Yield every finding whose cause fits the filters as a line, below their headings, the newest first."""
    yield COLUMNS
    causes = _causes(principal, asked).values("cause")
    found = finding_list(principal, {}).filter(cause__in=causes).order_by("-opened_at", "-id")
    for each in found.select_related("task__initiative", "initiative__owner").iterator(chunk_size=1000):
        yield (
            *(each.public_id, each.initiative.key, _person(each.initiative.owner), each.kind, each.name, each.segment),
            *(each.severity, state_of([each]), each.words, each.opened_at, each.last_seen_at),
            *(_person(each.acknowledged_by), each.acknowledged_at, each.explanation),
            *(each.task.key if each.task else "", each.closed_at, each.closing_words, each.observed_in.key, each.cause),
        )


def state_of(findings: Sequence[Finding]) -> State:
    """Return how findings of one cause stand together: acknowledged where somebody knows of each that is open."""
    lasting = [each for each in findings if each.closed_at is None]
    if not lasting:
        return "closed"
    return "acknowledged" if all(each.acknowledged_at for each in lasting) else "open"


def _causes(principal: Principal, asked: Mapping[str, Any]) -> QuerySet[Any, Any]:
    own = Finding.objects.filter(workspace=principal.workspace)
    if asked.get("kind"):
        own = own.filter(kind=asked["kind"])
    if asked.get("initiative"):
        own = own.filter(initiative__key=asked["initiative"])
    if asked.get("severity"):
        own = own.filter(cause__in=_of_severity(own, asked["severity"]).values("cause"))
    counted = own.values("cause").annotate(
        opened=Max("opened_at"), lasting=Count("id", filter=_OPEN), unknown=Count("id", filter=_UNKNOWN)
    )
    wanted = {
        "open": Q(unknown__gt=0),
        "acknowledged": Q(lasting__gt=0, unknown=0),
        "closed": Q(lasting=0),
        "all": Q(),
    }
    return counted.filter(wanted.get(asked.get("state", ""), Q(lasting__gt=0)))


def _of_severity(own: QuerySet[Finding], severity: str) -> QuerySet[Finding]:
    """Return a finding of each cause whose row shows this severity: the worst open one, else of those closed last."""
    rank = Case(*(When(severity=each, then=Value(place)) for place, each in enumerate(Severity.values)))
    shown = own.order_by("cause", F("closed_at").desc(nulls_first=True), rank.desc()).distinct("cause")
    return Finding.objects.filter(pk__in=shown.values("pk"), severity=severity)


def _of(principal: Principal, causes: Sequence[str]) -> QuerySet[Finding]:
    """Return the open findings of causes, and of each initiative the newest, closed ones too."""
    own = Finding.objects.filter(workspace=principal.workspace, cause__in=causes)
    newest = own.order_by("cause", "initiative", "-opened_at", "-id").distinct("cause", "initiative")
    return newest.select_related("initiative")


def _row(findings: Sequence[Finding], initiative: str = "") -> CauseRow:
    """Return a cause as it stands in an initiative, else in all of them."""
    own = [each for each in findings if initiative in ("", each.initiative.key)]
    # None where one is open; else those count that closed last.
    last = None if _lasts(own) else max(each.closed_at for each in own if each.closed_at)
    shown = [each for each in own if each.closed_at == last]
    newest = max(shown, key=lambda each: (each.opened_at, each.pk))
    worst = max((each.severity for each in shown), key=list(Severity.values).index)
    hits = sum(each.closed_at == last for each in findings)
    return CauseRow(newest, state_of(own), worst, hits, min(each.opened_at for each in shown))


def _lasts(findings: Sequence[Finding]) -> bool:
    return any(each.closed_at is None for each in findings)


def _person(user: Any) -> str:
    return user.email if user else ""

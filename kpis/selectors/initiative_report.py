"""What the one-page report tells of an initiative, from the functions that its pages use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kpis.scoring.filters import Filters
from kpis.scoring.initiative_report import (
    MOST_TASKS,
    ReportFacts,
    ReportKpi,
    ReportPart,
    ReportWord,
    report_parts,
)
from kpis.scoring.kpi_words import quantity
from kpis.selectors.forecasts import today_of
from kpis.selectors.header import Declared, Header, header_of
from kpis.selectors.portfolio_warnings import warned, watched_initiatives
from kpis.selectors.value import ValuePage, value_page
from mltrack.accounts.access import Principal
from mltrack.markdown import plain
from mltrack.periods import period_words
from projects.models import Initiative, Task, TaskStatus


@dataclass(frozen=True, slots=True)
class InitiativeReport:
    """The report with what stands above it: verdict, computed health, and when it was judged."""

    initiative: Initiative
    verdict: str
    health: str
    as_of: datetime
    parts: tuple[ReportPart, ...]


def initiative_report(principal: Principal, initiative: Initiative, now: datetime) -> InitiativeReport:
    """Return the report of an initiative, in at most thirty queries whatever its history."""
    header = header_of(initiative)
    facts = _facts(principal, initiative, header, value_page(initiative), now)
    return InitiativeReport(initiative, header.verdict, header.health, header.as_of, report_parts(facts))


def _facts(
    principal: Principal, initiative: Initiative, header: Header, value: ValuePage, now: datetime
) -> ReportFacts:
    doing = Task.objects.filter(initiative=initiative, deleted_at=None, status=TaskStatus.DOING)
    titles = list(doing.order_by("-priority", "number").values_list("title", flat=True))
    decision = next(iter(value.realised.decisions), None)
    watched = watched_initiatives(principal, Filters()).filter(pk=initiative.pk)
    warnings = [each for row in warned(initiative.workspace, list(watched), now) for each in row.warnings]
    declared, target = header.declared, initiative.target_date
    return ReportFacts(
        problem=plain(initiative.problem),
        stage=initiative.get_stage_display(),
        state=initiative.state,
        owner=str(initiative.owner or ""),
        sponsor=initiative.sponsor,
        target=f"by {period_words(target, initiative.target_resolution)}" if target else "",
        document=header.document,
        kpis=_kpis(value),
        spent=value.realised.spent.words,
        decision=f"{decision.get_decision_display().lower()}. {plain(decision.reason)}" if decision else "",
        decided_on=today_of(initiative, decision.at) if decision else None,
        review_on=decision.review_on if decision else None,
        doing=titles[:MOST_TASKS],
        doing_count=len(titles),
        open_tasks=header.tasks,
        word=_word(initiative, declared) if declared else None,
        risks=[f"{each.title}: {each.reason.rstrip('.')}. {each.what_to_do}" for each in warnings],
    )


def _word(initiative: Initiative, said: Declared) -> ReportWord:
    return ReportWord(said.by, today_of(initiative, said.at), said.health, plain(said.text), said.fades)


def _kpis(value: ValuePage) -> list[ReportKpi]:
    did: dict[Any, str] = {each.tie.pk: each.view.says if each.view else "" for each in value.realised.rows}
    return [
        ReportKpi(
            name=row.tie.kpi.name,
            value=quantity(row.line.standing.value, row.tie.kpi.unit),
            goal=row.line.goal,
            attainment=row.line.attainment,
            expected=row.expected if row.tie.expected is not None else "",
            realised=did.get(row.tie.pk, ""),
        )
        for row in value.rows
    ]

"""What a judgement rests on besides runs: policy, goals, people's words, what is live, what was known before.

One statement, planned once a connection: a gate asks while a pipeline waits, and a dozen small statements cost more to
build, plan and send than to answer. Each part is a list of rows in JSON, in the order that the engine wants; one part
more is one sub-select more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from kpis.models.kpis import GoalState
from kpis.models.targets import TargetState
from kpis.scoring import inputs as engine
from kpis.scoring.attainment import Goal
from kpis.scoring.fingerprints import bound_fingerprints
from kpis.scoring.forecast.standing import ForecastStanding, standing_of
from kpis.scoring.labeling.standing import LabelStanding, standing_from
from kpis.scoring.observed import ObservedFacts
from kpis.scoring.scorecard import Scorecard
from kpis.scoring.targets import Target, expectation
from kpis.selectors.observed_facts import MOST_FIGURES, OBSERVED, observed_facts
from kpis.selectors.paths import kpi_path, labeling_path
from kpis.selectors.periods import period_values, standing
from kpis.selectors.release_facts import RELEASES, release_facts, rollback_facts
from kpis.selectors.scorecards import policy_from
from kpis.selectors.task_facts import ABOUT_TASKS, NAMED, task_facts
from kpis.selectors.word_facts import waiver_facts, word_facts
from mltrack.prepared import Prepared
from projects.models import Initiative

HISTORY = 200
EVALUATIONS = 20

# The latest document is read only where a person's word may be bound to something in it.
GROUNDS = Prepared(
    f"""
SELECT
    (SELECT source FROM kpis_scorecard WHERE workspace_id = %(workspace)s AND active) AS scorecard,
    (SELECT json_agg(row ORDER BY row.id) FROM (
        SELECT id, public_id, metric, slice, comparator, value, high, minimum_n, confidence, threshold, grid_step,
            dataset_digest, valid_from, withdraws, state, self_approved
        FROM kpis_target WHERE initiative_id = %(initiative)s AND state IN ('active', 'proposed')) row) AS targets,
    (SELECT json_object_agg(alias, metric) FROM kpis_metricalias WHERE initiative_id = %(initiative)s) AS aliases,
    (SELECT row_to_json(row) FROM (
        SELECT live.version, live.run_id, live.model_version_id, version.run_id AS version_run_id
        FROM projects_deployment live LEFT JOIN projects_modelversion version ON version.id = live.model_version_id
        WHERE live.initiative_id = %(initiative)s AND live.environment = 'production' AND live.state = 'live'
        ORDER BY live.at DESC, live.id DESC LIMIT 1) row) AS live,
    (SELECT json_agg(json_build_array(row.id, row.run_id, row.is_test)
        ORDER BY row.is_test DESC, row.at DESC, row.id DESC) FROM (
        (SELECT id, run_id, at, true AS is_test FROM projects_evaluation
            WHERE initiative_id = %(initiative)s AND purpose = 'test' ORDER BY at DESC, id DESC LIMIT %(evaluations)s)
        UNION ALL
        (SELECT id, run_id, at, false FROM projects_evaluation
            WHERE initiative_id = %(initiative)s AND purpose = 'validation' ORDER BY at DESC, id DESC LIMIT 1)
        ) row) AS evaluations,
    (SELECT json_agg(row) FROM (
        SELECT DISTINCT ON (metric) metric, value, n, note FROM kpis_plainbaseline
        WHERE initiative_id = %(initiative)s ORDER BY metric, id DESC) row) AS baselines,
    (SELECT json_agg(row) FROM (
        SELECT DISTINCT ON (word.check_id) word.public_id, word.check_id, word.link, word.created_at,
            word.expires_at, coalesce(nullif(author.name, ''), author.email, '') AS author, word.note
        FROM kpis_attestation word LEFT JOIN accounts_user author ON author.id = word.author_id
        WHERE word.initiative_id = %(initiative)s AND word.revoked_at IS NULL
        ORDER BY word.check_id, word.created_at DESC, word.id DESC) row) AS words,
    (SELECT json_agg(row) FROM (
        SELECT waiver.public_id, waiver.check_id, waiver.reason, waiver.expires_at, waiver.state, waiver.measured,
            waiver.measured_text, coalesce(nullif(asks.name, ''), asks.email, '') AS requester,
            coalesce(nullif(gives.name, ''), gives.email, '') AS approver, waiver.self_approved
        FROM kpis_waiver waiver LEFT JOIN accounts_user asks ON asks.id = waiver.requester_id
            LEFT JOIN accounts_user gives ON gives.id = waiver.approver_id
        WHERE waiver.initiative_id = %(initiative)s AND waiver.state IN ('proposed', 'approved')
        ORDER BY waiver.check_id, waiver.id) row) AS waivers,
    (SELECT json_agg(json_build_array(row.at, row.share) ORDER BY row.at, row.id) FROM (
        SELECT id, at, share FROM kpis_readinesssnapshot
        WHERE initiative_id = %(initiative)s AND at < coalesce(%(now)s, statement_timestamp()) AND share IS NOT NULL
        ORDER BY at DESC, id DESC LIMIT %(history)s) row) AS history,
    (SELECT document::json FROM kpis_readinesssnapshot
        WHERE initiative_id = %(initiative)s AND is_latest AND EXISTS (
            SELECT 1 FROM kpis_attestation WHERE initiative_id = %(initiative)s AND revoked_at IS NULL)) AS document,
    (SELECT json_agg(row ORDER BY row.id) FROM (
        SELECT tie.id, tie.kpi_id, tie.expected, tie."by", tie.grade, kpi.key, kpi.name, kpi.direction, kpi.period,
            kpi.zone, kpi.aggregation, coalesce(nullif(owner.name, ''), owner.email, '') AS owner
        FROM kpis_contribution tie JOIN kpis_kpi kpi ON kpi.id = tie.kpi_id
            LEFT JOIN accounts_user owner ON owner.id = kpi.owner_id
        WHERE tie.initiative_id = %(initiative)s AND kpi.archived_at IS NULL) row) AS ties,
    (SELECT json_agg(row ORDER BY row.kpi_id, row.number) FROM (
        SELECT goal.kpi_id, goal.number, goal.state, goal.self_approved, goal.baseline, goal.target, goal.low,
            goal.high, goal.start, goal.due
        FROM kpis_goal goal JOIN kpis_kpi kpi ON kpi.id = goal.kpi_id AND kpi.archived_at IS NULL
        WHERE goal.state IN ('active', 'proposed') AND goal.kpi_id IN (
            SELECT kpi_id FROM kpis_contribution WHERE initiative_id = %(initiative)s)) row) AS goals,
    (SELECT json_agg(row ORDER BY row.at, row.id) FROM (
        SELECT event.id, '' AS metric, event.before ->> 'criticality' AS before, event.after ->> 'criticality' AS after,
            event.at, event.actor_name AS by
        FROM projects_initiative ours JOIN accounts_auditevent event ON event.workspace_id = ours.workspace_id
            AND event.object_kind = 'initiative' AND event.object_key = ours.key
        WHERE ours.id = %(initiative)s AND event.action = 'edit' AND event.before ? 'criticality'
            AND event.at >= ours.created_at
        UNION ALL
        SELECT stated.id, stated.metric, stated.before::text, stated.value::text, stated.created_at,
            coalesce(nullif(author.name, ''), author.email, '')
        FROM (SELECT *, lag(value) OVER (PARTITION BY metric ORDER BY id) AS before FROM kpis_plainbaseline
            WHERE initiative_id = %(initiative)s) stated LEFT JOIN accounts_user author ON author.id = stated.author_id
        WHERE stated.value <> stated.before) row
    WHERE row.at >= (SELECT at FROM kpis_readinesssnapshot
        WHERE initiative_id = %(initiative)s AND candidate_id <> '' ORDER BY at, id LIMIT 1)) AS bars,
    (SELECT json_build_array(document, at) FROM kpis_labelstanding
        WHERE initiative_id = %(initiative)s) AS labels,
    (SELECT json_build_array(as_of, p50, p85, decided_by) FROM kpis_forecast WHERE initiative_id = %(initiative)s
        AND reached_on IS NULL AND cancelled_on IS NULL ORDER BY id DESC LIMIT 1) AS forecast,
    (SELECT json_build_object('total', count(*), 'done', count(*) FILTER (WHERE status = 'done'), 'open',
        (array_agg(json_build_array(number, title) ORDER BY number) FILTER (WHERE status <> 'done'))[:%(named)s])
        FROM projects_task WHERE initiative_id = %(initiative)s AND deleted_at IS NULL AND status <> 'cancelled'
            AND NOT is_from_check AND check_id <> %(about)s
            AND NOT EXISTS (SELECT FROM projects_finding found WHERE found.task_id = projects_task.id)) AS tasks,
{RELEASES}
{OBSERVED}
    coalesce(%(now)s, statement_timestamp()) AS now
""",  # noqa: S608  (a constant; the values are parameters)
    initiative="bigint",
    workspace="bigint",
    evaluations="int",
    now="timestamptz",
    history="int",
    named="int",
    figures="int",
    about="text",
)


@dataclass(frozen=True, slots=True)
class Live:
    """What runs in production: its version as text, and the rows of its run and model version, where known."""

    version: str
    run_id: int | None
    model_version_id: int | None
    version_run_id: int | None


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """An evaluation by its row and that of its run, and whether it is on test data."""

    id: int
    run_id: int | None
    is_test: bool = True


@dataclass(frozen=True, slots=True)
class Grounds:
    """All of it. `proposals` are sentences on what waits for approval or was approved by its author; `bars` are the
    changes of the criticality and of plain baselines since a candidate was judged first. `now` is when it was so.

    `evaluations` are the newest that may measure a candidate, those on test data first.
    """

    targets: tuple[Target, ...]
    aliases: dict[str, str]
    live: Live | None
    evaluations: tuple[EvaluationRow, ...]
    baselines: tuple[engine.PlainBaseline, ...]
    attestations: tuple[engine.AttestationFacts, ...]
    waivers: tuple[engine.WaiverFacts, ...]
    history: tuple[engine.ProgressPoint, ...]
    bound: dict[str, dict[str, str]]
    contributions: tuple[engine.ContributionFacts, ...]
    proposals: tuple[str, ...]
    bars: tuple[engine.BarChange, ...]
    policy: Scorecard
    now: datetime
    labels: LabelStanding | None = None
    forecast: ForecastStanding | None = None
    tasks: engine.TaskFacts = field(default_factory=engine.TaskFacts)
    releases: tuple[engine.ReleaseFacts, ...] = ()
    rollback: engine.RollbackFacts | None = None
    observed: ObservedFacts = field(default_factory=ObservedFacts)


@dataclass(frozen=True, slots=True)
class _Rhythm:
    period: str
    zone: str
    aggregation: str


def grounds_of(initiative: Initiative, now: datetime | None = None) -> Grounds:
    """Return the grounds of an initiative as of now, by the database's clock where no moment is given.

    Two statements; the initiative's workspace is loaded.
    """
    with connection.cursor() as cursor:
        ids = {"initiative": initiative.pk, "workspace": initiative.workspace_id}
        limits = {"history": HISTORY, "evaluations": EVALUATIONS, "named": NAMED, "figures": MOST_FIGURES}
        GROUNDS.run(cursor, {**ids, **limits, "now": now, "about": ABOUT_TASKS})
        names = [column.name for column in cursor.description or ()]
        said: dict[str, Any] = dict(zip(names, cursor.fetchone() or (), strict=True))
    stored, ties, goals = _first_ones_first(said["targets"] or []), said["ties"] or [], said["goals"] or []
    live = said["live"]
    return Grounds(
        targets=tuple(_target(row) for row in stored if row["state"] == TargetState.ACTIVE),
        aliases=said["aliases"] or {},
        live=Live(**live) if live else None,
        evaluations=tuple(EvaluationRow(*each) for each in said["evaluations"] or []),
        baselines=tuple(
            engine.PlainBaseline(row["metric"], float(row["value"]), row["n"], row["note"])
            for row in said["baselines"] or []
        ),
        attestations=tuple(word_facts(row) for row in said["words"] or []),
        waivers=tuple(waiver_facts(row) for row in said["waivers"] or []),
        history=tuple(
            engine.ProgressPoint(datetime.fromisoformat(at), float(share)) for at, share in said["history"] or []
        ),
        bound=bound_fingerprints(said["document"] or {}),
        contributions=_contributions(initiative, ties, goals, said["now"]),
        proposals=(*_about_targets(stored), *_about_goals(goals, {row["kpi_id"]: row["name"] for row in ties})),
        bars=tuple(
            engine.BarChange(row["metric"], row["before"], row["after"], datetime.fromisoformat(row["at"]), row["by"])
            for row in said["bars"] or []
        ),
        policy=policy_from(said["scorecard"]),
        now=said["now"],
        labels=_labels(initiative, said["labels"]),
        forecast=standing_of(said["forecast"]),
        tasks=task_facts(initiative, said["tasks"]),
        releases=release_facts(initiative, said["releases"]),
        rollback=rollback_facts(initiative, said["rollback"]),
        observed=observed_facts(initiative, said["observed"]),
    )


def _first_ones_first(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return targets, accuracy and coverage first, then in order of making."""
    return sorted(rows, key=lambda row: (row["metric"] != "accuracy", row["metric"] != "coverage", row["slice"] != ""))


def _labels(initiative: Initiative, kept: list[Any] | None) -> LabelStanding | None:
    if kept is None:
        return None
    document, at = kept
    return standing_from(document, datetime.fromisoformat(at), labeling_path(initiative))


def _target(row: Mapping[str, Any]) -> Target:
    return Target(
        row["public_id"],
        metric=row["metric"],
        comparator=row["comparator"],
        value=float(row["value"]),
        high=_real(row["high"]),
        slice=row["slice"],
        minimum_n=row["minimum_n"],
        confidence=_real(row["confidence"]),
        threshold=_real(row["threshold"]),
        grid_step=float(row["grid_step"]),
        dataset_digest=row["dataset_digest"],
        declared_at=datetime.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
    )


def _contributions(
    initiative: Initiative, ties: Sequence[Mapping[str, Any]], goals: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[engine.ContributionFacts, ...]:
    """Return the ties in order of making. The latest value is that of the whole, aggregated by period."""
    active = {row["kpi_id"]: row for row in goals if row["state"] == GoalState.ACTIVE}
    periods = period_values([row["kpi_id"] for row in ties], 2)
    found = []
    for row in ties:
        rhythm = _Rhythm(row["period"], row["zone"], row["aggregation"])
        latest = standing(rhythm, periods.get(row["kpi_id"], []), now)
        tie = engine.ContributionFacts(
            kpi=row["key"],
            name=row["name"],
            owner=row["owner"],
            goal=_goal(row["direction"], active.get(row["kpi_id"])),
            latest=latest.value if latest else None,
            latest_at=latest.time if latest else None,
            period=row["period"],
            expected=_real(row["expected"]),
            by=_day(row["by"]),
            grade=row["grade"],
            url=kpi_path(initiative.workspace, row["key"]),
        )
        found.append(tie)
    return tuple(found)


def _goal(direction: Any, row: Mapping[str, Any] | None) -> Goal:
    if row is None:
        return Goal(direction=direction)
    ends = {name: _real(row[name]) for name in ("baseline", "target", "low", "high")}
    return Goal(direction, **ends, start=_day(row["start"]), due=_day(row["due"]))


def _about_targets(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    waiting = [
        f"A change of the target on {_name(row)} waits for approval: "
        + ("withdraw it" if row["withdraws"] else expectation(_target(row)))
        for row in rows
        if row["state"] == TargetState.PROPOSED
    ]
    own = [
        f"The target {expectation(_target(row))} was approved by the one who proposed it"
        for row in rows
        if row["state"] == TargetState.ACTIVE and row["self_approved"]
    ]
    return waiting + own


def _about_goals(rows: Sequence[Mapping[str, Any]], names: Mapping[int, str]) -> list[str]:
    waiting = [
        f"A change of the goal of {names[row['kpi_id']]} waits for approval"
        for row in rows
        if row["state"] == GoalState.PROPOSED
    ]
    own = [
        f"The goal of {names[row['kpi_id']]} was approved by the one who proposed it"
        for row in rows
        if row["state"] == GoalState.ACTIVE and row["self_approved"]
    ]
    return waiting + own


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['metric']} on {row['slice']}" if row["slice"] else str(row["metric"])


def _real(number: float | None) -> float | None:
    """Return a number of JSON, where 5000.0 travels as 5000, as the database has it."""
    return None if number is None else float(number)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

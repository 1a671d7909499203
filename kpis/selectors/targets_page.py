"""The targets tab: what must be reached, how that came about, and which runs are asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpis.models import MetricAlias, PlainBaseline, Target
from kpis.scoring.labeling.ceiling import Ceiling
from kpis.scoring.labeling.ceiling_caution import ceiling_caution
from kpis.scoring.measured.groups import GROUP_COVERAGE, GROUP_ERRORS
from kpis.scoring.measured.labels import AGREEMENT, ERROR_RATE
from kpis.scoring.measured.model import TOGETHER
from kpis.scoring.targets import expectation, terms
from kpis.selectors.facts import target_facts
from kpis.selectors.label_audits import newest_audit
from kpis.selectors.target_history import TargetHistory, target_histories
from kpis.selectors.targets import aliases_of, baselines_of, targets_of
from projects.models import Connection, Initiative, MetricValue, RunLink, SelectionRule

RUNS_ASKED = 20
CHECKS = {
    "accuracy": "model.accuracy",
    "coverage": "model.coverage",
    ERROR_RATE: "labels.audit",
    AGREEMENT: "labels.agreement",
    **dict.fromkeys(GROUP_ERRORS, "fairness.group_errors"),
    **dict.fromkeys(GROUP_COVERAGE, "fairness.group_coverage"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a target in words."""

    target: Target
    words: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A metric and slice: the version in force, the one that waits, all of them, their chart, and the check.

    `caution` says where the version in force or the waiting one lies above the ceiling of the labels, "" where not.
    """

    metric: str
    slice: str
    active: Version | None
    proposed: Version | None
    versions: list[Version]
    history: TargetHistory
    check: Mapping[str, Any] | None
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A selection rule, and itself as JSON, by which a form names it."""

    connection: Connection
    values: dict[str, Any]
    as_json: str


@dataclass(frozen=True, slots=True)
class TargetsPage:
    """Everything on the targets tab."""

    rows: list[TargetRow]
    past: list[TargetRow]
    aliases: list[MetricAlias]
    baselines: list[PlainBaseline]
    older_baselines: list[PlainBaseline]
    rules: list[Rule]
    connections: list[Connection]
    metric_names: list[str]


def targets_page(initiative: Initiative, document: Mapping[str, Any]) -> TargetsPage:
    """Return the tab in eight queries; `document` is the readiness that says what was observed."""
    checks = {check["id"]: check for section in document["sections"] for check in section["checks"]}
    aliases = aliases_of(initiative)
    audit = newest_audit(initiative)
    ceiling = audit.ceiling if audit else None
    rows = [_row(each, checks, ceiling) for each in target_histories(initiative, targets_of(initiative), aliases)]
    baselines = baselines_of(initiative)
    newest = {each.metric: each.pk for each in reversed(baselines)}
    return TargetsPage(
        rows=[row for row in rows if row.active or row.proposed],
        past=[row for row in rows if not row.active and not row.proposed],
        aliases=aliases,
        baselines=[each for each in baselines if newest[each.metric] == each.pk],
        older_baselines=[each for each in baselines if newest[each.metric] != each.pk],
        rules=rules_of(initiative),
        connections=list(Connection.objects.filter(workspace=initiative.workspace).order_by("name")),
        metric_names=metric_names(initiative),
    )


def _row(history: TargetHistory, checks: Mapping[str, Mapping[str, Any]], ceiling: Ceiling | None) -> TargetRow:
    line = history.line
    cautions = (ceiling_caution(target_facts(each), ceiling) for each in (line.active, line.waiting) if each)
    by_name = "" if line.slice and line.metric in TOGETHER else CHECKS.get(line.metric)
    check = by_name or "model.other_targets"
    return TargetRow(
        metric=line.metric,
        slice=line.slice,
        active=_version(line.active) if line.active else None,
        proposed=_version(line.waiting) if line.waiting else None,
        versions=[_version(each) for each in line.versions],
        history=history,
        check=checks.get(check),
        caution=next(filter(None, cautions), ""),
    )


def _version(target: Target) -> Version:
    facts = target_facts(target)
    return Version(target, ", ".join(part for part in (expectation(facts), terms(facts)) if part))


def rules_of(initiative: Initiative) -> list[Rule]:
    """Return which runs count, in order of making."""
    rules = SelectionRule.objects.filter(initiative=initiative).select_related("connection").order_by("id")
    return [Rule(rule.connection, _values(rule), json.dumps(_values(rule), sort_keys=True)) for rule in rules]


def _values(rule: SelectionRule) -> dict[str, Any]:
    return {
        "connection": rule.connection.public_id,
        "experiment_ids": list(rule.experiment_ids),
        "tag_key": rule.tag_key,
        "tag_value": rule.tag_value,
        "registered_model": rule.registered_model,
        "alias": rule.alias,
    }


def metric_names(initiative: Initiative) -> list[str]:
    """Return the metric keys of the newest twenty runs, to choose from."""
    newest = RunLink.objects.filter(initiative=initiative).order_by("-ended_at", "-run").values("run")[:RUNS_ASKED]
    keys = MetricValue.objects.filter(run__in=newest).values_list("key", flat=True)
    return list(keys.order_by("key").distinct()[:200])

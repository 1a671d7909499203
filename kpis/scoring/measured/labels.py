"""Is the ground truth enough, agreed on and audited? Judged from what is known of labels, not of the candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.labeling.audit_result import AuditResult, measured
from kpis.scoring.labeling.ceiling_caution import ceiling_caution
from kpis.scoring.labeling.decisions import LabelDecision, judge_error, judge_quotas
from kpis.scoring.labeling.standing import LabelStanding
from kpis.scoring.measured.candidate import rested
from kpis.scoring.measured.data import SHOWN
from kpis.scoring.measured.several import NO_DISTANCE, combined, overall_target, together
from kpis.scoring.measurement import Evidence, Measurement, Result
from kpis.scoring.points import MetricPoint
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import Criticality, Target, expectation
from kpis.scoring.wording import counted, day, figure, listed, lower_figure, upper_figure
from projects.progress.labeling.quotas import Quota, QuotaProgress

ERROR_RATE: Final = "label_error_rate"
AGREEMENT: Final = "label_agreement"
OF_CLASS: Final = "class="
MOST_NAMED: Final = 5
MOST_NEWER: Final = 0.1
"""The share of labels that may be newer than the audit."""
RESULTS: Final[Mapping[str | None, Result]] = {"met": "pass", "missed": "fail", "undecided": "insufficient"}


def enough_labels(inputs: JudgementInputs) -> Measurement:
    """Measure whether there are as many right labels of each class as its quota wants.

    The share that an audit cannot rule out to be wrong is taken off, so without an audit a quota that the count reaches
    is insufficient.
    """
    labels = inputs.labels
    if labels is None or not labels.quotas:
        return Measurement("missing", reason="no quota of labels is set")
    found = judge_quotas(QuotaProgress(labels.quotas), labels.audit.classes if labels.audit else {})
    wanted = {each.name: each for each in labels.quotas}
    short = [(wanted[name], found.classes[name]) for name in found.open]
    named = short[:MOST_NAMED]
    rest = [f"and {len(short) - MOST_NAMED} more"] * (len(short) > MOST_NAMED)
    return Measurement(
        RESULTS[found.decision],
        observed=f"{len(wanted) - len(short)} of {counted(len(wanted), 'quota')} reached",
        expected="as many right labels of each class as are wanted",
        n=labels.labeled,
        reason="; ".join([_why(*each) for each in named] + rest),
        what_would_pass=" ".join(_advice(*each) for each in named),
        evidence=_evidence(labels),
        value=sum(each.missing / each.wanted for each, _ in short),
        aim=NO_DISTANCE,
        at=labels.at,
    )


def label_agreement(inputs: JudgementInputs) -> Measurement:
    """Measure the target on agreement by the bounds of Krippendorff's alpha over tasks with two labels or more."""
    target, labels = overall_target(inputs, AGREEMENT), inputs.labels
    if target is None:
        return Measurement("missing", reason=f"no target is set on {AGREEMENT}")
    found = None if labels is None else labels.agreement
    if labels is None or found is None or found.value is None:
        why = found.words if found else "no task has two labels"
        advice = "Have some tasks labeled by two people or more."
        return Measurement("missing", reason=f"agreement is not known: {why}", what_would_pass=advice)
    point, ends = MetricPoint(found.value, n=found.tasks), found.at(target.sure)
    if ends is not None:
        point = replace(point, low=ends.low, high=ends.high)
    return rested(judge_target(target, point, inputs.initiative.criticality), _evidence(labels), labels.at)


def label_audit(inputs: JudgementInputs) -> Measurement:
    """Measure the label error of a relabelled random sample by its upper bound; the sample has its own n.

    An audit made here goes before what a run reports. It passes while it is of the labels that there are: those that
    the candidate names, if both name some, and all but a tenth of today's.
    """
    targets = [target for target in inputs.targets if target.metric == ERROR_RATE]
    if not targets:
        return Measurement("missing", reason=f"no target is set on {ERROR_RATE}")
    labels = inputs.labels
    if labels is None or labels.audit is None:
        return together(inputs, targets, own_n=True)
    audit, level = labels.audit, inputs.initiative.criticality
    rests_on = (Evidence(f"label audit of {day(audit.drawn_at)}", audit.url, "label_audit"),)
    judged = combined([_audited(each, audit, level) for each in targets], rests_on, audit.closed_at)
    above = [each for target in inputs.targets if (each := ceiling_caution(target, audit.ceiling))]
    judged = replace(judged, notes=tuple(above))
    outdated = _outdated(inputs, labels, audit)
    if judged.result != "pass" or not outdated:
        return judged
    return replace(judged, result="stale", reason=outdated, what_would_pass="Audit the labels that there are now.")


def _audited(target: Target, audit: AuditResult, level: Criticality) -> TargetJudgement:
    """Judge one target on an audit, whose bounds decide: a stratified sample has others than its n alone gives."""
    found = measured(audit, audit.cells, target.sure)
    error = found.classes.get(target.slice.removeprefix(OF_CLASS)) if target.slice else found.whole
    if error is None:
        why = f"the audit says nothing of {target.slice}" if target.slice else audit.reason
        return TargetJudgement(target, "missing", None, expectation(target), reason=why)
    point = MetricPoint(error.rate, n=error.n, low=error.low, high=error.high)
    judged = judge_target(replace(target, proportion=False), point, level)
    looked = f"{counted(error.n, 'label')} looked at again"
    reason = f"the label error is {lower_figure(error.low)} to {upper_figure(error.high)}, on {looked}"
    more = judge_error(error, target.value).n_more if target.comparator in ("<=", "<") else None
    advice = f"Look at {more:,} more labels again, or mend labels." if more else "Mend labels and audit them again."
    return replace(
        judged,
        target=target,
        expected=expectation(target),
        reason="" if judged.result == "pass" else reason,
        what_would_pass="" if judged.result == "pass" else advice,
    )


def _outdated(inputs: JudgementInputs, labels: LabelStanding, audit: AuditResult) -> str:
    """Return why an audit is not of the labels that there are, "" where it is."""
    used = {
        each.labels_digest for each in (inputs.candidate.datasets if inputs.candidate else ()) if each.labels_digest
    }
    if audit.labels_digest and used and audit.labels_digest not in used:
        named = listed(sorted(each[:SHOWN] for each in used))
        return f"the audit is of the labels {audit.labels_digest[:SHOWN]}, and the candidate of {named}"
    if labels.newer > MOST_NEWER * labels.labeled:
        return f"at least {labels.newer:,} of {labels.labeled:,} labels came or changed since the audit was drawn"
    return ""


def _why(quota: Quota, found: LabelDecision) -> str:
    words = f"{quota.name} has {quota.have:,} of {quota.wanted:,}"
    if quota.missing or found.low is None:
        return words
    return f"{words}, {found.reason or f'of which {figure(found.low)} are surely right'}"


def _advice(quota: Quota, found: LabelDecision) -> str:
    if quota.missing:
        return f"Label {quota.missing:,} more of {quota.name}."
    more = f" or label {found.n_more:,} more" if found.n_more else ""
    return f"Audit the labels of {quota.name}{more}."


def _evidence(labels: LabelStanding) -> tuple[Evidence, ...]:
    return (Evidence(counted(labels.labeled, "labeled task"), labels.url, "labels"),)

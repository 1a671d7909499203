"""Is the ground truth enough, agreed on and audited? Judged from what is known of labels, not of the candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.labeling.decisions import LabelDecision, judge_quotas
from kpis.scoring.labeling.standing import LabelStanding
from kpis.scoring.measured.several import NO_DISTANCE, overall_target, relative_distance, together
from kpis.scoring.measurement import Evidence, Measurement, Result
from kpis.scoring.points import MetricPoint
from kpis.scoring.target_judgement import judge_target
from kpis.scoring.wording import counted, figure
from projects.progress.labeling.quotas import Quota, QuotaProgress

ERROR_RATE: Final = "label_error_rate"
AGREEMENT: Final = "label_agreement"
MOST_NAMED: Final = 5
RESULTS: Final[Mapping[str | None, Result]] = {"met": "pass", "missed": "fail", "undecided": "insufficient"}


def enough_labels(inputs: JudgementInputs) -> Measurement:
    """Measure whether there are as many right labels of each class as its quota wants.

    The share that an audit cannot rule out to be wrong is taken off, so without an audit a quota that the count reaches
    is insufficient.
    """
    labels = inputs.labels
    if labels is None or not labels.quotas:
        return Measurement("missing", reason="no quota of labels is set")
    found = judge_quotas(QuotaProgress(labels.quotas), {})
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
    judged = judge_target(target, point, inputs.initiative.criticality)
    return Measurement(
        judged.result,
        observed=found.value,
        expected=judged.expected,
        n=found.tasks,
        low=judged.low,
        high=judged.high,
        reason=judged.reason,
        what_would_pass=judged.what_would_pass,
        evidence=_evidence(labels),
        value=relative_distance(judged),
        aim=NO_DISTANCE,
        half=judged.half,
        at=labels.at,
    )


def label_audit(inputs: JudgementInputs) -> Measurement:
    """Measure the label error of a relabelled random sample by its upper bound; the sample has its own n."""
    found = [target for target in inputs.targets if target.metric == ERROR_RATE]
    if found:
        return together(inputs, found, own_n=True)
    return Measurement("missing", reason=f"no target is set on {ERROR_RATE}")


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

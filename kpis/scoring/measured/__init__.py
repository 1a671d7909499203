"""The checks that are measured from facts, each a function of the inputs, by the id that a scorecard names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.measured import (
    comparison,
    data,
    delivery,
    groups,
    labels,
    model,
    observed,
    operations,
    releases,
    reproduced,
    value,
)
from kpis.scoring.measurement import Measurement

Measure = Callable[[JudgementInputs], Measurement]

MEASURES: Mapping[str, Measure] = {
    "value.kpi_linked": value.kpi_linked,
    "value.kpi_owner": value.kpi_owner,
    "value.kpi_baseline": value.kpi_baseline,
    "value.kpi_target": value.kpi_target,
    "value.contribution": value.contribution,
    "data.fingerprint_present": data.fingerprint_present,
    "data.fingerprint_unchanged": data.fingerprint_unchanged,
    "data.splits_apart": data.splits_apart,
    "data.complete": observed.complete,
    "data.undrifted": observed.undrifted,
    "data.quality": observed.quality,
    "labels.enough": labels.enough_labels,
    "labels.agreement": labels.label_agreement,
    "labels.audit": labels.label_audit,
    "model.accuracy": model.accuracy,
    "model.coverage": model.coverage,
    "model.other_targets": model.other_targets,
    "model.better_than_baseline": comparison.better_than_baseline,
    "model.not_worse_than_production": comparison.not_worse_than_production,
    "fairness.group_errors": groups.group_errors,
    "fairness.group_coverage": groups.group_coverage,
    "delivery.target_date": delivery.target_date,
    "delivery.stage": delivery.stage,
    "delivery.tasks_done": delivery.tasks_done,
    "delivery.reproducible": delivery.reproducible,
    "delivery.rerun": reproduced.rerun,
    "delivery.containerised": releases.containerised,
    "delivery.rollback": releases.rollback,
    "delivery.canary": releases.canary,
    "operations.owned": operations.owned,
    "operations.monitoring": operations.watched,
    "operations.latency_cost": operations.latency_and_cost,
    "operations.errors": operations.errors,
    "operations.audited": observed.audited,
    "operations.refresh": operations.refreshed,
}

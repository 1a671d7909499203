"""The paths of judgement, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from kpis.api import (
    annotators,
    bridges,
    comparisons,
    evaluations,
    goals,
    kpis,
    label_audits,
    labeling,
    permissions,
    readiness,
    targets,
)

urlpatterns = [
    path("initiatives/<str:key>/targets/", targets.Targets.as_view()),
    path("initiatives/<str:key>/targets/<str:target_id>/approve/", targets.TargetApproval.as_view()),
    path("initiatives/<str:key>/targets/<str:target_id>/reject/", targets.TargetRejection.as_view()),
    path("initiatives/<str:key>/targets/<str:target_id>/withdraw/", targets.TargetWithdrawal.as_view()),
    path("initiatives/<str:key>/aliases/", targets.Aliases.as_view()),
    path("initiatives/<str:key>/baselines/", targets.Baselines.as_view()),
    path("initiatives/<str:key>/contributions/", kpis.Contributions.as_view()),
    path("initiatives/<str:key>/contributions/<str:kpi>/bridge/", bridges.OneBridge.as_view()),
    path("initiatives/<str:key>/attempts/", bridges.AllAttempts.as_view()),
    path("initiatives/<str:key>/stop-rule/", bridges.OneStopRule.as_view()),
    path("initiatives/<str:key>/evaluations/<str:evaluation_id>/", evaluations.OneEvaluation.as_view()),
    path("initiatives/<str:key>/evaluations/<str:evaluation_id>/point/", evaluations.EvaluationPoint.as_view()),
    path("initiatives/<str:key>/attestations/", permissions.Attestations.as_view()),
    path(
        "initiatives/<str:key>/attestations/<str:attestation_id>/revoke/", permissions.AttestationRevocation.as_view()
    ),
    path("initiatives/<str:key>/waivers/", permissions.Waivers.as_view()),
    path("initiatives/<str:key>/waivers/<str:waiver_id>/approve/", permissions.WaiverApproval.as_view()),
    path("initiatives/<str:key>/waivers/<str:waiver_id>/reject/", permissions.WaiverRejection.as_view()),
    path("initiatives/<str:key>/waivers/<str:waiver_id>/revoke/", permissions.WaiverRevocation.as_view()),
    path("initiatives/<str:key>/labeling/annotators/", annotators.Annotators.as_view()),
    path("initiatives/<str:key>/labeling/summary/", labeling.Summary.as_view()),
    path("initiatives/<str:key>/labeling/learning-curve/", labeling.Curve.as_view()),
    path("initiatives/<str:key>/quotas/", labeling.Quotas.as_view()),
    path("initiatives/<str:key>/audits/", label_audits.Audits.as_view()),
    path("initiatives/<str:key>/audits/<str:audit_id>/", label_audits.OneAudit.as_view()),
    path("initiatives/<str:key>/audits/<str:audit_id>/tasks/", label_audits.AuditTasks.as_view()),
    path("initiatives/<str:key>/audits/<str:audit_id>/relabels/", label_audits.Relabels.as_view()),
    path("initiatives/<str:key>/audits/<str:audit_id>/relabels/tool/", label_audits.ToolRelabels.as_view()),
    path("initiatives/<str:key>/audits/<str:audit_id>/close/", label_audits.AuditClosing.as_view()),
    path("initiatives/<str:key>/audits/<str:audit_id>/discard/", label_audits.AuditDiscarding.as_view()),
    path("initiatives/<str:key>/readiness/", readiness.Readiness.as_view()),
    path("initiatives/<str:key>/evaluations/<str:evaluation_id>/versus/", comparisons.Versus.as_view()),
    path("initiatives/<str:key>/evaluations/<str:evaluation_id>/fairness/", comparisons.Fairness.as_view()),
    path("initiatives/<str:key>/evaluations/<str:evaluation_id>/cells/", comparisons.Cells.as_view()),
    path("initiatives/<str:key>/gate/", readiness.Gate.as_view()),
    path("kpis/", kpis.Kpis.as_view()),
    path("kpis/<str:key>/", kpis.OneKpi.as_view()),
    path("kpis/<str:key>/goals/<str:goal_id>/approve/", goals.GoalApproval.as_view()),
    path("kpis/<str:key>/goals/<str:goal_id>/reject/", goals.GoalRejection.as_view()),
    path("kpis/<str:key>/goals/<str:goal_id>/withdraw/", goals.GoalWithdrawal.as_view()),
    path("kpis/<str:key>/readings/", kpis.Readings.as_view()),
    path("kpis/<str:key>/readings/batch/", kpis.ReadingBatch.as_view()),
    path("labeling/overview/", labeling.Overview.as_view()),
    path("portfolio/", readiness.Portfolio.as_view()),
]

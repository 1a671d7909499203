"""The pages that show a verdict, target or forecast, under `/w/<workspace>/`."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, URLResolver, include, path

from kpis.views import (
    activity,
    attestations,
    datasets,
    fairness,
    gates,
    goals,
    initiatives,
    kpis,
    portfolio,
    readiness,
    readings,
    run_compare,
    run_detail,
    runs,
    scorecards,
    search,
    selection,
    targets,
    value,
    versus,
    waivers,
    workspace,
)

app_name = "kpis"

INITIATIVE: Final = [
    path("", readiness.readiness, name="initiative"),
    path("verdict/", readiness.verdict, name="initiative_verdict"),
    path("changes/", readiness.changes, name="initiative_changes"),
    path("edit/<slug:field>/", initiatives.edit, name="initiative_edit"),
    path("archive/", initiatives.archive, name="initiative_archive"),
    path("checks/<str:check>/attest/", attestations.give, name="attest"),
    path("checks/<str:check>/waive/", waivers.ask, name="waive"),
    path("attestations/<slug:public_id>/revoke/", attestations.revoke, name="attestation_revoke"),
    path("waivers/<slug:public_id>/", waivers.decide, name="waiver_decide"),
    path("targets/", targets.targets, name="targets"),
    path("targets/aliases/", selection.alias, name="alias"),
    path("targets/aliases/remove/", selection.alias_remove, name="alias_remove"),
    path("targets/baselines/", selection.baseline, name="baseline"),
    path("targets/selection/", selection.rule, name="selection_rule"),
    path("targets/selection/remove/", selection.rule_remove, name="selection_rule_remove"),
    path("targets/candidate/", selection.candidate, name="candidate"),
    path("targets/<slug:public_id>/", targets.decide, name="target_decide"),
    path("targets/<slug:public_id>/figure.json", targets.figure, name="target_figure"),
    path("runs/", runs.runs, name="runs"),
    path("runs/best/", runs.best, name="runs_best"),
    path("runs/columns/", runs.columns, name="runs_columns"),
    path("runs/compare/", run_compare.run_compare, name="run_compare"),
    path("runs/runs.csv", runs.runs_csv, name="runs_csv"),
    path("runs/<slug:public_id>/", run_detail.run, name="run"),
    path("runs/<slug:public_id>/history.json", run_detail.history, name="run_history"),
    path("evaluations/<slug:public_id>/versus/", versus.versus, name="evaluation_versus"),
    path("evaluations/<slug:public_id>/versus/versus.csv", versus.versus_csv, name="evaluation_versus_csv"),
    path("evaluations/<slug:public_id>/fairness/", fairness.fairness, name="evaluation_fairness"),
    path("evaluations/<slug:public_id>/fairness/fairness.csv", fairness.fairness_csv, name="evaluation_fairness_csv"),
    path("evaluations/<slug:public_id>/parts.csv", fairness.parts_csv, name="evaluation_parts_csv"),
    path("evaluations/<slug:public_id>/cells.csv", fairness.cells_csv, name="evaluation_cells_csv"),
    path("gate/", gates.gate, name="gate"),
    path("gate/<slug:public_id>/", gates.decision, name="gate_decision"),
    path("data/", datasets.datasets, name="data"),
    path("activity/", activity.activity, name="activity"),
    path("activity/update/", activity.update, name="initiative_update"),
    path("activity/move/", activity.move, name="initiative_move"),
    path("value/", value.value, name="value"),
    path("value/<slug:kpi>/", value.change, name="contribution"),
    path("value/<slug:kpi>/remove/", value.remove, name="contribution_remove"),
]

KPI: Final = [
    path("", kpis.kpi, name="kpi"),
    path("figure.json", kpis.figure, name="kpi_figure"),
    path("edit/<slug:field>/", kpis.edit, name="kpi_edit"),
    path("archive/", kpis.archive, name="kpi_archive"),
    path("goal/", goals.goal, name="kpi_goal"),
    path("goal/<slug:public_id>/", goals.decide, name="goal_decide"),
    path("readings/", readings.readings, name="kpi_readings"),
    path("readings/paste/", readings.paste, name="kpi_paste"),
    path("readings/export.csv", readings.export, name="kpi_export"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", portfolio.index, name="portfolio"),
    path("changes/", portfolio.changes, name="portfolio_changes"),
    path("move/<str:key>/", portfolio.move, name="portfolio_move"),
    path("initiatives/new/", initiatives.create, name="initiative_create"),
    path("initiatives/new/key/", initiatives.proposed_key, name="initiative_key"),
    path("initiatives/<str:key>/", include(INITIATIVE)),
    path("kpis/", kpis.kpi_list, name="kpi_list"),
    path("kpis/new/", kpis.create, name="kpi_create"),
    path("kpis/<slug:key>/", include(KPI)),
    path("search/", search.results, name="search"),
    path("settings/scorecard/", scorecards.scorecard, name="scorecard"),
    path("settings/scorecard/export/", scorecards.export, name="scorecard_export"),
    path("settings/scorecard/reset/", scorecards.reset, name="scorecard_reset"),
    path("settings/data/", workspace.data, name="workspace_data"),
    path("settings/data/export/", workspace.export, name="workspace_export"),
    path("settings/data/delete/", workspace.delete, name="workspace_delete"),
    path("settings/data/sample/", workspace.sample_remove, name="sample_remove"),
]

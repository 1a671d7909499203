"""The pages that show a verdict, target or forecast, under `/w/<workspace>/`."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, URLResolver, include, path

from kpis.views import (
    activity,
    attestations,
    datasets,
    gates,
    initiatives,
    portfolio,
    readiness,
    selection,
    targets,
    waivers,
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
    path("gate/", gates.gate, name="gate"),
    path("gate/<slug:public_id>/", gates.decision, name="gate_decision"),
    path("data/", datasets.datasets, name="data"),
    path("activity/", activity.activity, name="activity"),
    path("activity/update/", activity.update, name="initiative_update"),
    path("activity/move/", activity.move, name="initiative_move"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", portfolio.index, name="portfolio"),
    path("changes/", portfolio.changes, name="portfolio_changes"),
    path("move/<str:key>/", portfolio.move, name="portfolio_move"),
    path("initiatives/new/", initiatives.create, name="initiative_create"),
    path("initiatives/new/key/", initiatives.proposed_key, name="initiative_key"),
    path("initiatives/<str:key>/", include(INITIATIVE)),
]

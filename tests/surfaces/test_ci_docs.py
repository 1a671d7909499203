"""The commands of docs/ci.md against a running server: their exit code is the verdict on what they report."""

from __future__ import annotations

import pytest

from kpis.models import GateDecision
from kpis.services.contributions import tie_new_kpi
from projects.models import Evaluation, Initiative, Run
from tests.kpis.world import aimed
from tests.mltrack.cli.snippets import run_snippets
from tests.projects.faults.upload_parts import counting
from tests.surfaces.asking import Surfaces

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
REPORTING = ["github", "gitlab", "curl"]


def test_every_snippet_ends_with_the_verdict_of_what_it_reported(surfaces: Surfaces) -> None:
    initiative = aimed(surfaces.owner, "SNIPPETS", criticality="experiment")
    tie_new_kpi(surfaces.owner, initiative, {"name": "Claims sorted by hand"}, expected=-70.0)
    with counting():
        outcomes = run_snippets(surfaces.url, surfaces.token, "SNIPPETS")
    # The snippet without a report asks about a commit that nobody knows.
    ended = [("evaluate", 0), ("label", 0), *((name, 0) for name in REPORTING), ("shell", 3)]
    assert [(each.name, each.exit) for each in outcomes] == ended, outcomes
    assert [(each.n, each.abstained) for each in Evaluation.objects.filter(initiative=initiative)] == [(3, 1)]
    assert Run.objects.filter(pushed_to=initiative, status="finished").count() == len(REPORTING)
    kept = GateDecision.objects.filter(initiative=initiative)
    assert sorted(kept.values_list("verdict", flat=True)) == ["ready"] * len(REPORTING)
    assert not any(surfaces.token in each.out + each.err for each in outcomes)


def test_a_failing_model_fails_the_job(surfaces: Surfaces) -> None:
    initiative = aimed(surfaces.owner, "SNIPPETS", criticality="experiment")
    ask_more(surfaces, initiative)
    with counting():
        outcomes = run_snippets(surfaces.url, surfaces.token, "SNIPPETS")
    assert {each.name: each.exit for each in outcomes} == {
        "evaluate": 0,
        "label": 0,
        **dict.fromkeys(REPORTING, 1),
        "shell": 3,
    }


def ask_more(surfaces: Surfaces, initiative: Initiative) -> None:
    """Raise the target on accuracy above what the snippets report."""
    body = {"metric": "accuracy", "comparator": ">=", "value": 0.99}
    assert surfaces.fetch(f"/api/v1/initiatives/{initiative.key}/targets/", body)["value"] == 0.99

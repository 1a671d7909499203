"""Runs judged by targets, one by one and the best of all."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.selectors.run_best import best_of, best_panel
from kpis.selectors.run_targets import aims_of, best_under, judged_runs, run_named
from kpis.services.aliases import set_alias
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.initiatives import edit_initiative
from tests.factories import make_initiative, make_workspace
from tests.kpis.world import GOOD, POOR, aimed, judged, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return aimed(owner)


def test_aims_in_the_order_of_the_verdict(owner: Principal) -> None:
    initiative = make_initiative(owner)
    for metric in ("f1", "coverage", "accuracy"):
        propose_target(owner, initiative, metric=metric, comparator=">=", value=0.5)
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    aims = aims_of(initiative)
    assert [each.metric for each in aims.targets] == ["accuracy", "coverage", "f1"]
    assert aims.keys_of(aims.targets[0]) == ["accuracy", "val_acc"]
    assert aims.keys_of(aims.targets[2]) == ["f1"]


def test_each_run_is_judged_on_its_own_numbers(
    initiative: Initiative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    good, poor = report(initiative, "good", GOOD), report(initiative, "poor", POOR)
    aims = aims_of(initiative)
    with django_assert_num_queries(1):
        found = judged_runs(initiative, [poor.pk, good.pk], aims)
    assert [each.met for each in found] == [0, 2]
    assert [each.result for each in found[1].judgements] == ["pass", "pass"]
    assert [each.result for each in found[0].judgements] == ["fail", "fail"]


def test_two_runs_lend_each_other_nothing(initiative: Initiative) -> None:
    report(initiative, "accurate", {"accuracy": 0.99, "coverage": 0.1, "n": 5000})
    report(initiative, "covering", {"accuracy": 0.5, "coverage": 0.99, "n": 5000})
    best = best_under(initiative, aims_of(initiative))
    assert best is not None
    assert best.met == 1


def test_a_run_of_another_initiative_is_not_named(owner: Principal, initiative: Initiative) -> None:
    theirs = report(make_initiative(owner, "OTHER"), "theirs", GOOD)
    assert run_named(initiative, theirs.public_id, aims_of(initiative)) is None


def test_the_panel_takes_the_kept_judgement(
    initiative: Initiative, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    report(initiative, "good", GOOD)
    report(initiative, "poor", POOR)
    document = judged(initiative).document
    aims = aims_of(initiative)
    with django_assert_max_num_queries(4):
        found = best_panel(initiative, document, aims)
    assert found is not None
    assert found.judged is not None
    assert (found.judged.run.label, found.judged.met, found.targets) == ("run good", 2, 2)
    assert found.lines[0].series == [0.95, 0.7]
    assert found.lines[0].unit == "ratio"


def test_under_another_rule_it_is_looked_for_apart(owner: Principal, initiative: Initiative) -> None:
    report(initiative, "good", GOOD)
    report(initiative, "poor", POOR)
    changed = edit_initiative(owner, initiative, {"candidate_rule": "latest"})
    aims = aims_of(changed)
    panel = best_panel(changed, judged(changed).document, aims)
    assert panel is not None
    assert (panel.judged, panel.is_known) == (None, False)
    best = best_of(changed, aims)
    assert best.judged is not None
    assert best.judged.run.label == "run good"


def test_without_targets_no_run_is_the_best(owner: Principal) -> None:
    initiative = make_initiative(owner)
    report(initiative, "good", GOOD)
    aims = aims_of(initiative)
    assert best_panel(initiative, judged(initiative).document, aims) is None
    assert best_of(initiative, aims).judged is None

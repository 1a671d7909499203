"""Targets over the runs: what was reported, the best so far, and every time that less was asked for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.selectors import target_history
from kpis.selectors.target_history import TargetHistory, target_histories
from kpis.selectors.targets import aliases_of, targets_of
from kpis.services.aliases import set_alias
from kpis.services.targets import approve_target, propose_target, withdraw_target
from mltrack.accounts.access import Principal
from projects.connectors.records import MetricRecord
from projects.models import Initiative, Run
from tests.factories import make_initiative, make_runs, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    found = make_initiative(owner)
    propose_target(owner, found, metric="accuracy", comparator=">=", value=0.9)
    return found


def histories(initiative: Initiative) -> list[TargetHistory]:
    return target_histories(initiative, targets_of(initiative), aliases_of(initiative))


def test_the_best_so_far_skips_what_is_no_number_and_runs_that_do_not_count(initiative: Initiative) -> None:
    given = [{"accuracy": value} for value in (0.7, 0.6, MetricRecord(None, "nan"), 0.8, 0.99, 0.97)]
    runs = make_runs(initiative, [{"loss": 1.0}, *given])
    Run.objects.filter(pk=runs[5].pk).update(status="failed")
    Run.objects.filter(pk=runs[6].pk).update(deleted_at=runs[6].ended_at)
    (found,) = histories(initiative)
    assert [each.value for each in found.points] == [0.7, 0.6, None, 0.8]
    assert [each.value for each in found.best] == [0.7, 0.8]
    assert found.rows == (("2026-01-05", runs[4].name, "0.8"), ("2026-01-05", runs[1].name, "0.7"))
    assert found.caption == (
        f"accuracy: best so far 0.8 ({runs[4].name}) of 4 runs; accuracy ≥ 0.9 at 95 % confidence."
    )


def test_another_name_counts_only_where_the_own_one_is_absent(owner: Principal, initiative: Initiative) -> None:
    set_alias(owner, initiative, alias="val_acc", metric="accuracy")
    make_runs(initiative, [{"accuracy": 0.8, "val_acc": 0.95}, {"val_acc": 0.85}])
    (found,) = histories(initiative)
    assert [each.value for each in found.points] == [0.8, 0.85]


def test_a_slice_has_a_history_of_its_own(owner: Principal, initiative: Initiative) -> None:
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.8, slice="region=EU")
    make_runs(initiative, [{"accuracy": 0.9, "accuracy/region=EU": 0.7}])
    whole, part = histories(initiative)
    assert [each.value for each in (*whole.points, *part.points)] == [0.9, 0.7]
    assert part.caption.startswith("accuracy on region=EU: best so far 0.7 ")


def test_without_runs_the_caption_says_so(initiative: Initiative) -> None:
    (found,) = histories(initiative)
    assert (found.points, found.best, found.rows) == ((), (), ())
    assert found.caption == "accuracy: no finished run reports it yet."


def test_only_the_newest_runs_are_asked(initiative: Initiative, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_history, "MOST_RUNS", 2)
    make_runs(initiative, [{"accuracy": 0.99}, {"accuracy": 0.8}, {"accuracy": 0.7}])
    assert [each.value for each in histories(initiative)[0].points] == [0.8, 0.7]


def test_loosening_and_withdrawing_are_told_with_who_and_why(owner: Principal, initiative: Initiative) -> None:
    owner.workspace.allows_self_approval = True
    owner.workspace.save()
    make_runs(initiative, [{"accuracy": 0.8}])
    less = propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.85, reason="Tired " * 60)
    approve_target(owner, less)
    withdrawn = withdraw_target(owner, targets_of(initiative)[0].versions[0], reason="No model any more")
    assert len(histories(initiative)[0].loosened) == 1, "What waits has loosened nothing yet"
    approve_target(owner, withdrawn)
    (found,) = histories(initiative)
    first, second = (each.words.partition(": ")[2] for each in found.loosened)
    assert first.startswith(f"accuracy ≥ 0.85 at 95 % confidence, by {owner.user}, self-approved: Tired Tired")
    assert first.endswith("[...]") and len(first) < 250
    assert second == f"withdrawn, by {owner.user}, self-approved: No model any more"
    assert "; no target in force; loosened 2 times, last " in found.caption


def test_all_targets_cost_one_query(owner: Principal, initiative: Initiative) -> None:
    make_runs(initiative, 5)
    for metric in ("coverage", "f1", "auc"):
        propose_target(owner, initiative, metric=metric, comparator=">=", value=0.5)
    lines, aliases = targets_of(initiative), aliases_of(initiative)
    with CaptureQueriesContext(connection) as found:
        assert len(target_histories(initiative, lines, aliases)) == 4
    assert len(found) == 1

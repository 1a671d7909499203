"""An initiative for each result of a check and each verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kpis.services.contributions import tie_new_kpi
from kpis.services.targets import propose_target
from kpis.services.waivers import approve_waiver, request_waiver
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord, EvaluationRecord
from projects.models import Initiative, Origin
from projects.progress.evaluations.tally import tally_rows
from projects.services.datasets import record_dataset
from projects.services.evaluations import record_evaluation
from tests.factories import make_initiative, make_member
from tests.kpis.world import GOOD, POOR, aimed, in_days, report

Make = Callable[[Principal], Initiative]


def passing(owner: Principal) -> Initiative:
    """One run reaches both targets."""
    return reported(owner, GOOD)


def failing(owner: Principal) -> Initiative:
    """One run reaches neither."""
    return reported(owner, POOR)


def insufficient(owner: Principal) -> Initiative:
    """The points are above the targets, the bounds of so few cases are not."""
    return reported(owner, {"accuracy": 0.93, "coverage": 0.75, "n": 40})


def missing(owner: Principal) -> Initiative:
    """The run says nothing of its coverage."""
    return reported(owner, {"accuracy": 0.95, "n": 5000})


def stale(owner: Principal) -> Initiative:
    """The data has a newer version than the run's."""
    initiative = aimed(owner, criticality="standard")
    report(initiative, "run", GOOD, datasets=[DatasetRecord(name="claims", digest="old", context="test")])
    record_dataset(owner, initiative, name="claims", digest="new", rows=10)
    return initiative


def waived(owner: Principal) -> Initiative:
    """Both failures may pass by."""
    initiative = failing(owner)
    approver = make_member(owner.workspace, "viewer", is_approver=True)
    for check in ("model.accuracy", "model.coverage"):
        asked = request_waiver(owner, initiative, check=check, reason="A pilot.", expires=in_days(30))
        approve_waiver(approver, asked)
    return initiative


def two_runs(owner: Principal) -> Initiative:
    """One run has the accuracy, another one the coverage."""
    initiative = aimed(owner, criticality="experiment")
    report(initiative, "accurate", {**GOOD, "coverage": 0.3})
    report(initiative, "covering", {**GOOD, "accuracy": 0.6})
    return initiative


def evaluated(owner: Principal) -> Initiative:
    """The run says nothing itself; its evaluation reaches both targets at a threshold chosen with a guarantee."""
    return counted_on(owner, "d1")


def on_other_data(owner: Principal) -> Initiative:
    """The evaluation reaches both targets, on other data than the target names."""
    return counted_on(owner, "d2")


def counted_on(owner: Principal, digest: str) -> Initiative:
    """Return an experiment whose run has an evaluation: 950 of 1,000 sure cases are right, 400 unsure ones wait."""
    initiative = make_initiative(owner, criticality="experiment")
    propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9, dataset_digest="d1")
    propose_target(owner, initiative, metric="coverage", comparator=">=", value=0.65)
    tie_new_kpi(owner, initiative, {"name": "Claims sorted by hand", "direction": "lower"}, expected=-70.0)
    run = report(initiative, "run", {})
    counts = tally_rows([0.9] * 1000 + [0.2] * 400, [True] * 950 + [False] * 450)
    data = DatasetRecord(name="cases", digest=digest)
    record = EvaluationRecord(counts, in_days(0), "nightly", run=run.external_id, dataset=data)
    record_evaluation(initiative, record, origin=Origin.STATISTICS)
    return initiative


def nothing(owner: Principal) -> Initiative:
    """Targets, but no run."""
    return aimed(owner, criticality="experiment")


def aimless(owner: Principal) -> Initiative:
    """Not even a target."""
    return make_initiative(owner)


def reported(owner: Principal, metrics: dict[str, Any]) -> Initiative:
    """Return an experiment with both targets, a KPI and one run."""
    initiative = aimed(owner, criticality="experiment")
    tie_new_kpi(owner, initiative, {"name": "Claims sorted by hand", "direction": "lower"}, expected=-70.0)
    report(initiative, "run", metrics)
    return initiative


# The case, its verdict, a check and its result.
CASES: Final[list[tuple[Make, str, str, str]]] = [
    (passing, "ready", "model.accuracy", "pass"),
    (passing, "ready", "model.other_targets", "not_applicable"),
    (failing, "not_ready", "model.accuracy", "fail"),
    (insufficient, "unknown", "model.accuracy", "insufficient"),
    (missing, "unknown", "model.coverage", "missing"),
    (stale, "unknown", "data.fingerprint_unchanged", "stale"),
    (waived, "ready", "model.coverage", "waived"),
    (evaluated, "ready", "model.accuracy", "pass"),
    (on_other_data, "unknown", "model.accuracy", "missing"),
    (nothing, "unknown", "model.accuracy", "missing"),
    (aimless, "unknown", "model.coverage", "missing"),
]

"""Small makers for tests: three people, an initiative, a connection, runs. All through the product's services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Role, User, Workspace
from mltrack.accounts.services.workspaces import create_workspace
from projects.connectors.records import EvaluationRecord, MetricRecord, RunRecord
from projects.models import Connection, DataSource, Evaluation, Initiative, Observation, ObservedSeries, Origin, Run
from projects.progress.evaluations.cases import case_hash
from projects.progress.evaluations.levels import levels_of
from projects.progress.evaluations.tally import tally_rows
from projects.services.cases import case_key, keep_cases
from projects.services.evaluations import record_evaluation
from projects.services.initiatives import create_initiative
from projects.services.pairings import pair_evaluation
from projects.services.recording import record_runs

EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_numbers = count(1)


def make_workspace(key: str = "", *, name: str = "Acme") -> Principal:
    """Return the owner of a new workspace: an admin who is an approver."""
    number = next(_numbers)
    user = User.objects.create_user(f"owner{number}@example.org", "a long enough password")
    workspace, member = create_workspace(user, name=name, key=key or f"acme-{number}")
    return Principal(workspace=workspace, role=member.role, user=user, is_approver=True)


def make_member(workspace: Workspace, role: str = Role.CONTRIBUTOR, *, is_approver: bool = False) -> Principal:
    """Return a new member of a workspace."""
    user = User.objects.create_user(f"member{next(_numbers)}@example.org", "a long enough password")
    Member.objects.create(workspace=workspace, user=user, role=role, is_approver=is_approver)
    return Principal(workspace=workspace, role=role, user=user, is_approver=is_approver)


def make_stranger() -> Principal:
    """Return the owner of another workspace."""
    return make_workspace(name="Elsewhere")


def make_initiative(principal: Principal, key: str = "CHURN", **fields: Any) -> Initiative:
    """Return a new initiative of the principal's workspace."""
    return create_initiative(principal, key=key, **{"name": "Customer churn", **fields})


def make_connection(
    principal: Principal, *, name: str = "", initiative: Initiative | None = None, kind: str = "mlflow"
) -> Connection:
    """Return a connection (to MLflow) that nobody pulls by itself; with `initiative`, all its runs count for it."""
    connection = Connection.objects.create(
        workspace=principal.workspace,
        kind=kind,
        name=name or f"MLflow {next(_numbers)}",
        base_url="http://127.0.0.1:9",
        initiative=initiative,
        paused=True,
    )
    if initiative is not None:
        connection.selection_rules.create(initiative=initiative)
    return connection


def run_record(external_id: str = "r1", **fields: Any) -> RunRecord:
    """Return a finished run; `metrics` may be plain numbers."""
    metrics: Mapping[str, Any] = fields.pop("metrics", {"accuracy": 0.9})
    return RunRecord(
        **{
            "external_id": external_id,
            "name": f"run {external_id}",
            "status": "finished",
            "started_at": EPOCH,
            "ended_at": EPOCH + timedelta(minutes=5),
            "params": {"lr": "0.1"},
            "tags": {},
            "experiment_id": "1",
            "experiment_name": "churn",
            **fields,
            "metrics": {
                key: value if isinstance(value, MetricRecord) else MetricRecord(float(value), step=1, time=EPOCH)
                for key, value in metrics.items()
            },
        }
    )


def make_runs(source: Connection | Initiative, metrics: Sequence[Mapping[str, Any]] | int = 1) -> list[Run]:
    """Return new finished runs of a source, an hour apart: one for each mapping of metrics, or so many."""
    given = [{"accuracy": 0.9, "coverage": 0.8}] * metrics if isinstance(metrics, int) else metrics
    records = []
    for position, each in enumerate(given):
        start = EPOCH + timedelta(hours=position)
        end = start + timedelta(minutes=5)
        records.append(run_record(f"run-{next(_numbers)}", metrics=each, started_at=start, ended_at=end))
    record_runs(source, records, replace=True)
    ids = [each.external_id for each in records]
    return sorted(Run.objects.filter(external_id__in=ids), key=lambda run: ids.index(run.external_id))


def make_evaluation(initiative: Initiative, rows: int = 200, *, cases: bool = False, **fields: Any) -> Evaluation:
    """Return a new evaluation of so many cases, nine of ten right, whose confidence falls evenly from 1 to 0.5.

    The cases come from the regions EU and US in turn. `fields` are those of `EvaluationRecord`, a `tally` of other
    cases among them. With `cases` each is kept by its number, and paired with evaluations that are there already.
    """
    confidences = [1 - number / (2 * rows) for number in range(rows)]
    correct, regions = (
        [number % 10 != 9 for number in range(rows)],
        [("EU", "US")[number % 2] for number in range(rows)],
    )
    tally = tally_rows(confidences, correct, {"region": regions})
    record = EvaluationRecord(**{"tally": tally, "at": EPOCH, **fields})
    made, _ = record_evaluation(initiative, record, origin=Origin.STATISTICS)
    if cases:
        ids = case_hash(case_key(initiative.workspace), map(str, range(rows)))
        keep_cases(made, ids, levels_of(confidences), correct, [number % 2 for number in range(rows)])
        pair_evaluation(made)
    return made


def make_source(
    principal: Principal, key: str = "pharmacy-feed", *, feeds: Sequence[tuple[Initiative, str]] = ()
) -> DataSource:
    """Return a new source of data that feeds these features of initiatives."""
    source = DataSource.objects.create(
        workspace=principal.workspace, key=key, name=key.replace("-", " ").capitalize(), owner=principal.user
    )
    for initiative, feature in feeds:
        source.features.create(initiative=initiative, feature=feature)
    return source


def make_series(initiative: Initiative, values: Sequence[float] = (), **fields: Any) -> ObservedSeries:
    """Return a new series of an initiative, daily volumes of `refills` unless `fields` say otherwise.

    Its values are a period apart from EPOCH on.
    """
    named = {"kind": "volume", "name": "refills", **fields}
    series = ObservedSeries.objects.create(workspace_id=initiative.workspace_id, initiative=initiative, **named)
    times = [EPOCH + timedelta(days=position * series.period_days) for position in range(len(values))]
    Observation.objects.bulk_create(
        Observation(series=series, time=time, value=value, recorded_at=time) for time, value in zip(times, values)
    )
    if times:
        series.last_at = times[-1]
        series.save(update_fields=["last_at"])
    return series

"""Fills an MLflow SQL store in bulk. Runs inside MLflow's own environment: STORE RUNS MODELS START_MS.

REST makes 25 runs a second; this makes some thousand. It writes through MLflow's SQLAlchemy tables, so that the
rows are those that its server would write.
"""

from __future__ import annotations

import json
import random
import sys
import uuid
from typing import Any

from mlflow.store.model_registry.dbmodels import models as registry
from mlflow.store.tracking.dbmodels import models as tracking
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

EXPERIMENTS = ("churn", "fraud “größe” 検知")
METRICS = ("accuracy", "coverage", "eval/accuracy", "val loss", "f1_β", "auc", "latency ms", "loss")
CHUNK = 2_000
LARGEST = sys.float_info.max

Rows = dict[Any, list[dict[str, Any]]]


def status_of(index: int) -> str:
    if index % 50 == 7:
        return "RUNNING"
    if index % 30 == 3:
        return "FAILED"
    return "KILLED" if index % 211 == 5 else "FINISHED"


def name_of(index: int) -> str:
    if index % 97 == 0:
        return f"run {index} " + "x" * 300
    return f"läufer-{index} 🚀 \u202e" if index % 13 == 0 else f"run-{index}"


def value_of(index: int, position: int, chance: random.Random) -> tuple[float, bool]:
    """Return a metric's value as MLflow stores it, and whether it is NaN."""
    if index % 101 == 9 and position == 7:
        return 0.0, True
    if index % 103 == 9 and position == 7:
        return LARGEST, False
    if index % 107 == 9 and position == 7:
        return -LARGEST, False
    return round(chance.random(), 6), False


def add_run(rows: Rows, index: int, experiment: int, start: int, chance: random.Random) -> str:
    run_id = uuid.UUID(int=chance.getrandbits(128)).hex
    status = status_of(index)
    ended = None if status == "RUNNING" else start + 60_000 - index % 3
    deleted = index % 40 == 11
    rows[tracking.SqlRun].append(
        {
            "run_uuid": run_id,
            "name": name_of(index),
            "source_type": "LOCAL",
            "source_name": "",
            "entry_point_name": "",
            "user_id": "sample",
            "status": status,
            "start_time": start,
            "end_time": ended,
            "deleted_time": start + 90_000 if deleted else None,
            "source_version": "",
            "lifecycle_stage": "deleted" if deleted else "active",
            "artifact_uri": f"mlflow-artifacts:/{experiment}/{run_id}/artifacts",
            "experiment_id": experiment,
        }
    )
    tags = {"mlflow.runName": name_of(index), "mlflow.source.git.commit": f"{index:040x}", "team/α β": "é\n<b>"}
    params = {"lr": str(10 ** -(index % 5)), "depth": str(index % 9), "note 'quoted'": 'a,b;\t"c"', "empty": ""}
    rows[tracking.SqlTag].extend({"run_uuid": run_id, "key": key, "value": text} for key, text in tags.items())
    rows[tracking.SqlParam].extend({"run_uuid": run_id, "key": key, "value": text} for key, text in params.items())
    for position, key in enumerate(METRICS):
        value, is_nan = value_of(index, position, chance)
        metric = {"run_uuid": run_id, "key": key, "value": value, "is_nan": is_nan, "step": 3}
        rows[tracking.SqlLatestMetric].append({**metric, "timestamp": start + 50_000})
        rows[tracking.SqlMetric].append({**metric, "timestamp": start + 50_000})
    return run_id


def add_dataset(rows: Rows, run_id: str, dataset_id: str, context: str, chance: random.Random) -> None:
    input_id = uuid.UUID(int=chance.getrandbits(128)).hex
    rows[tracking.SqlInput].append(
        {
            "input_uuid": input_id,
            "source_type": "DATASET",
            "source_id": dataset_id,
            "destination_type": "RUN",
            "destination_id": run_id,
        }
    )
    rows[tracking.SqlInputTag].append({"input_uuid": input_id, "name": "mlflow.data.context", "value": context})


def datasets(rows: Rows, experiment: int, chance: random.Random) -> list[str]:
    made = []
    for number in range(3):
        dataset_id = uuid.UUID(int=chance.getrandbits(128)).hex
        schema = {"mlflow_colspec": [{"type": "double", "name": f"f{number}", "required": True}]}
        rows[tracking.SqlDataset].append(
            {
                "dataset_uuid": dataset_id,
                "experiment_id": experiment,
                "name": f"customers v{number}",
                "digest": f"{experiment}{number}abcdef",
                "dataset_source_type": "local",
                "dataset_source": json.dumps({"uri": "data.csv"}),
                "dataset_schema": json.dumps(schema),
                "dataset_profile": json.dumps({"num_rows": 1000 + number, "num_elements": 9000}),
            }
        )
        made.append(dataset_id)
    return made


def add_models(rows: Rows, run_ids: list[str], models: int, start: int) -> None:
    for number in range(models):
        name = f"model-{number} ü"
        times = {"creation_time": start, "last_updated_time": start}
        rows[registry.SqlRegisteredModel].append({"name": name, **times})
        for version in (1, 2):
            rows[registry.SqlModelVersion].append(
                {"name": name, "version": version, "run_id": run_ids[number * 2 + version], "status": "READY", **times}
            )
            rows[registry.SqlModelVersionTag].append({"name": name, "version": version, "key": "n", "value": "9"})
        rows[registry.SqlRegisteredModelAlias].append({"name": name, "alias": "champion", "version": 1})
        rows[registry.SqlRegisteredModelAlias].append({"name": name, "alias": "challenger", "version": 2})


TABLES = (
    tracking.SqlRun, tracking.SqlTag, tracking.SqlParam, tracking.SqlLatestMetric, tracking.SqlMetric,
    tracking.SqlDataset, tracking.SqlInput, tracking.SqlInputTag,
    registry.SqlRegisteredModel, registry.SqlModelVersion, registry.SqlModelVersionTag,
    registry.SqlRegisteredModelAlias,
)  # fmt: skip


def write(store: SqlAlchemyStore, rows: Rows) -> None:
    with store.engine.begin() as connection:
        for table in TABLES:
            if rows[table]:
                connection.execute(table.__table__.insert(), rows[table])
                rows[table].clear()


def main() -> None:
    uri, count, models, start = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    chance = random.Random(f"{count} {models} {start}")
    store = SqlAlchemyStore(uri, "mlflow-artifacts:/")
    experiments = [int(store.create_experiment(name)) for name in EXPERIMENTS]
    rows: Rows = {table: [] for table in TABLES}
    known = {experiment: datasets(rows, experiment, chance) for experiment in experiments}
    run_ids: list[str] = []
    for index in range(count):
        experiment = experiments[index % len(experiments)]
        run_ids.append(add_run(rows, index, experiment, start + index * 1_000, chance))
        if index % 20 == 19:
            rows[tracking.SqlTag].append(
                {"run_uuid": run_ids[-1], "key": "mlflow.parentRunId", "value": run_ids[index - 3]}
            )
        if index % 4 == 0:
            add_dataset(rows, run_ids[-1], known[experiment][index % 3], "training", chance)
        if index % CHUNK == CHUNK - 1:
            write(store, rows)
    if count > models * 2:
        add_models(rows, run_ids, models, start)
    write(store, rows)


if __name__ == "__main__":
    main()

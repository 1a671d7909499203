"""MLflow's JSON to records. What cannot be stored is said, never raised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from projects.connectors.mlflow.values import moment, number, whole
from projects.connectors.records import (
    DatasetRecord,
    MetricRecord,
    ModelVersionRecord,
    RejectedRecord,
    RunRecord,
    RunStatus,
)
from projects.connectors.texts import storable

LONGEST_ID = 250
LONGEST_NAME = 500
LONGEST_KEY = 500

_STATUS: dict[str, RunStatus] = {
    "RUNNING": "running",
    "SCHEDULED": "running",
    "FINISHED": "finished",
    "FAILED": "failed",
    "KILLED": "killed",
}
_CONTEXT = "mlflow.data.context"
_PROMPT = "mlflow.prompt.is_prompt"
_MALFORMED = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


def run_id(raw: Mapping[str, Any]) -> str:
    """Return a run's id, whatever else is wrong with it; empty where it has none."""
    info = raw.get("info")
    found = (info.get("run_id") or info.get("run_uuid")) if isinstance(info, dict) else None
    return found if isinstance(found, str) else ""


def parse_runs(
    raw: Iterable[Mapping[str, Any]], names: Mapping[str, str], link: str
) -> tuple[list[RunRecord], list[RejectedRecord]]:
    """Return the runs of one page and what was left out of it.

    `names` maps experiment ids to names; `link` is the address of the server's pages, ending in a slash.
    A run with an unusable id, status or time is left out whole; an unusable metric alone.
    """
    records: list[RunRecord] = []
    rejected: list[RejectedRecord] = []
    for each in raw:
        try:
            records.append(_run(each, names, link, rejected))
        except _MALFORMED as error:
            rejected.append(RejectedRecord(storable(run_id(each))[:LONGEST_ID], f"The run was left out: {error}."))
    return records, rejected


def _run(raw: Mapping[str, Any], names: Mapping[str, str], link: str, rejected: list[RejectedRecord]) -> RunRecord:
    info, data = raw["info"], raw.get("data") or {}
    external_id, experiment_id = _id(run_id(raw)), _id(str(info["experiment_id"]))
    tags = _texts(data.get("tags") or ())
    return RunRecord(
        external_id=external_id,
        name=storable(info.get("run_name") or tags.get("mlflow.runName") or "")[:LONGEST_NAME],
        status=_status(info.get("status")),
        started_at=moment(info.get("start_time")),
        ended_at=moment(info.get("end_time")),
        params=_texts(data.get("params") or ()),
        tags=tags,
        metrics=_metrics(data.get("metrics") or (), external_id, rejected),
        datasets=_datasets((raw.get("inputs") or {}).get("dataset_inputs") or ()),
        experiment_id=experiment_id,
        experiment_name=names.get(experiment_id, ""),
        deleted=info.get("lifecycle_stage") == "deleted",
        url=f"{link}#/experiments/{quote(experiment_id, safe='')}/runs/{quote(external_id, safe='')}",
    )


def _id(text: str) -> str:
    if not text or len(text) > LONGEST_ID or storable(text) != text:
        raise ValueError("its id cannot be stored")
    return text


def _status(raw: Any) -> RunStatus:
    if raw not in _STATUS:
        raise ValueError("its status is unknown")
    return _STATUS[raw]


def _key(raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > LONGEST_KEY:
        raise ValueError(f"a key is longer than {LONGEST_KEY} characters or no text")
    return storable(raw)


def _texts(pairs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return params or tags; a value that is no text is kept as its JSON."""
    texts: dict[str, str] = {}
    for pair in pairs:
        value = pair.get("value", "")
        texts[_key(pair["key"])] = storable(value if isinstance(value, str) else json.dumps(value))
    return texts


def _metrics(
    raw: Iterable[Mapping[str, Any]], external_id: str, rejected: list[RejectedRecord]
) -> dict[str, MetricRecord]:
    metrics: dict[str, MetricRecord] = {}
    for each in raw:
        try:
            key = _key(each["key"])
            value, special = number(each["value"])
            metrics[key] = MetricRecord(value, special, whole(each.get("step") or 0), _metric_time(each))
        except _MALFORMED as error:
            rejected.append(RejectedRecord(external_id, f"A metric was left out: {error}."))
    return metrics


def _metric_time(raw: Mapping[str, Any]) -> Any:
    try:
        return moment(raw.get("timestamp"))
    except ValueError:
        return None


def _datasets(inputs: Iterable[Mapping[str, Any]]) -> list[DatasetRecord]:
    found: list[DatasetRecord] = []
    for each in inputs:
        dataset = each["dataset"]
        schema, source = dataset.get("schema"), dataset.get("source")
        found.append(
            DatasetRecord(
                name=storable(str(dataset.get("name") or ""))[:LONGEST_NAME],
                digest=storable(str(dataset.get("digest") or ""))[:LONGEST_ID],
                context=_texts(each.get("tags") or ()).get(_CONTEXT, ""),
                rows=_rows(dataset.get("profile")),
                schema_digest=_schema_digest(schema) if isinstance(schema, str) and schema else None,
                uri=_uri(source) if isinstance(source, str) else "",
            )
        )
    return found


@lru_cache(maxsize=1024)
def _rows(profile: str | None) -> int | None:
    """Return `num_rows` of a dataset's profile, which MLflow keeps as JSON in a string, or the length of an array."""
    try:
        said = json.loads(profile or "{}")
        shape = said.get("features_shape")
        return whole(said.get("num_rows", shape[0] if isinstance(shape, list) and shape else None))
    except (AttributeError, RecursionError, TypeError, ValueError):
        return None


@lru_cache(maxsize=1024)
def _uri(source: str) -> str:
    """Return where a dataset lies: `uri`, `url` or `path` of its source, which MLflow keeps as JSON in a string."""
    try:
        said = json.loads(source)
        found = [said[name] for name in ("uri", "url", "path") if isinstance(said.get(name), str)]
    except (AttributeError, RecursionError, TypeError, ValueError):
        return ""
    return storable(found[0])[:LONGEST_NAME] if found else ""


@lru_cache(maxsize=1024)
def _schema_digest(schema: str) -> str:
    return hashlib.sha256(schema.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def parse_aliases(models: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """Return the aliases of each (model, version) from the answers of `registered-models/search`."""
    aliases: dict[tuple[str, str], list[str]] = {}
    for model in models:
        for each in model.get("aliases") or ():
            pointed = (str(model.get("name")), str(each.get("version")))
            aliases.setdefault(pointed, []).append(storable(str(each.get("alias"))))
    return aliases


def parse_versions(
    raw: Iterable[Mapping[str, Any]], aliases: Mapping[tuple[str, str], list[str]]
) -> tuple[list[ModelVersionRecord], list[RejectedRecord]]:
    """Return the registered model versions, prompts left out, and what cannot be stored."""
    versions: list[ModelVersionRecord] = []
    rejected: list[RejectedRecord] = []
    for each in raw:
        try:
            tags = _texts(each.get("tags") or ())
            if tags.get(_PROMPT) != "true":
                versions.append(_version(each, tags, aliases))
        except _MALFORMED as error:
            name = storable(f"{each.get('name')}/{each.get('version')}")[:LONGEST_NAME]
            rejected.append(RejectedRecord(name, f"The model version was left out: {error}."))
    return versions, rejected


def _version(
    raw: Mapping[str, Any], tags: Mapping[str, str], aliases: Mapping[tuple[str, str], list[str]]
) -> ModelVersionRecord:
    name, version = raw["name"], str(raw["version"])
    return ModelVersionRecord(
        name=_key(name),
        version=_id(version),
        run_external_id=storable(str(raw.get("run_id") or ""))[:LONGEST_ID],
        aliases=tuple(sorted(aliases.get((name, version), ()))),
        tags=tags,
        status=str(raw.get("status") or "READY").lower(),
        created_at=moment(raw.get("creation_timestamp")),
    )

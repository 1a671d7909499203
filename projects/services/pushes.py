"""Runs that people and CI push, with no connection: absent fields stay, mappings merge by key, null removes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.connectors.records import RunRecord
from projects.models import Initiative, Run
from projects.services.due import note_due
from projects.services.outcomes import BatchRejected, Fault, Outcome, counts
from projects.services.recording import record_runs
from projects.services.run_input import MOST_KEYS, RunInput, parse_run, refuse_batch
from projects.services.run_rows import known_runs, lock_source, remove_metrics

_OWN = ("name", "status", "started_at", "ended_at", "url")


@transaction.atomic
def push_runs(
    principal: Principal, initiative: Initiative, items: Sequence[Mapping[str, Any]], *, atomic: bool = False
) -> list[Outcome]:
    """Upsert pushed runs by external id and return one outcome an item, in the order of the items.

    `items` is parsed JSON; see `run_input.parse_run` for what is refused. A new run without a status is
    finished, and a run that is not running has ended now unless it says when. Raises ValidationError for a
    batch that is too large, and BatchRejected when `atomic` and an item is rejected.
    """
    wrong = refuse_batch(items)
    if wrong:
        raise ValidationError({"runs": wrong})
    parsed = [parse_run(item) for item in items]
    inputs = [each for each, _ in parsed if each is not None]
    lock_source(initiative)
    stored = _store(initiative, inputs)
    outcomes = [
        stored[each.external_id] if each is not None else Outcome(_id_of(item), "rejected", faults)
        for item, (each, faults) in zip(items, parsed)
    ]
    if atomic and any(each.state == "rejected" for each in outcomes):
        raise BatchRejected(outcomes)
    _audit(principal, initiative, items, outcomes)
    return outcomes


def _id_of(item: Any) -> str:
    found = item.get("external_id") if isinstance(item, Mapping) else None
    return found[:250] if isinstance(found, str) else ""


def _store(initiative: Initiative, inputs: Sequence[RunInput]) -> dict[str, Outcome]:
    records, now = _stored(initiative, {each.external_id for each in inputs}), timezone.now()
    gone: dict[str, set[str] | None] = {}
    refused: dict[str, Outcome] = {}
    for each in inputs:
        merged = _merged(records.get(each.external_id), each, now)
        faults = _faults(records.get(each.external_id), merged)
        if faults:
            refused[each.external_id] = Outcome(each.external_id, "rejected", faults)
            continue
        records[each.external_id] = merged
        _note_gone(gone, each)
    wanted = [records[name] for name in dict.fromkeys(each.external_id for each in inputs) if name not in refused]
    removed = _remove(initiative, gone, refused)
    outcomes = {each.external_id: each for each in record_runs(initiative, wanted, replace=False)}
    for name in removed:
        if outcomes[name].state == "unchanged":
            outcomes[name] = replace(outcomes[name], state="updated")
    return outcomes | refused


def _stored(initiative: Initiative, external_ids: Collection[str]) -> dict[str, RunRecord]:
    numbers = known_runs(initiative, external_ids)
    if not numbers:
        return {}
    return {
        run.external_id: RunRecord(
            external_id=run.external_id,
            name=run.name,
            status=run.status,  # type: ignore[arg-type]
            started_at=run.started_at,
            ended_at=run.ended_at,
            params=run.params,
            tags=run.tags,
            metrics={},
            url=run.url,
        )
        for run in Run.objects.filter(pk__in=numbers.values())
    }


def _merged(old: RunRecord | None, given: RunInput, now: datetime) -> RunRecord:
    base = old or RunRecord(given.external_id, "", "finished", None, None, {}, {}, {})
    fields: dict[str, Any] = {name: getattr(base, name) for name in _OWN} | dict(given.fields)
    if "ended_at" not in given.fields:
        fields["ended_at"] = _end(base, fields, now)
    return RunRecord(
        external_id=given.external_id,
        params=_merge(base.params, given.params, "params" in given.cleared),
        tags=_merge(base.tags, given.tags, "tags" in given.cleared),
        metrics=_merge(base.metrics, given.metrics, "metrics" in given.cleared),
        datasets=[*base.datasets, *given.datasets],
        **fields,
    )


def _faults(old: RunRecord | None, merged: RunRecord) -> list[Fault]:
    """Return what is wrong with a run as it would be; one that holds too much already may still lose keys."""
    found: list[Fault] = []
    if merged.started_at and merged.ended_at and merged.ended_at < merged.started_at:
        found.append(Fault("/ended_at", "invalid", "ended_at lies before started_at."))
    for name in ("params", "tags"):
        size = len(getattr(merged, name))
        if size > max(MOST_KEYS, len(getattr(old, name, ()))):
            detail = f"{name} would have {size:,} keys, and a run has at most {MOST_KEYS:,}: null removes one."
            found.append(Fault(f"/{name}", "too_many", detail))
    return found


def _end(base: RunRecord, fields: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return when a run ended that does not say: not while it runs, and now where nothing is known."""
    if fields["status"] == "running":
        return base.ended_at if base.status == "running" else None
    return base.ended_at or max(now, fields["started_at"] or now)


def _merge(old: Mapping[str, Any], given: Mapping[str, Any], cleared: bool) -> dict[str, Any]:
    merged = dict(given) if cleared or not old else {**old, **given}
    return {key: value for key, value in merged.items() if value is not None} if _has_null(merged) else merged


def _has_null(values: Mapping[str, Any]) -> bool:
    return type(None) in set(map(type, values.values()))


def _note_gone(gone: dict[str, set[str] | None], given: RunInput) -> None:
    """Remember which stored metrics an item removes; a later item of the same run may bring them back."""
    if "metrics" in given.cleared:
        gone[given.external_id] = None
    if _has_null(given.metrics):
        names = gone.setdefault(given.external_id, set())
        if names is not None:
            names.update(key for key, value in given.metrics.items() if value is None)


def _remove(initiative: Initiative, gone: Mapping[str, set[str] | None], refused: Collection[str]) -> set[str]:
    wanted = {name: keys for name, keys in gone.items() if name not in refused}
    if not wanted:
        return set()
    numbers = known_runs(initiative, list(wanted))
    changed = remove_metrics({number: wanted[name] for name, number in numbers.items()})
    if changed:
        note_due([initiative.pk], "runs")
    return {name for name, number in numbers.items() if number in changed}


def _audit(
    principal: Principal, initiative: Initiative, items: Sequence[Mapping[str, Any]], outcomes: Sequence[Outcome]
) -> None:
    summary = counts(outcomes)
    if set(summary) <= {"unchanged", "rejected"}:
        return
    digest = hashlib.sha256(json.dumps(items, sort_keys=True, default=str).encode()).hexdigest()
    record_audit(principal, "push", "runs", initiative.key, after={**summary, "sha256": digest})

"""Runs that people and CI push, with no connection: absent fields stay, mappings merge by key, null removes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

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
from projects.services.run_columns import quick_runs
from projects.services.run_input import MOST_KEYS, RunInput, parse_run, refuse_batch
from projects.services.run_rows import known_runs, lock_source, remove_metrics

_OWN = ("name", "status", "started_at", "ended_at", "url")
_NEW: Final = RunRecord("", "", "finished", None, None, {}, {}, {})
_DEFAULTS: Final[dict[str, Any]] = {name: getattr(_NEW, name) for name in _OWN}


@transaction.atomic
def push_runs(
    principal: Principal,
    initiative: Initiative,
    items: Sequence[Mapping[str, Any]],
    *,
    atomic: bool = False,
    sent: bytes | None = None,
) -> list[Outcome]:
    """Upsert pushed runs by external id and return one outcome an item, in the order of the items.

    `items` is parsed JSON; see `run_input.parse_run` for what is refused. A new run without a status is
    finished, and a run that is not running has ended now unless it says when. The audit event keeps a digest of
    the bytes that were `sent`, without them of the items. Raises ValidationError for a batch that is too large,
    and BatchRejected when `atomic` and an item is rejected.
    """
    wrong = refuse_batch(items)
    if wrong:
        raise ValidationError({"runs": wrong})
    parsed = _parsed(items)
    inputs = [each for each, _ in parsed if each is not None]
    lock_source(initiative)
    stored = _store(initiative, inputs)
    outcomes = [
        stored[each.external_id] if each is not None else Outcome(_id_of(item), "rejected", faults)
        for item, (each, faults) in zip(items, parsed)
    ]
    if atomic and any(each.state == "rejected" for each in outcomes):
        raise BatchRejected(outcomes)
    _audit(principal, initiative, _digest(items) if sent is None else hashlib.sha256(sent).hexdigest(), outcomes)
    return outcomes


def _parsed(items: Sequence[Mapping[str, Any]]) -> list[tuple[RunInput | None, list[Fault]]]:
    quick = quick_runs(items)
    return [parse_run(item) for item in items] if quick is None else [(each, []) for each in quick]


def _id_of(item: Any) -> str:
    found = item.get("external_id") if isinstance(item, Mapping) else None
    return found[:250] if isinstance(found, str) else ""


def _store(initiative: Initiative, inputs: Sequence[RunInput]) -> dict[str, Outcome]:
    known = known_runs(initiative, {each.external_id for each in inputs})
    records, now = _stored(known), timezone.now()
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
    removed = _remove(initiative, known, {name: keys for name, keys in gone.items() if name not in refused})
    outcomes = {each.external_id: each for each in record_runs(initiative, wanted, replace=False, known=known)}
    for name in removed:
        if outcomes[name].state == "unchanged":
            outcomes[name] = replace(outcomes[name], state="updated")
    return outcomes | refused


def _stored(known: Mapping[str, int]) -> dict[str, RunRecord]:
    if not known:
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
        for run in Run.objects.filter(pk__in=known.values())
    }


def _merged(old: RunRecord | None, given: RunInput, now: datetime) -> RunRecord:
    base = old or _NEW
    fields: dict[str, Any] = {**(_fields(old) if old else _DEFAULTS), **given.fields}
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


def _fields(record: RunRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _OWN}


def _end(base: RunRecord, fields: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return when a run ended that does not say: not while it runs, and now where nothing is known."""
    if fields["status"] == "running":
        return base.ended_at if base.status == "running" else None
    return base.ended_at or max(now, fields["started_at"] or now)


def _merge(old: Mapping[str, Any], given: Mapping[str, Any], cleared: bool) -> Mapping[str, Any]:
    merged = given if cleared or not old else {**old, **given}
    return {key: value for key, value in merged.items() if value is not None} if None in merged.values() else merged


def _note_gone(gone: dict[str, set[str] | None], given: RunInput) -> None:
    """Remember which stored metrics an item removes; a later item of the same run may bring them back."""
    if "metrics" in given.cleared:
        gone[given.external_id] = None
    if None in given.metrics.values():
        names = gone.setdefault(given.external_id, set())
        if names is not None:
            names.update(key for key, value in given.metrics.items() if value is None)


def _remove(initiative: Initiative, known: Mapping[str, int], gone: Mapping[str, set[str] | None]) -> set[str]:
    """Remove metrics of runs that are there; return the runs that had them."""
    changed = remove_metrics({known[name]: keys for name, keys in gone.items() if name in known})
    if changed:
        note_due([initiative.pk], "runs")
    return {name for name in gone if known.get(name) in changed}


def _digest(items: Sequence[Mapping[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(items, sort_keys=True, default=str).encode()).hexdigest()


def _audit(principal: Principal, initiative: Initiative, digest: str, outcomes: Sequence[Outcome]) -> None:
    summary = counts(outcomes)
    if set(summary) <= {"unchanged", "rejected"}:
        return
    record_audit(principal, "push", "runs", initiative.key, after={**summary, "sha256": digest})

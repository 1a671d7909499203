"""Registered model versions: of a connection's registry, or pushed to an initiative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.connectors.records import ModelVersionRecord
from projects.models import Connection, Initiative, ModelVersion, SelectionRule
from projects.services.due import note_due
from projects.services.links import sync_links
from projects.services.outcomes import Fault, Outcome
from projects.services.run_rows import Source, known_runs, lock_source, source_filter
from projects.services.texts import storable, whole_text

_Key = tuple[str, str]
_WRITTEN = ("run_external_id", "run_id", "aliases", "tags", "registered_at", "deleted_at")
_LONGEST = {"name": 256, "version": 64, "run_external_id": 250}
MOST_ALIASES = 50


@transaction.atomic
def record_model_versions(source: Source, versions: Sequence[ModelVersionRecord]) -> list[Outcome]:
    """Make the source's registry what `versions` say, whole: versions that are not among them are gone.

    Return what became of each, `external_id` being `name/version`. Links that rest on aliases follow.
    """
    lock_source(source)
    fitting = {(each.name, each.version): each for each in versions if _fault(each) is None}
    refused = [
        Outcome(f"{each.name}/{each.version}"[:300], "rejected", [fault])
        for each in versions
        if (fault := _fault(each)) is not None
    ]
    known = {(each.name, each.version): each for each in ModelVersion.objects.filter(**source_filter(source))}
    runs = known_runs(source, {each.run_external_id for each in fitting.values() if each.run_external_id})
    outcomes = [_write(source, known.get(key), record, runs) for key, record in fitting.items()]
    gone = [each.pk for key, each in known.items() if key not in fitting and each.deleted_at is None]
    if gone:
        ModelVersion.objects.filter(pk__in=gone).update(deleted_at=timezone.now(), updated_at=timezone.now())
    if gone or any(each.state != "unchanged" for each in outcomes):
        _follow(source)
    return [*outcomes, *refused]


@transaction.atomic
def push_model_version(
    principal: Principal,
    initiative: Initiative,
    *,
    name: str,
    version: str,
    run: str = "",
    aliases: Sequence[str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> tuple[ModelVersion, str]:
    """Upsert a version pushed to an initiative; return it and `created`, `updated` or `unchanged`.

    `run` is the external id of a pushed run. An alias points to one version of a name: it leaves the one that
    had it. Absent aliases and tags stay. Raises ValidationError({field: text}).
    """
    _check(name, version, run, aliases)
    lock_source(initiative)
    old = ModelVersion.objects.filter(pushed_to=initiative, name=name, version=version).first()
    record = ModelVersionRecord(
        name=name,
        version=version,
        run_external_id=run or (old.run_external_id if old else ""),
        aliases=sorted(set(aliases)) if aliases is not None else old.aliases if old else [],
        tags=dict(tags) if tags is not None else old.tags if old else {},
        status="ready",
        created_at=old.registered_at if old else timezone.now(),
    )
    for other in ModelVersion.objects.filter(pushed_to=initiative, name=name, aliases__overlap=list(record.aliases)):
        if other.version != version:
            other.aliases = [each for each in other.aliases if each not in record.aliases]
            other.save(update_fields=["aliases", "updated_at"])
    outcome = _write(initiative, old, record, known_runs(initiative, [record.run_external_id]))
    if outcome.state != "unchanged":
        after = {"version": version, "aliases": list(record.aliases), "run": record.run_external_id}
        record_audit(principal, "push", "model_version", f"{initiative.key} {name}", after=after)
        note_due([initiative.pk], "model version")
    return ModelVersion.objects.get(pushed_to=initiative, name=name, version=version), outcome.state


def _write(source: Source, old: ModelVersion | None, record: ModelVersionRecord, runs: Mapping[str, int]) -> Outcome:
    values: dict[str, Any] = {
        "run_external_id": record.run_external_id,
        "run_id": runs.get(record.run_external_id),
        "aliases": list(record.aliases),
        "tags": dict(record.tags),
        "registered_at": record.created_at,
        "deleted_at": None,
    }
    name = f"{record.name}/{record.version}"
    if old is None:
        ModelVersion.objects.create(
            workspace_id=source.workspace_id,
            **source_filter(source),
            name=record.name,
            version=record.version,
            **values,
        )
        return Outcome(name, "created")
    changed = [each for each in _WRITTEN if getattr(old, each) != values[each]]
    if not changed:
        return Outcome(name, "unchanged")
    for each in changed:
        setattr(old, each, values[each])
    old.save(update_fields=[*changed, "updated_at"])
    return Outcome(name, "updated")


def _follow(source: Source) -> None:
    """Let links and judgements follow the registry."""
    if not isinstance(source, Connection):
        note_due([source.pk], "model versions")
        return
    rules = SelectionRule.objects.filter(connection=source)
    moved = sync_links(source) if rules.exclude(registered_model="", alias="").exists() else set()
    note_due(moved | set(rules.values_list("initiative_id", flat=True)), "model versions")


def _fault(record: ModelVersionRecord) -> Fault | None:
    for field, longest in _LONGEST.items():
        wrong = whole_text(getattr(record, field), longest, empty=field == "run_external_id")
        if wrong:
            return Fault(f"/{field}", "invalid", f"The model version cannot be stored: its {field} {wrong}.")
    texts = [*record.tags, *record.tags.values()]
    if any(whole_text(each, 256) for each in record.aliases) or not all(storable(each) for each in texts):
        return Fault("/aliases", "invalid", "The model version cannot be stored: an alias or tag cannot be kept.")
    return None


def _check(name: Any, version: Any, run: Any, aliases: Any) -> None:
    errors = {}
    for field, value in {"name": name, "version": version, "run": run}.items():
        wrong = whole_text(value, _LONGEST.get(field, 250), empty=field == "run")
        if wrong:
            errors[field] = f"This {wrong}."
    if aliases is not None and (
        len(aliases) > MOST_ALIASES or any(whole_text(each, 256, empty=False) for each in aliases)
    ):
        errors["aliases"] = f"Aliases are at most {MOST_ALIASES} short texts."
    if errors:
        raise ValidationError(errors)

"""Initiatives: made, edited, moved between stages, archived, and spoken about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from mltrack.periods import EARLIEST
from projects.models import Initiative, StageChange, Update
from projects.models.initiatives import Health, Stage, State, StopReason, validate_key
from projects.progress.rhythm import stale_at
from projects.progress.stages import StageMove, in_order, standing
from projects.selectors.rhythms import rhythm_of
from projects.services.due import note_due
from projects.services.initiative_fields import LONGEST_TEXT, apply_fields, key_of_name
from projects.services.texts import json_safe, whole_text
from projects.services.versions import expect_version

_FUTURE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Told:
    """What judgement says beside a person's word: facts that changed since a moment, and the computed health."""

    since: datetime | None = None
    changes: Sequence[Mapping[str, Any]] = ()
    health: str = ""


def propose_key(workspace: Workspace, name: str) -> str:
    """Return a free key made of a name: `Customer churn` → `CUSTOMER-CHURN`, then `CUSTOMER-CHURN-2`."""
    key = key_of_name(name)
    taken = set(Initiative.objects.filter(workspace=workspace, key__startswith=key).values_list("key", flat=True))
    free, number = key, 2
    while free in taken:
        free, number = f"{key}-{number}", number + 1
    return free


@transaction.atomic
def create_initiative(principal: Principal, *, name: str, key: str = "", **fields: Any) -> Initiative:
    """Return a new initiative; its owner is the principal's person unless `owner` says otherwise.

    `fields` are those of `initiative_fields.EDITABLE`. Raises ValidationError({field: text}).
    """
    initiative = Initiative(workspace=principal.workspace, key=key.strip(), owner=principal.user)
    apply_fields(initiative, {"name": name, **fields})
    initiative.key = initiative.key or propose_key(principal.workspace, name)
    try:
        validate_key(initiative.key)
        if len(initiative.key) > 40:
            raise ValidationError("A key has at most 40 characters.")
        with transaction.atomic():
            initiative.save(force_insert=True)
    except ValidationError as error:
        raise ValidationError({"key": error.messages}) from error
    except IntegrityError as error:
        raise ValidationError({"key": f"The key {initiative.key} is taken."}) from error
    _keep_stage(principal, initiative, timezone.now())
    after = json_safe({"name": initiative.name, **fields})
    record_audit(principal, "create", "initiative", initiative.key, after=after)
    note_due([initiative.pk], "initiative created")
    return initiative


@transaction.atomic
def edit_initiative(
    principal: Principal, initiative: Initiative, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> Initiative:
    """Return the edited initiative; what does not change is not written.

    Raises ValidationError({field: text}) and VersionConflict when `expected_version` is not the present one.
    """
    locked = _locked(initiative)
    expect_version(locked.version, expected_version)
    names = [name for name in changes if hasattr(locked, name)]
    before = {name: getattr(locked, name) for name in names}
    apply_fields(locked, changes)
    changed = [name for name in names if getattr(locked, name) != before[name]]
    if not changed:
        return locked
    _save(locked, changed)
    if {"stage", "state"} & set(changed):
        _keep_stage(principal, locked, timezone.now())
    record_audit(
        principal,
        "edit",
        "initiative",
        locked.key,
        before=json_safe({name: before[name] for name in changed}),
        after=json_safe({name: getattr(locked, name) for name in changed}),
    )
    note_due([locked.pk], "initiative edited")
    return locked


@transaction.atomic
def change_stage(
    principal: Principal,
    initiative: Initiative,
    *,
    stage: str | None = None,
    state: str | None = None,
    at: datetime | None = None,
    note: str = "",
    reason: str = "",
) -> StageChange:
    """Return the kept move to a stage or state; `at` may lie in the past, so that history can be entered.

    What is not asked for stays as it was at that moment. The newest move by `at` is what the initiative shows. The same
    move at the same moment is kept once. `reason` is why it is cancelled. Raises ValidationError.
    """
    locked = _locked(initiative)
    moment = at or timezone.now()
    _expect_sound_move(moment, note, reason)
    before = {"stage": locked.stage, "state": locked.state}
    asked = {name: value for name, value in {"stage": stage, "state": state}.items() if value is not None}
    if not asked:
        raise ValidationError({"stage": "Name a stage or a state."})
    changes = list(locked.stage_changes.all())
    _stand(locked, standing(in_order(each.move() for each in changes), moment))
    apply_fields(locked, asked)
    if reason and locked.state != State.CANCELLED:
        raise ValidationError({"reason": "Only what is cancelled has a reason why it stopped."})
    kept = next((each for each in changes if each.at == moment), None)
    if kept is not None:
        return _expect_same_move(kept, locked, reason)
    change = _keep_stage(principal, locked, moment, note, reason)
    _stand(locked, in_order(each.move() for each in [*changes, change])[-1])
    if before != {"stage": locked.stage, "state": locked.state}:
        _save(locked, ["stage", "state"])
    after = {**asked, **({"at": moment} if at else {}), **({"reason": reason} if reason else {})}
    record_audit(principal, "move", "initiative", locked.key, before=before, after=json_safe(after), reason=note)
    note_due([locked.pk], "stage changed")
    return change


@transaction.atomic
def archive_initiative(principal: Principal, initiative: Initiative) -> Initiative:
    """Put an initiative aside; nothing of it is lost."""
    return _set_archived(principal, initiative, "archive", timezone.now())


@transaction.atomic
def restore_initiative(principal: Principal, initiative: Initiative) -> Initiative:
    """Bring an archived initiative back."""
    return _set_archived(principal, initiative, "restore", None)


@transaction.atomic
def post_update(
    principal: Principal,
    initiative: Initiative,
    *,
    health: str,
    text: str,
    next_steps: str = "",
    in_the_way: str = "",
    told: Told | None = None,
) -> Update:
    """Return a person's word with the health they declare: what happened, what is next, what is in the way.

    Raises ValidationError({field: text}).
    """
    words = {"text": text, "next_steps": next_steps, "in_the_way": in_the_way}
    wrong = {name: whole_text(value, LONGEST_TEXT) for name, value in words.items()}
    errors = {name: f"This {problem}." for name, problem in wrong.items() if problem}
    if health not in Health.values:
        errors["health"] = f"Health is one of {', '.join(Health.values)}."
    if errors:
        raise ValidationError(errors)
    now, known = timezone.now(), told or Told()
    update = Update.objects.create(
        initiative=initiative,
        health=health,
        **words,
        changes=list(known.changes),
        since=known.since,
        computed_health=known.health,
        stale_at=stale_at(rhythm_of(initiative).every, now),
        author=principal.user,
    )
    after = {"health": health, **{name: value for name, value in words.items() if value or name == "text"}}
    record_audit(principal, "update", "initiative", initiative.key, after=after)
    note_due([initiative.pk], "update posted")
    return update


def _locked(initiative: Initiative) -> Initiative:
    return (
        Initiative.objects.select_for_update(of=("self",), no_key=True)
        .select_related("workspace", "owner")
        .get(pk=initiative.pk, workspace_id=initiative.workspace_id)
    )


def _save(initiative: Initiative, changed: list[str]) -> None:
    initiative.version += 1
    initiative.save(update_fields=[*changed, "version", "updated_at"])


def _keep_stage(
    principal: Principal, initiative: Initiative, at: datetime, note: str = "", reason: str = ""
) -> StageChange:
    return StageChange.objects.create(
        initiative=initiative,
        stage=initiative.stage,
        state=initiative.state,
        at=at,
        note=note,
        reason=reason,
        actor=principal.user,
    )


def _expect_sound_move(moment: datetime, note: str, reason: str) -> None:
    """Raise ValidationError({field: text}) for a moment that cannot be, a text that is too long, an unknown reason."""
    if timezone.is_naive(moment) or not EARLIEST <= moment <= timezone.now() + _FUTURE:
        raise ValidationError({"at": "A move has a time with a zone, from 1970 on, that is not in the future."})
    wrong = whole_text(note, LONGEST_TEXT)
    if wrong:
        raise ValidationError({"note": f"This {wrong}."})
    if reason and reason not in StopReason.values:
        raise ValidationError({"reason": f"A reason is one of {', '.join(StopReason.values)}."})


def _expect_same_move(kept: StageChange, asked: Initiative, reason: str) -> StageChange:
    """Return the move that is kept at that moment already. Raises ValidationError where it is another one."""
    if (kept.stage, kept.state) != (asked.stage, asked.state) or reason not in ("", kept.reason):
        raise ValidationError({"at": "Another move is kept at that very moment; which came first cannot be told."})
    return kept


def _stand(initiative: Initiative, move: StageMove | None) -> None:
    initiative.stage = move.stage if move else Stage.FRAMING
    initiative.state = move.state if move else State.ACTIVE


def _set_archived(principal: Principal, initiative: Initiative, action: str, at: datetime | None) -> Initiative:
    locked = _locked(initiative)
    if (locked.archived_at is None) == (at is None):
        return locked
    locked.archived_at = at
    _save(locked, ["archived_at"])
    record_audit(principal, action, "initiative", locked.key)
    note_due([locked.pk], action)
    return locked

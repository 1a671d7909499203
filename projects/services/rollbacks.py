"""Deeds with deployments: a canary becomes live, a version is taken back, and that is rehearsed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Deployment, Initiative, Rollback
from projects.selectors.production import BESIDE, before_it, champion_of
from projects.services.deployment_changes import keep_change, keep_rollback
from projects.services.due import note_due
from projects.services.run_rows import lock_source
from projects.services.texts import is_web_address, json_safe, whole_text

LONGEST_SECONDS: Final = 30 * 86_400
_FUTURE: Final = timedelta(minutes=5)
_COPIED: Final = ("workspace_id", "initiative_id", "environment", "version", "model_version_id", "run_id")
_TOLD: Final = ("image_digest", "endpoint", "commit")


@transaction.atomic
def promote_deployment(principal: Principal, deployment: Deployment, *, note: str = "") -> tuple[Deployment, str]:
    """Make a canary or shadow live in its environment from now on; return it and `updated` or `unchanged`.

    What was live there stays as it was, and is what a rollback goes back to. Raises ValidationError({field: text}).
    """
    _check(note=note)
    found = _locked(deployment)
    if found.state == Deployment.State.LIVE and found == champion_of(found.initiative, found.environment):
        return found, "unchanged"
    if found.state not in BESIDE:
        words = found.get_state_display().lower()
        raise ValidationError({"state": f"Only a canary or a shadow can be promoted; {found.version} is {words}."})
    now, before = timezone.now(), found.state
    found.state, found.at = Deployment.State.LIVE, now
    found.save(update_fields=["state", "at"])
    keep_change(principal, found, before, now, note)
    _told(principal, found, "promote", {"state": before}, {"state": found.state, "version": found.version}, note)
    return found, "updated"


@transaction.atomic
def roll_back(
    principal: Principal,
    deployment: Deployment,
    *,
    to: Deployment | None = None,
    seconds: int | None = None,
    link: str = "",
    note: str = "",
) -> Rollback:
    """Take a live version back and make the one before it live again, as a new arrival; return what is kept of it.

    `to` is another deployment that was live in that environment; `seconds` is how long it took. Once more changes
    nothing. Raises ValidationError({field: text}), also where there is nothing to go back to.
    """
    _check(seconds=seconds, link=link, note=note)
    found = _locked(deployment)
    if found.state == Deployment.State.ROLLED_BACK:
        kept = found.rollbacks_from.order_by("-at", "-id").first()
        if kept is not None:
            return kept
    if found.state != Deployment.State.LIVE or found != champion_of(found.initiative, found.environment):
        raise ValidationError({"state": f"Only what is live in {found.environment} can be taken back."})
    back = _target(found, to)
    now = timezone.now()
    found.state = Deployment.State.ROLLED_BACK
    found.save(update_fields=["state"])
    keep_change(principal, found, Deployment.State.LIVE, now, note)
    again = _again(back, now)
    keep_change(principal, again, "", now, note)
    kept = keep_rollback(principal, found, again, at=now, seconds=seconds, link=link, note=note)
    after = {"from": found.version, "to": again.version, "seconds": seconds, "link": link}
    _told(principal, found, "roll back", {"version": found.version}, after, note)
    return kept


@transaction.atomic
def record_rehearsal(
    principal: Principal,
    initiative: Initiative,
    *,
    environment: str,
    seconds: int,
    at: datetime | None = None,
    link: str = "",
    note: str = "",
) -> tuple[Rollback, str]:
    """Keep that going back was rehearsed in an environment and took so long; return it, and `created` or `unchanged`.

    A second one of the same environment and moment is the first. Raises ValidationError({field: text}).
    """
    _check(environment=environment, seconds=seconds, link=link, note=note, at=at)
    lock_source(initiative)
    if at is not None:
        old = initiative.rollbacks.filter(environment=environment, at=at, kind=Rollback.Kind.REHEARSAL).first()
        if old is not None:
            return old, "unchanged"
    made = Rollback.objects.create(
        initiative=initiative,
        environment=environment,
        kind=Rollback.Kind.REHEARSAL,
        at=at or timezone.now(),
        seconds=seconds,
        link=link,
        note=note,
        actor=principal.user,
    )
    after = json_safe({"environment": environment, "seconds": seconds, "at": made.at, "link": link})
    record_audit(principal, "rehearse", "deployment", f"{initiative.key} {environment}", after=after, reason=note[:200])
    note_due([initiative.pk], "rollback rehearsed")
    return made, "created"


def _locked(deployment: Deployment) -> Deployment:
    lock_source(deployment.initiative)
    return Deployment.objects.select_related("initiative").get(pk=deployment.pk)


def _target(found: Deployment, to: Deployment | None) -> Deployment:
    back = to or before_it(found)
    if back is None:
        raise ValidationError(
            {"to_deployment": f"No other version was live in {found.environment} before {found.version}."}
        )
    if back.environment != found.environment or back.version == found.version or back.state != Deployment.State.LIVE:
        raise ValidationError({"to_deployment": f"Name another version that was live in {found.environment}."})
    return back


def _again(back: Deployment, now: datetime) -> Deployment:
    """Return the same version arriving anew."""
    values: dict[str, Any] = {name: getattr(back, name) for name in (*_COPIED, *_TOLD)}
    return Deployment.objects.create(**values, state=Deployment.State.LIVE, at=now)


def _told(
    principal: Principal,
    deployment: Deployment,
    verb: str,
    before: dict[str, Any],
    after: dict[str, Any],
    note: str,
) -> None:
    key = f"{deployment.initiative.key} {deployment.environment}"
    record_audit(principal, verb, "deployment", key, before=before, after=after, reason=note[:200])
    note_due([deployment.initiative_id], "deployment recorded")


def _check(
    *,
    environment: str | None = None,
    seconds: Any = None,
    link: str = "",
    note: str = "",
    at: Any = None,
) -> None:
    texts = {"link": whole_text(link, 500), "note": whole_text(note, 2_000)}
    if environment is not None:
        texts["environment"] = whole_text(environment, 60, empty=False)
    errors = {name: f"This {wrong}." for name, wrong in texts.items() if wrong}
    if link and "link" not in errors and not is_web_address(link):
        errors["link"] = "A link begins with http:// or https://."
    if seconds is not None and (type(seconds) is not int or not 0 <= seconds <= LONGEST_SECONDS):
        errors["seconds"] = "Seconds are a whole number from 0 to 30 days."
    if at is not None and (not isinstance(at, datetime) or timezone.is_naive(at) or at > timezone.now() + _FUTURE):
        errors["at"] = "A rehearsal has a time with a zone that is not in the future."
    if errors:
        raise ValidationError(errors)

"""Stored secrets as a whole: which of them do not open, and sealing all of them with the newest key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from mltrack.accounts.access import system_principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models import Connection
from projects.models.secrets import SecretUnreadable, reseal, unseal

AT_ONCE: Final = 50

_FIELDS = ("sealed_secret", "sealed_webhook_secret")
_NONE = Q(**dict.fromkeys(_FIELDS, ""))


@dataclass(frozen=True)
class Rotated:
    """What a rotation did: secrets sealed anew, secrets that were so already, and names of those that do not open."""

    resealed: int = 0
    fresh: int = 0
    closed: tuple[str, ...] = ()

    def __add__(self, other: Rotated) -> Rotated:
        return Rotated(self.resealed + other.resealed, self.fresh + other.fresh, self.closed + other.closed)


def closed_secrets() -> list[str]:
    """Return the names of what holds a secret that does not open with the present keys."""
    held = Connection.objects.exclude(_NONE).select_related("workspace").order_by("workspace__key", "name")
    rows = held.iterator(chunk_size=AT_ONCE)
    return [_named(each) for each in rows if not all(map(opens, _sealed(each).values()))]


def rotate_secrets(at_once: int = AT_ONCE) -> Rotated:
    """Seal every stored secret with the newest key, in transactions of at most `at_once` rows.

    It may be ended and run again at any time: what the newest key has sealed already is left as it is, and so is
    what no key opens. Each transaction that changed something leaves one audit event in its workspace. Pulls go on:
    a lease is neither waited for nor broken.
    """
    done = Rotated()
    for workspace in Workspace.objects.order_by("pk"):
        last = 0
        while ids := _next(workspace, last, at_once):
            done += _rotate(workspace, ids)
            last = ids[-1]
    return done


def opens(sealed: str) -> bool:
    """Say whether one of the keys opens a sealed text."""
    try:
        unseal(sealed)
    except SecretUnreadable:
        return False
    return True


def sealed_with_newest(sealed: str) -> bool:
    """Say whether the first of the keys opens a sealed text."""
    try:
        Fernet(settings.MLTRACK_ENCRYPTION_KEYS[0]).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _next(workspace: Workspace, last: int, at_once: int) -> list[int]:
    held = Connection.objects.filter(workspace=workspace, pk__gt=last).exclude(_NONE)
    return list(held.order_by("pk").values_list("pk", flat=True)[:at_once])


@transaction.atomic
def _rotate(workspace: Workspace, ids: Sequence[int]) -> Rotated:
    done = Rotated()
    for held in Connection.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"):
        done += _rotated(held)
    if done.resealed:
        after = {"resealed": done.resealed, "closed": list(done.closed)}
        record_audit(system_principal(workspace), "rotate", "secrets", workspace.key, after=after)
    return done


def _rotated(held: Connection) -> Rotated:
    done, changes = Rotated(), {}
    for name, sealed in _sealed(held).items():
        if sealed_with_newest(sealed):
            done += Rotated(fresh=1)
            continue
        try:
            changes[name] = reseal(sealed)
        except SecretUnreadable:
            done += Rotated(closed=(_named(held),))
    if changes:
        Connection.objects.filter(pk=held.pk).update(**changes)
    return done + Rotated(resealed=len(changes))


def _sealed(held: Connection) -> dict[str, str]:
    """Return the sealed secrets that a connection has, by field."""
    return {name: sealed for name in _FIELDS if (sealed := getattr(held, name))}


def _named(held: Connection) -> str:
    return f"{held.workspace.key}: {held.name} ({held.public_id})"

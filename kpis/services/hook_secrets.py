"""The sealed addresses and secrets of webhooks as a whole: which do not open, and sealing all with the newest key."""

from __future__ import annotations

from collections import Counter
from typing import Final

from django.db import transaction

from kpis.models import Hook
from mltrack.accounts.access import system_principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models.secrets import SecretUnreadable, reseal, unseal
from projects.services.secrets import Rotated, sealed_with_newest

AT_ONCE: Final = 50
SEALED: Final = ("sealed_url", "sealed_secret", "sealed_old_secret")


def closed_hooks() -> list[str]:
    """Return the names of webhooks with an address or a secret that does not open with the present keys."""
    held = Hook.objects.select_related("workspace").order_by("pk").iterator(chunk_size=AT_ONCE)
    return [_named(each) for each in held if not _opens(each)]


def rotate_hook_secrets(at_once: int = AT_ONCE) -> Rotated:
    """Seal all of them with the newest key, in transactions of at most `at_once` webhooks; it may run again."""
    done, last = Rotated(), 0
    while ids := list(Hook.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:at_once]):
        done += _rotate(ids)
        last = ids[-1]
    return done


@transaction.atomic
def _rotate(ids: list[int]) -> Rotated:
    done, resealed = Rotated(), Counter[Workspace]()
    rows = Hook.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    for hook in rows.filter(pk__in=ids).order_by("pk"):
        held = {name: sealed for name in SEALED if (sealed := getattr(hook, name))}
        old = {name: sealed for name, sealed in held.items() if not sealed_with_newest(sealed)}
        done += Rotated(fresh=len(held) - len(old))
        try:
            for name, sealed in old.items():
                setattr(hook, name, reseal(sealed))
        except SecretUnreadable:
            done += Rotated(closed=(_named(hook),))
            continue
        if old:
            hook.save(update_fields=list(old))
            resealed[hook.workspace] += len(old)
    for workspace, count in resealed.items():
        done += Rotated(resealed=count)
        record_audit(
            system_principal(workspace), "rotate", "secrets", workspace.key, after={"resealed_webhooks": count}
        )
    return done


def _opens(hook: Hook) -> bool:
    try:
        for name in SEALED:
            unseal(getattr(hook, name))
    except SecretUnreadable:
        return False
    return True


def _named(hook: Hook) -> str:
    return f"{hook.workspace.key}: webhook {hook.name} ({hook.public_id})"

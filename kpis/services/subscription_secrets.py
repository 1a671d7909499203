"""The sealed addresses of channels as a whole: which do not open, and sealing all with the newest key."""

from __future__ import annotations

from collections import Counter
from typing import Final

from django.db import transaction

from kpis.models import Subscription
from mltrack.accounts.access import system_principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models.secrets import SecretUnreadable, reseal, unseal
from projects.services.secrets import Rotated, sealed_with_newest

AT_ONCE: Final = 50


def closed_webhooks() -> list[str]:
    """Return the names of subscriptions whose address does not open with the present keys."""
    held = Subscription.objects.exclude(sealed_secret="").select_related("workspace").order_by("pk")
    return [_named(each) for each in held.iterator(chunk_size=AT_ONCE) if not _opens(each)]


def rotate_webhooks(at_once: int = AT_ONCE) -> Rotated:
    """Seal every address with the newest key, in transactions of at most `at_once` rows; it may run again."""
    done, last = Rotated(), 0
    held = Subscription.objects.exclude(sealed_secret="").order_by("pk")
    while ids := list(held.filter(pk__gt=last).values_list("pk", flat=True)[:at_once]):
        done += _rotate(ids)
        last = ids[-1]
    return done


@transaction.atomic
def _rotate(ids: list[int]) -> Rotated:
    done, resealed = Rotated(), Counter[Workspace]()
    rows = Subscription.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    for row in rows.filter(pk__in=ids).order_by("pk"):
        if sealed_with_newest(row.sealed_secret):
            done += Rotated(fresh=1)
            continue
        try:
            row.sealed_secret = reseal(row.sealed_secret)
        except SecretUnreadable:
            done += Rotated(closed=(_named(row),))
            continue
        row.save(update_fields=["sealed_secret"])
        resealed[row.workspace] += 1
    for workspace, count in resealed.items():
        done += Rotated(resealed=count)
        after = {"resealed_channels": count}
        record_audit(system_principal(workspace), "rotate", "secrets", workspace.key, after=after)
    return done


def _opens(row: Subscription) -> bool:
    try:
        unseal(row.sealed_secret)
    except SecretUnreadable:
        return False
    return True


def _named(row: Subscription) -> str:
    return f"{row.workspace.key}: {row.channel} {row.host} ({row.public_id})"

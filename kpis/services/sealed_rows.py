"""A table with sealed texts as a whole: which rows do not open, and sealing all with the newest key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from kpis.models import Hook, Subscription
from mltrack.accounts.access import system_principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models.secrets import SecretUnreadable, reseal
from projects.services.secrets import AT_ONCE, Rotated, opens, sealed_with_newest

Sealed = TypeVar("Sealed", Hook, Subscription)


@dataclass(frozen=True, slots=True)
class SealedRows(Generic[Sealed]):
    """The rows of a table: their `fields` that are sealed, what the audit trail calls them, and how a row is named."""

    model: type[Sealed]
    fields: Sequence[str]
    noun: str
    named: Callable[[Sealed], str]

    def closed(self) -> list[str]:
        """Return the names of rows with a text that does not open with the present keys."""
        rows = self._held().select_related("workspace").iterator(chunk_size=AT_ONCE)
        return [self._name(each) for each in rows if not all(map(opens, self._sealed(each).values()))]

    def rotate(self, at_once: int) -> Rotated:
        """Seal all of them with the newest key, in transactions of at most `at_once` rows; it may run again."""
        done, last = Rotated(), 0
        while ids := list(self._held().filter(pk__gt=last).values_list("pk", flat=True)[:at_once]):
            done += self._rotate(ids)
            last = ids[-1]
        return done

    @transaction.atomic
    def _rotate(self, ids: Sequence[int]) -> Rotated:
        done, resealed = Rotated(), Counter[Workspace]()
        rows = self.model.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
        for row in rows.filter(pk__in=ids).order_by("pk"):
            held = self._sealed(row)
            old = {name: sealed for name, sealed in held.items() if not sealed_with_newest(sealed)}
            done += Rotated(fresh=len(held) - len(old))
            try:
                for name, sealed in old.items():
                    setattr(row, name, reseal(sealed))
            except SecretUnreadable:
                done += Rotated(closed=(self._name(row),))
                continue
            if old:
                row.save(update_fields=list(old))
                resealed[row.workspace] += len(old)
        for workspace, count in resealed.items():
            done += Rotated(resealed=count)
            after = {f"resealed_{self.noun}": count}
            record_audit(system_principal(workspace), "rotate", "secrets", workspace.key, after=after)
        return done

    def _held(self) -> QuerySet[Sealed]:
        return self.model.objects.exclude(Q(**dict.fromkeys(self.fields, ""))).order_by("pk")

    def _sealed(self, row: Sealed) -> dict[str, str]:
        return {name: sealed for name in self.fields if (sealed := getattr(row, name))}

    def _name(self, row: Sealed) -> str:
        return f"{row.workspace.key}: {self.named(row)} ({row.public_id})"

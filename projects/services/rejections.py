"""What a pull could not store, kept for the connection's owner: the reason in words, while it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from projects.connectors.records import RejectedRecord as Rejected
from projects.models import Connection, RejectedRecord
from projects.services.outcomes import Outcome

_LONGEST_REASON = 2_000
MOST_REJECTED = 1_000
"""So many rejected records are kept of a connection, the newest."""


def reasons_of(rejected: Iterable[Rejected], outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the reasons by external id: the connector's, and the database's."""
    reasons: dict[str, list[str]] = {}
    for each in rejected:
        reasons.setdefault(each.external_id[:300], []).append(each.reason)
    for outcome in outcomes:
        for fault in outcome.errors:
            reasons.setdefault(outcome.external_id[:300], []).append(fault.detail)
    return {
        key.replace("\x00", "\ufffd"): " ".join(dict.fromkeys(texts)).replace("\x00", "\ufffd")[:_LONGEST_REASON]
        for key, texts in reasons.items()
    }


def note_rejected(connection: Connection, reasons: Mapping[str, str], seen: Sequence[str]) -> int:
    """Keep the rejected list true: add and change what is rejected, drop what is whole now; return the writes."""
    known = dict(
        RejectedRecord.objects.filter(connection=connection, external_id__in=[*reasons, *seen]).values_list(
            "external_id", "reason"
        )
    )
    fresh = {key: reason for key, reason in reasons.items() if known.get(key) != reason}
    RejectedRecord.objects.bulk_create(
        [RejectedRecord(connection=connection, external_id=key, reason=reason) for key, reason in fresh.items()],
        update_conflicts=True,
        unique_fields=["connection", "external_id"],
        update_fields=["reason", "last_seen"],
    )
    mended = [key for key in known if key not in reasons]
    if mended:
        RejectedRecord.objects.filter(connection=connection, external_id__in=mended).delete()
    if fresh:
        _drop_oldest(connection)
    return len(fresh) + len(mended)


def _drop_oldest(connection: Connection) -> None:
    newest = RejectedRecord.objects.filter(connection=connection).order_by("-last_seen", "-id")
    RejectedRecord.objects.filter(pk__in=newest.values("pk")[MOST_REJECTED:]).delete()


def forget_rejected(connection: Connection, stem: str) -> None:
    """Drop what is rejected under ids that begin with a stem: nobody brings it any more."""
    RejectedRecord.objects.filter(connection=connection, external_id__startswith=stem).delete()

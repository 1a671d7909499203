"""One page of a pull, stored: what the pull loop calls `write` for connections that bring runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from projects.connectors.records import Page
from projects.connectors.records import RejectedRecord as Rejected
from projects.models import Connection, RejectedRecord
from projects.services.evaluation_files import hold_initiatives, record_files
from projects.services.model_versions import record_model_versions
from projects.services.outcomes import Outcome
from projects.services.recording import mark_deleted, record_runs

_LONGEST_REASON = 2_000
MOST_REJECTED = 1_000
"""So many rejected records are kept of a connection, the newest."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a page brought. `rows` were created, changed or marked; `changed` says whether anything was written."""

    rows: int
    rejected: int
    changed: bool


def record_page(connection: Connection, page: Page) -> Stored:
    """Store one page in the caller's transaction: runs, deleted ids, registry, evaluations, and what was rejected."""
    if page.evaluations:
        hold_initiatives(connection)
    outcomes = record_runs(connection, page.records, replace=True) if page.records else []
    marked = mark_deleted(connection, page.deleted_ids) if page.deleted_ids else 0
    if page.model_versions is not None:
        outcomes += record_model_versions(connection, page.model_versions)
    outcomes += record_files(connection, page.evaluations)
    rows = marked + sum(each.state in ("created", "updated") for each in outcomes)
    reasons = _reasons(page.rejected, outcomes)
    noted = _note_rejected(connection, reasons, [each.external_id for each in outcomes])
    return Stored(rows, len(reasons), bool(rows or noted))


def _reasons(rejected: Iterable[Rejected], outcomes: Iterable[Outcome]) -> dict[str, str]:
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


def _note_rejected(connection: Connection, reasons: dict[str, str], seen: list[str]) -> int:
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

"""One page of a pull, stored: what the pull loop calls `write` for connections that bring runs."""

from __future__ import annotations

from dataclasses import dataclass

from projects.connectors.records import Page
from projects.models import Connection
from projects.services.evaluation_files import hold_initiatives, record_files
from projects.services.model_versions import record_model_versions
from projects.services.recording import mark_deleted, record_runs
from projects.services.rejections import note_rejected, reasons_of


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
    reasons = reasons_of(page.rejected, outcomes)
    noted = note_rejected(connection, reasons, [each.external_id for each in outcomes])
    return Stored(rows, len(reasons), bool(rows or noted))

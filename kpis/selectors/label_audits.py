"""An initiative's label audits: the newest closed one as judged, the open one, and how all of them stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kpis.scoring.labeling.audit_result import AuditResult, measured
from kpis.selectors.paths import label_audit_path
from projects.models import AuditedTask, AuditState, Initiative, LabelAudit
from projects.progress.labeling.audit_cells import AuditCell
from projects.selectors.label_audits import audit_list, audited_tasks

MOST_LISTED: Final = 50
NEXT: Final = 20
"""Tasks that the form of an audit shows at once."""


def newest_audit(initiative: Initiative) -> AuditResult | None:
    """Return the audit that was closed last, None without one, in one query."""
    found = audit_list(initiative, {"state": AuditState.CLOSED}).order_by("-closed_at", "-id").first()
    return None if found is None else result_of(found)


def open_audit(initiative: Initiative) -> LabelAudit | None:
    """Return the audit that still takes labels, None without one, in one query."""
    return audit_list(initiative, {"state": AuditState.OPEN}).first()


def result_of(audit: LabelAudit) -> AuditResult | None:
    """Return what an audit says, None unless it is closed; no query for one of `audit_list`."""
    if audit.state != AuditState.CLOSED or audit.closed_at is None:
        return None
    about = AuditResult(
        id=audit.public_id,
        url=label_audit_path(audit.initiative.workspace, audit.initiative.key, audit.public_id),
        drawn_at=audit.drawn_at,
        closed_at=audit.closed_at,
        labels_digest=audit.labels_digest,
        seed=audit.seed,
        kind=audit.kind,
        wanted=audit.wanted,
        drawn=audit.drawn,
        relabeled=audit.relabeled,
    )
    return measured(about, [AuditCell(*each) for each in audit.cells])


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An audit in a list, with its result where it is closed."""

    audit: LabelAudit
    result: AuditResult | None


def recent_audits(initiative: Initiative) -> list[AuditRow]:
    """Return the newest fifty audits with their results, in one query."""
    return [AuditRow(each, result_of(each)) for each in audit_list(initiative, {}).order_by("-pk")[:MOST_LISTED]]


def classes_to_choose(audit: LabelAudit) -> list[str]:
    """Return the classes that labels had at drawing, by name."""
    return sorted({label for _stratum, label, _size, _n, _errors in audit.cells})


def next_tasks(audit: LabelAudit) -> list[AuditedTask]:
    """Return the tasks that are to be labeled again next, in order, in one query."""
    return list(audited_tasks(audit).filter(relabel__isnull=True)[:NEXT])

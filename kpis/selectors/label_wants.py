"""What is wanted of an initiative's labels, and what audits say of them: rows of three tables in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from kpis.models import LabelQuota, Target
from kpis.scoring.labeling.audit_result import AuditResult
from kpis.selectors.label_audits import result_of
from mltrack.rows import columns_of, next_or_none
from projects.models import Initiative, LabelAudit

# Nothing joins to anything: each row is a quota, an audit or a target.
_WANTS: Final = f"""
SELECT {columns_of(LabelQuota, "quota")}, {columns_of(LabelAudit, "audit")}, {columns_of(Target, "target")}
FROM (SELECT * FROM kpis_labelquota WHERE initiative_id = %(id)s AND valid_to IS NULL AND wanted > 0) quota
FULL JOIN (
    SELECT * FROM projects_labelaudit WHERE initiative_id = %(id)s AND (state = 'open' OR id = (
        SELECT id FROM projects_labelaudit WHERE initiative_id = %(id)s AND state = 'closed'
        ORDER BY closed_at DESC, id DESC LIMIT 1))
) audit ON false
FULL JOIN (
    SELECT * FROM kpis_target
    WHERE initiative_id = %(id)s AND metric = 'accuracy' AND slice = '' AND state IN ('active', 'proposed')
) target ON false
ORDER BY quota.class_name, target.id
"""  # noqa: S608  (columns of models; the values are parameters)


@dataclass(frozen=True, slots=True)
class LabelWants:
    """Quotas in force by class, the label audit that was closed last, the open one, and targets on all accuracy."""

    quotas: Sequence[LabelQuota] = ()
    audit: AuditResult | None = None
    open: LabelAudit | None = None
    targets: Sequence[Target] = ()


def label_wants(initiative: Initiative) -> LabelWants:
    """Read them in one query; a quota that wants nothing is none, and of targets those in force or proposed count."""
    quotas, audits, targets = [], [], []
    with connection.cursor() as cursor:
        cursor.execute(_WANTS, {"id": initiative.pk})
        for row in cursor.fetchall():
            values = iter(row)
            quota, audit = next_or_none(LabelQuota, values), next_or_none(LabelAudit, values)
            target = next_or_none(Target, values)
            quotas += [quota] if quota else []
            audits += [audit] if audit else []
            targets += [target] if target else []
    for each in audits:
        each.initiative = initiative
    closed = next((each for each in audits if not each.is_open), None)
    present = next((each for each in audits if each.is_open), None)
    return LabelWants(quotas, result_of(closed) if closed else None, present, targets)

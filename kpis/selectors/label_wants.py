"""What is wanted of an initiative's labels, and what audits say of them: rows of three tables in one query."""

from __future__ import annotations

from collections import defaultdict
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
FROM (SELECT * FROM kpis_labelquota WHERE initiative_id = ANY(%(ids)s) AND valid_to IS NULL AND wanted > 0) quota
FULL JOIN (
    (SELECT * FROM projects_labelaudit WHERE initiative_id = ANY(%(ids)s) AND state = 'open')
    UNION ALL
    (SELECT DISTINCT ON (initiative_id) * FROM projects_labelaudit
        WHERE initiative_id = ANY(%(ids)s) AND state = 'closed' ORDER BY initiative_id, closed_at DESC, id DESC)
) audit ON false
FULL JOIN (
    SELECT * FROM kpis_target
    WHERE initiative_id = ANY(%(ids)s) AND metric = 'accuracy' AND slice = '' AND state IN ('active', 'proposed')
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


def label_wants(initiatives: Sequence[Initiative]) -> dict[int, LabelWants]:
    """Read them by initiative in one query; a quota that wants nothing is none, targets are in force or proposed."""
    by_key = {each.pk: each for each in initiatives}
    quotas: defaultdict[int, list[LabelQuota]] = defaultdict(list)
    audits: defaultdict[int, list[LabelAudit]] = defaultdict(list)
    targets: defaultdict[int, list[Target]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_WANTS, {"ids": list(by_key)})
        for row in cursor.fetchall():
            values = iter(row)
            if (quota := next_or_none(LabelQuota, values)) is not None:
                quotas[quota.initiative_id].append(quota)
            if (audit := next_or_none(LabelAudit, values)) is not None:
                audit.initiative = by_key[audit.initiative_id]
                audits[audit.initiative_id].append(audit)
            if (target := next_or_none(Target, values)) is not None:
                targets[target.initiative_id].append(target)
    return {key: _wants(quotas[key], audits[key], targets[key]) for key in by_key}


def _wants(quotas: Sequence[LabelQuota], audits: Sequence[LabelAudit], targets: Sequence[Target]) -> LabelWants:
    closed = next((each for each in audits if not each.is_open), None)
    present = next((each for each in audits if each.is_open), None)
    return LabelWants(quotas, result_of(closed) if closed else None, present, targets)

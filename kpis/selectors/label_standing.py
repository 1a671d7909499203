"""How an initiative's labels stand, and whether that may have changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from kpis.scoring.labeling.audit_result import newer_labels
from kpis.scoring.labeling.standing import LabelStanding, agreement_standing
from kpis.scoring.labeling.summary import quotas_of
from kpis.selectors.labeling import labeling_facts
from kpis.selectors.paths import labeling_path
from projects.models import Initiative
from projects.progress.labeling.streams import merged_counts

# Sums, counts of tools, snapshots, quotas and audits, each by what moves with it. Nothing where none of them has a row.
_MARKS = """
SELECT kept.mark, kept.at, md5(nullif(concat_ws(' ',
    (SELECT sum(hashtextextended(concat_ws('|', t.project_id, t.kind, t.batch, t.day, t.digest, t.n), 0))
        FROM projects_labelingtally t JOIN projects_labelingproject p ON p.id = t.project_id
        WHERE p.initiative_id = %(initiative)s AND p.state = 'active'),
    (SELECT sum(hashtextextended(concat_ws('|', id, state, total, labeled), 0))
        FROM projects_labelingproject WHERE initiative_id = %(initiative)s),
    (SELECT max(recorded_at) FROM projects_labelingsnapshot WHERE initiative_id = %(initiative)s),
    (SELECT max(id) FROM kpis_labelquota WHERE initiative_id = %(initiative)s),
    (SELECT max(closed_at) FROM projects_labelaudit WHERE initiative_id = %(initiative)s)), ''))
FROM (SELECT) one LEFT JOIN kpis_labelstanding kept ON kept.initiative_id = %(initiative)s
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """What differs whenever the standing may: as it was kept, and as it is now; "" where nothing is known of labels."""

    kept: str
    kept_at: datetime | None
    now: str


def label_marks(initiative: Initiative) -> Marks:
    """Return both marks in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, {"initiative": initiative.pk})
        kept, at, now = cursor.fetchone()
    return Marks(kept or "", at, now or "")


def label_standing(initiative: Initiative, now: datetime) -> LabelStanding:
    """Return how labels stand, in four queries."""
    facts = labeling_facts(initiative, now)
    counts, audit = merged_counts(facts.streams), facts.audit
    return LabelStanding(
        at=now,
        url=labeling_path(initiative),
        labeled=counts.labeled if counts else 0,
        quotas=quotas_of(facts, counts).quotas,
        agreement=agreement_standing(facts.patterns),
        audit=audit,
        newer=newer_labels(audit, counts.per_class) if audit and counts else 0,
    )

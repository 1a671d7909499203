"""Keeping how labels stand, for the judgement. The only writer of label standings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kpis.models import LabelStanding
from kpis.scoring.labeling.standing import standing_document
from kpis.selectors.label_standing import label_marks, label_standing
from projects.models import Initiative

FRESH: Final = timedelta(days=30)
"""How long a standing holds while nothing changes; counted again, it is known to be true today."""


def keep_label_standing(initiative: Initiative, now: datetime) -> None:
    """Count and resample anew where labels or quotas have changed, or a month has passed.

    The caller holds the initiative's row.
    """
    marks = label_marks(initiative)
    if marks.kept == marks.now and (marks.kept_at is None or marks.kept_at > now - FRESH):
        return
    if not marks.now:
        LabelStanding.objects.filter(initiative=initiative).delete()
        return
    document = standing_document(label_standing(initiative, now))
    values = {"at": now, "mark": marks.now, "document": document}
    LabelStanding.objects.update_or_create(initiative=initiative, defaults=values)

"""What a labeling lead is told of single annotators. Nothing else may read this."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from kpis.scoring.labeling.gold import AnnotatorFacts, AnnotatorFigure, annotator_figures
from mltrack.accounts.access import Principal, require
from mltrack.accounts.policy import Power
from projects.models import AnnotatorFigures, Initiative, LabelingState, LabelingTally, TallyKind
from projects.progress.evaluations.confusion import confusion_from

# Of each annotator and task the newest answer, in the order of `ratings_of`.
_TASKS = """
SELECT project_id, number, project, count(*)
FROM (
  SELECT DISTINCT ON (a.task_id, a.annotator_id)
    n.project_id, n.number, coalesce(nullif(p.name, ''), p.external_id) AS project, a.label
  FROM projects_annotation a
  JOIN projects_labeltask t ON t.id = a.task_id
  JOIN projects_annotator n ON n.id = a.annotator_id
  JOIN projects_labelingproject p ON p.id = t.project_id
  WHERE p.initiative_id = %s AND p.state = 'active' AND t.deleted_at IS NULL
  ORDER BY a.task_id, a.annotator_id, a.time DESC, (a.label IS NOT NULL) DESC, a.label COLLATE "C" DESC
) newest
WHERE label IS NOT NULL GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class AnnotatorPage:
    """Figures by annotator, none while they are off; `too_few` annotators labeled fewer than five tasks."""

    on: bool
    figures: Sequence[AnnotatorFigure] = ()
    too_few: int = 0


def annotator_page(principal: Principal, initiative: Initiative) -> AnnotatorPage:
    """Return the figures, in three queries. Raises PermissionDenied for everybody but a labeling lead."""
    require(principal, Power.SEE_ANNOTATORS)
    if not AnnotatorFigures.objects.filter(initiative=initiative).exists():
        return AnnotatorPage(on=False)
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, [initiative.pk])
        facts = [AnnotatorFacts((project, number), name, n) for project, number, name, n in cursor.fetchall()]
    gold: defaultdict[tuple[int, int], Counter[tuple[str, str]]] = defaultdict(Counter)
    pairs: defaultdict[tuple[int, int, int], Counter[tuple[str, str]]] = defaultdict(Counter)
    rows = LabelingTally.objects.filter(
        project__initiative=initiative,
        project__state=LabelingState.ACTIVE,
        kind__in=(TallyKind.GOLD, TallyKind.PAIR),
    )
    for project, kind, key, n in rows.values_list("project_id", "kind", "key", "n"):
        if kind == TallyKind.GOLD:
            gold[project, key[0]][key[1], key[2]] += n
        else:
            pairs[project, key[0], key[1]][key[2], key[3]] += n
    figures, too_few = annotator_figures(
        facts,
        {place: confusion_from(cells) for place, cells in gold.items()},
        {place: confusion_from(cells) for place, cells in pairs.items()},
    )
    return AnnotatorPage(True, figures, too_few)

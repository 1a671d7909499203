"""200,000 annotations of 20,000 tasks by 12 annotators in the database: what a change of twenty costs, and the page.

All are pushed in batches as CI does. Afterwards twenty annotators change their minds; the sums that the database keeps
are compared with those counted again from all annotations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.labeling import CHANGED, TASKS, made_up, timed
from benchmarks.results import Result
from benchmarks.sizes import Size
from kpis.selectors.labeling import labeling_facts
from kpis.selectors.labeling_page import labeling_page
from kpis.services.label_standings import keep_label_standing
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.progress.labeling.annotations import Annotation, ratings_of, task_patterns
from projects.progress.labeling.patterns import patterns_of
from projects.services.annotation_pushes import record_annotations
from tests.factories import make_initiative, make_workspace

BATCH: Final = 10_000
MOST_QUERIES: Final = 12
SHARE: Final = 0.05


def measure(size: Size) -> list[Result]:
    """Return the times of all annotations and of a change, whether the sums are right, and what the page costs."""
    owner = make_workspace()
    initiative = make_initiative(owner)
    given = made_up(TASKS.get(size.name, 20_000))
    whole, _ = timed(lambda: push(owner, initiative, given))
    changed = [
        Annotation(each.task, each.annotator, "e", each.time + timedelta(days=1))
        for each in given[:: len(given) // CHANGED]
    ][:CHANGED]
    step, _ = timed(lambda: push(owner, initiative, changed))
    counted = patterns_of(task_patterns(ratings_of([*given, *changed])).values())
    kept = labeling_facts(initiative, timezone.now()).patterns
    judged, _ = timed(lambda: keep_label_standing(initiative, timezone.now()))
    again, _ = timed(lambda: keep_label_standing(initiative, timezone.now()))
    with CaptureQueriesContext(connection) as captured:
        page, _ = timed(lambda: labeling_page(initiative, timezone.now()))
    about = f"{len(given):,} annotations"
    return [
        Result("annotations", f"{about} pushed in batches", f"{len(given) / whole * 1000:,.0f}/s", "", None),
        Result(
            "annotations",
            f"{CHANGED} of them change",
            f"{step:.0f} ms",
            f"all {whole / 1000:.1f} s",
            step / whole,
            SHARE if size.name != "tiny" else None,
        ),
        Result("annotations", "sums that count otherwise", str(int(counted != kept)), "", counted != kept, 0),
        Result("annotations", "labels judged anew", f"{judged:.0f} ms", f"unchanged {again:.0f} ms", None),
        Result("annotations", "labeling tab", f"{page:.0f} ms", "", None),
        Result("annotations", "labeling tab, queries", str(len(captured)), "", len(captured), MOST_QUERIES),
    ]


def push(owner: Principal, initiative: Initiative, given: Sequence[Annotation]) -> None:
    """Record annotations as they are sent by REST, up to 10,000 at once."""
    for start in range(0, len(given), BATCH):
        record_annotations(owner, initiative, list(sent(given[start : start + BATCH])), sent=b"")


def sent(given: Sequence[Annotation]) -> Iterator[dict[str, Any]]:
    """Yield annotations as parsed JSON."""
    for each in given:
        yield {"task": each.task, "annotator": each.annotator, "label": each.label, "time": each.time.isoformat()}

"""What the labeling tab shows: the summary, and beside it projects, batches, classes and the most disputed tasks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kpis.models import LabelQuota
from kpis.scoring.labeling.decisions import LabelDecision, alpha_bounds
from kpis.scoring.labeling.label_error import LabelError
from kpis.scoring.labeling.over_time import Period, agreement_over_time
from kpis.scoring.labeling.shortfall import rate_says
from kpis.scoring.labeling.summary import LabelingSummary, summary_of
from kpis.scoring.proportions import Interval
from kpis.scoring.wording import counted, listed
from kpis.selectors.ceilings import cautions_of
from kpis.selectors.label_datasets import DatasetLabels, dataset_labels, places_of, ties_in
from kpis.selectors.labeling import LabelingRows, facts_of, labeling_rows
from projects.models import BatchDataset, DatasetVersion, Initiative, LabelAudit, LabelingProject, LabelTask
from projects.progress.labeling.burnup import Burnup
from projects.progress.labeling.counts import LabelingCounts, merge_labeling
from projects.progress.labeling.disagreement import Mixed, mixed_up

MOST_DISPUTED: Final = 10
MOST_MIXED: Final = 10
MOST_ROWS: Final = 60
NO_BATCH: Final = ""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class: labeled tasks of it, their share of those with a class, and its quota where there is one.

    `right` says whether right labels meet the quota, None without one; `error` is that of the class, as audited.
    """

    name: str
    have: int
    share: float | None
    quota: LabelQuota | None
    missing: int
    right: LabelDecision | None = None
    error: LabelError | None = None

    @property
    def least_right(self) -> int:
        """How many of its labels are right at least, by the upper bound of the error; 0 where nobody looked."""
        return math.floor(self.have * (1 - self.error.high)) if self.error else 0


@dataclass(frozen=True, slots=True)
class DisputedTask:
    """A task whose labels differ, with how often each was given; `url` leads to it in its tool, "" without one."""

    task: LabelTask
    labels: str

    @property
    def url(self) -> str:
        """Where it is seen."""
        return self.task.url


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch of all labeling projects, the dataset versions that its tasks are of, and names of none that is known."""

    name: str
    counts: LabelingCounts
    versions: Sequence[DatasetVersion]
    unknown: Sequence[str]


@dataclass(frozen=True, slots=True)
class LabelingPage:
    """All of the tab. `batches` are empty where all tasks are of one.

    `places` are the batches of each project, `(value, name)`, of which one is chosen to be of one of `versions`.
    `audit` is the label audit that is open, `cautions` name the targets above the ceiling.
    """

    summary: LabelingSummary
    says: str
    projects: Sequence[LabelingProject]
    batches: Sequence[BatchRow]
    classes: Sequence[ClassRow]
    disputed: Sequence[DisputedTask]
    mixed: Sequence[Mixed]
    bounds: Interval | None
    caption: str
    rows: Sequence[tuple[str, int, int]]
    audit: LabelAudit | None
    cautions: Sequence[str]
    periods: Sequence[tuple[str, int, str, str]] = ()
    periods_say: str = ""
    datasets: Sequence[DatasetLabels] = ()
    places: Sequence[tuple[str, str]] = ()
    versions: Sequence[DatasetVersion] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is known of labels yet."""
        return self.summary.counts is None


def labeling_page(initiative: Initiative, now: datetime, *, offer: bool = False) -> LabelingPage:
    """Return all of the tab, in six queries; with `offer` also the dataset versions that a batch may be of."""
    rows = labeling_rows(initiative)
    ties, versions = ties_in(initiative, rows.sums, offer=offer and bool(rows.sums))
    facts = facts_of(initiative, rows, now)
    summary = summary_of(facts)
    periods = agreement_over_time(facts.weeks) if summary.agreement and summary.agreement.tasks else []
    return LabelingPage(
        summary=summary,
        says=rate_says(summary.forecast) if summary.forecast else f"There is {summary.reason}.",
        projects=[each for each in rows.projects if each.connection is not None],
        batches=_batches(rows, ties),
        classes=_classes(summary, rows.wants.quotas),
        disputed=_disputed(initiative) if summary.agreement and summary.agreement.disputed else (),
        mixed=mixed_up(facts.patterns)[:MOST_MIXED],
        bounds=alpha_bounds(summary.agreement) if summary.agreement else None,
        caption=caption_of(summary),
        rows=_points(summary.burnup),
        audit=rows.wants.open,
        cautions=cautions_of(rows.wants.targets, summary.ceiling),
        periods=[_period(each) for each in reversed(periods)],
        periods_say=periods_say(periods),
        datasets=dataset_labels(ties, rows.sums),
        places=places_of(rows),
        versions=versions,
    )


def caption_of(summary: LabelingSummary) -> str:
    """Return the burn-up in a sentence, changes of scope included."""
    counts, changes = summary.counts, summary.burnup.scope_changes
    if counts is None:
        return "No labels yet."
    parts = [f"{counts.labeled:,} of {counted(counts.total, 'task')} labeled"]
    if changes:
        net = sum(each.added for each in changes)
        last = changes[-1].day
        parts.append(f"the scope changed on {counted(len(changes), 'day')}, by {net:+,} in all, last on {last}")
    if summary.burnup.taken_back:
        parts.append(f"{counted(summary.burnup.taken_back, 'label')} taken back since the most there ever were")
    return "; ".join(parts) + "."


def periods_say(periods: Sequence[Period]) -> str:
    """Return agreement over time in a sentence: the newest alpha, and the periods without one with the reason."""
    told = [each for each in periods if each.value is not None]
    parts = [f"alpha {told[-1].value:.2f} in {told[-1].name}"] if told else []
    silent = Counter(each.words for each in periods if each.value is None)
    unit = "month" if any(each.is_month for each in periods) else "week"
    parts += [f"{counted(n, unit)} {words}" for words, n in sorted(silent.items())]
    return "; ".join(parts) + "." if parts else ""


def _period(each: Period) -> tuple[str, int, str, str]:
    """Return name, tasks, alpha or why there is none, and its bounds."""
    bounds = "" if each.bounds is None else f"{each.bounds.low:.2f} to {each.bounds.high:.2f}"
    return each.name, each.tasks, each.words if each.value is None else f"{each.value:.2f}", bounds


def _points(burnup: Burnup) -> list[tuple[str, int, int]]:
    """Return the days on which something changed, newest first."""
    changed, before = [], None
    for each in burnup.points:
        if (each.total, each.labeled) != before:
            changed.append((each.day.isoformat(), each.labeled, each.total))
        before = (each.total, each.labeled)
    return changed[: -MOST_ROWS - 1 : -1]


def _batches(rows: LabelingRows, ties: Sequence[BatchDataset]) -> list[BatchRow]:
    names = sorted({name for each in rows.sums.values() for name in each.batches})
    if names in ([], [NO_BATCH]):
        return []
    return [
        BatchRow(
            name,
            merge_labeling(each.batches[name].counts for each in rows.sums.values() if name in each.batches),
            list(dict.fromkeys(each.dataset for each in ties if each.batch == name and each.dataset is not None)),
            sorted({each.named for each in ties if each.batch == name and each.dataset is None and each.named}),
        )
        for name in names
    ]


def _classes(summary: LabelingSummary, quotas: Sequence[LabelQuota]) -> list[ClassRow]:
    have = dict(summary.counts.per_class) if summary.counts else {}
    wanted = {each.class_name: each for each in quotas}
    missing = {each.name: each.missing for each in summary.quotas.quotas}
    whole = sum(have.values())
    right, errors = summary.right_quotas.classes, summary.audit.classes if summary.audit else {}
    rows = ((name, have.get(name, 0)) for name in sorted({*have, *wanted}))
    return [
        ClassRow(
            name=name,
            have=n,
            share=n / whole if whole else None,
            quota=wanted.get(name),
            missing=missing.get(name, 0),
            right=right.get(name),
            error=errors.get(name),
        )
        for name, n in rows
    ]


def _disputed(initiative: Initiative) -> list[DisputedTask]:
    """Return the tasks with most disagreement; who gave which label is not told."""
    tasks = LabelTask.objects.filter(
        project__initiative=initiative, project__state="active", disagreement__gt=0, deleted_at__isnull=True
    )
    return [
        DisputedTask(each, listed([f"{label} ×{times}" for label, times in each.labels]))
        for each in tasks.order_by("-disagreement", "external_id")[:MOST_DISPUTED]
    ]

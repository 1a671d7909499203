"""What is known of an initiative's labels, for its page, its API and its judgement, in a fixed number of queries."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from kpis.scoring.labeling.summary import LabelingFacts, Wanted
from kpis.selectors.label_wants import LabelWants, label_wants
from projects.models import Initiative, LabelingProject, LabelingSnapshot, LabelingState, TallyKind
from projects.progress.evaluations.confusion import Confusion, confusion_from
from projects.progress.labeling.burnup import Snapshot
from projects.progress.labeling.counts import LabelingCounts, merge_labeling
from projects.progress.labeling.patterns import Pattern, Patterns, merge_patterns
from projects.progress.labeling.streams import Stream, fitted

# Days are those of the first labels, and of patterns the Mondays of the last ones.
_SUMS = """
SELECT t.project_id, t.batch, t.kind, t.day, t.key::text, sum(t.n)::bigint, d.dataset_id, d.named
FROM projects_labelingtally t JOIN projects_labelingproject p ON p.id = t.project_id
LEFT JOIN projects_batchdataset d ON t.kind = 'state' AND d.project_id = t.project_id AND d.batch = t.batch
WHERE p.initiative_id = ANY(%s) AND p.state = 'active' AND t.kind = ANY(%s)
GROUP BY 1, 2, 3, 4, 5, 7, 8 ORDER BY 1, 2, 3, 4, 5
"""


@dataclass(slots=True)
class BatchSums:
    """Tasks of one batch, by state and whether they were reviewed, and labeled ones by class.

    `dataset` is the row of the dataset version that they are of, and `named` how a tool names it: None where nobody
    says of which they are.
    """

    states: Counter[tuple[str, bool | None]] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    dataset: int | None = None
    named: str | None = None

    @property
    def counts(self) -> LabelingCounts:
        """Return them as counts; whether tasks were reviewed is not known where no task says so."""
        by_state: Counter[str] = Counter()
        for (state, _), n in self.states.items():
            by_state[state] += n
        told = any(reviewed is not None for _, reviewed in self.states)
        reviewed = self.states["labeled", True] if told else None
        return LabelingCounts(
            sum(by_state.values()), by_state["labeled"], reviewed, by_state["skipped"], dict(self.classes)
        )


@dataclass(slots=True)
class Sums:
    """The kept sums of one project."""

    batches: defaultdict[str, BatchSums] = field(default_factory=lambda: defaultdict(BatchSums))
    days: dict[date, int] = field(default_factory=dict)
    weeks: defaultdict[date, Counter[Pattern]] = field(default_factory=lambda: defaultdict(Counter))
    pairs: defaultdict[tuple[int, int], Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    gold: defaultdict[int, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def counts(self) -> LabelingCounts | None:
        """Return the tasks whose annotations are here, None without one."""
        return merge_labeling(each.counts for each in self.batches.values()) if self.batches else None


@dataclass(frozen=True, slots=True)
class LabelingRows:
    """What the database holds of an initiative's labels; snapshots are the last of each day, None what was pushed."""

    projects: Sequence[LabelingProject]
    sums: Mapping[int, Sums]
    snapshots: Mapping[int | None, Sequence[LabelingSnapshot]]
    wants: LabelWants


def labeling_rows(initiative: Initiative) -> LabelingRows:
    """Read them in four queries. Projects that are gone in their tool count for nothing."""
    return rows_by_initiative([initiative])[initiative.pk]


def rows_by_initiative(
    initiatives: Sequence[Initiative], kinds: Collection[str] = TallyKind.values
) -> dict[int, LabelingRows]:
    """Read the rows of several initiatives in four queries, of their sums those of some kinds alone."""
    keys = [each.pk for each in initiatives]
    projects, sums, snapshots = _projects(keys), sums_of(keys, kinds), _snapshots(keys)
    wants = label_wants(initiatives)
    return {
        key: LabelingRows(
            projects[key],
            {each.pk: sums[each.pk] for each in projects[key] if each.pk in sums},
            snapshots[key],
            wants[key],
        )
        for key in keys
    }


def labeling_facts(initiative: Initiative, now: datetime) -> LabelingFacts:
    """Return what the summary rests on, in four queries."""
    return facts_of(initiative, labeling_rows(initiative), now)


def facts_of(initiative: Initiative, rows: LabelingRows, now: datetime) -> LabelingFacts:
    """Return what the summary rests on, from rows that were read."""
    tools, weeks = [each for each in rows.projects if each.connection is not None], _weeks(rows.sums.values())
    streams = [_of_tool(each, rows.sums.get(each.pk), rows.snapshots.get(each.pk, ())) for each in tools]
    pushed = next((each.pk for each in rows.projects if each.connection is None), None)
    if pushed in rows.sums or None in rows.snapshots:
        streams.append(_of_pushes(rows.sums.get(pushed or 0), rows.snapshots.get(None, ())))
    return LabelingFacts(
        today=now.astimezone(UTC).date(),
        streams=tuple(streams),
        patterns=merge_patterns(weeks.values()),
        weeks=weeks,
        pairs=_pairs(rows.sums),
        gold=[confusion_from(cells) for each in rows.sums.values() for cells in each.gold.values()],
        quotas={each.class_name: Wanted(each.wanted, each.by) for each in rows.wants.quotas},
        target_date=initiative.target_date,
        audit=rows.wants.audit,
    )


def _projects(initiatives: Sequence[int]) -> defaultdict[int, list[LabelingProject]]:
    active = LabelingProject.objects.filter(initiative__in=initiatives, state=LabelingState.ACTIVE)
    found: defaultdict[int, list[LabelingProject]] = defaultdict(list)
    for each in active.select_related("connection").order_by("pk"):
        found[each.initiative_id].append(each)
    return found


def sums_of(initiatives: Sequence[int], kinds: Collection[str]) -> dict[int, Sums]:
    """Return the kept sums of some kinds, by the row of their project; one query."""
    found: defaultdict[int, Sums] = defaultdict(Sums)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [list(initiatives), list(kinds)])
        for project, batch, kind, day, text, n, dataset, named in cursor.fetchall():
            _add(found[project], batch, kind, day, json.loads(text), n)
            if named is not None:
                found[project].batches[batch].dataset, found[project].batches[batch].named = dataset, named
    return dict(found)


def _add(sums: Sums, batch: str, kind: str, day: date | None, key: list[Any], n: int) -> None:
    if kind == TallyKind.STATE:
        sums.batches[batch].states[key[0], key[1]] = n
    elif kind == TallyKind.CLASS:
        sums.batches[batch].classes[key[0]] = n
    elif kind == TallyKind.DAY and day is not None:
        sums.days[day] = n
    elif kind == TallyKind.PATTERN and day is not None:
        sums.weeks[day][tuple((label, times) for label, times in key)] = n
    elif kind == TallyKind.PAIR:
        one, two, mine, theirs = key
        sums.pairs[one, two][mine, theirs] = n
    elif kind == TallyKind.GOLD:
        annotator, truth, label = key
        sums.gold[annotator][truth, label] = n


def _snapshots(initiatives: Sequence[int]) -> defaultdict[int, dict[int | None, list[LabelingSnapshot]]]:
    """Return the last snapshot of each day in order, by initiative and project; None is what was pushed."""
    found: defaultdict[int, dict[int | None, list[LabelingSnapshot]]] = defaultdict(dict)
    rows = LabelingSnapshot.objects.filter(initiative__in=initiatives)
    place = ("initiative_id", "project_id", "day")
    for each in rows.order_by(*place, "-time", "-id").distinct(*place):
        found[each.initiative_id].setdefault(each.project_id, []).append(each)
    return found


def _of_tool(project: LabelingProject, sums: Sums | None, snapshots: Sequence[LabelingSnapshot]) -> Stream:
    """Return a tool's project: its own counts, and the day until which nothing else was seen."""
    said = None
    if project.total is not None and project.labeled is not None:
        said = fitted(project.total, project.labeled, project.reviewed, project.skipped)
    seen = [each for each in (project.counted_at, project.connection and project.connection.last_ok) if each]
    until = max(seen).astimezone(UTC).date() if seen else None
    return Stream(said, sums.counts if sums else None, _points(snapshots), sums.days if sums else {}, until)


def _of_pushes(sums: Sums | None, snapshots: Sequence[LabelingSnapshot]) -> Stream:
    """Return what was pushed: the counts of the newest snapshot, and annotations."""
    newest = max(snapshots, key=lambda each: each.time, default=None)
    said = None
    if newest is not None:
        said = fitted(newest.total, newest.labeled, newest.reviewed, newest.skipped, newest.per_class)
    return Stream(said, sums.counts if sums else None, _points(snapshots), sums.days if sums else {})


def _points(snapshots: Sequence[LabelingSnapshot]) -> list[Snapshot]:
    return [Snapshot(each.day, each.total, each.labeled) for each in snapshots]


def _weeks(sums: Iterable[Sums]) -> dict[date, Patterns]:
    """Return the patterns of all projects by the Monday of their week, in order."""
    found: defaultdict[date, Counter[Pattern]] = defaultdict(Counter)
    for each in sums:
        for monday, counts in each.weeks.items():
            found[monday].update(counts)
    return {monday: Patterns(tuple(sorted(found[monday].items()))) for monday in sorted(found)}


def _pairs(sums: Mapping[int, Sums]) -> dict[tuple[str, str], Confusion]:
    """Return the tables of two annotators; numbers are of a project, so its own stands before them."""
    return {
        (f"{project}-{one}", f"{project}-{two}"): confusion_from(cells)
        for project, each in sums.items()
        for (one, two), cells in each.pairs.items()
    }

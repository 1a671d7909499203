"""What the early warnings of initiatives rest on, gathered in ten queries whatever the number of initiatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from django.db.models import Count, Exists, F, Func, JSONField, Max, Min, OuterRef, Q, Subquery, Value

from kpis.models import Contribution, Goal, ReadinessSnapshot
from kpis.models.kpis import Direction, GoalState
from kpis.scoring.portfolio_analysis.histories import place_of
from kpis.scoring.portfolio_analysis.warning_rules import MODELING, InitiativeFacts, KpiFact, widened
from mltrack.accounts.models import AuditEvent, Workspace
from projects.models import Rhythmic, Sprint, Task, TaskStatus, TaskTransition, UpdateRhythm
from projects.progress.rhythm import stale_at
from projects.selectors.labeled_counts import labeled_counts

SPRINTS: Final = 10
FIELDS: Final = ["scope_in", "scope_out", "target_date"]
TRUTH: Final = '$.sections[*].checks[*] ? (@.id == "labels.audit").result'


def gather_facts(workspace: Workspace, initiatives: Sequence[Any], now: datetime) -> list[InitiativeFacts]:
    """Return what the rules look at, of initiatives as `watched_initiatives` annotates them and in their order."""
    pks = [each.pk for each in initiatives]
    kpis, edits, labels = _kpis(pks), _edits(workspace, initiatives), labeled_counts(pks)
    work, rhythms = _Work.of(workspace, pks, now.astimezone(UTC).date()), _rhythms(workspace)
    asked = [each.pk for each in initiatives if labels.get(each.pk) and place_of(each.stage) >= MODELING]
    truths = _truths(asked)
    return [
        InitiativeFacts(
            key=each.key,
            name=each.name,
            stage=each.stage,
            state=each.state,
            paused=each.paused_at,
            target_date=each.target_date,
            owned=each.owner_id is not None,
            kpis=kpis[each.pk],
            labeled=labels.get(each.pk, 0),
            audited=each.audited,
            truth=truths.get(each.pk) or "",
            **edits[each.key],
            **_words(each, rhythms),
            **work.of_initiative(each.pk),
        )
        for each in initiatives
    ]


def _kpis(pks: Sequence[int]) -> Mapping[int, list[KpiFact]]:
    """Return the KPIs that are not put away by initiative, the first tied first."""
    goals = Goal.objects.filter(kpi=OuterRef("kpi"), state=GoalState.ACTIVE)
    ties = Contribution.objects.filter(initiative__in=pks, kpi__archived_at=None).annotate(
        has_goal=Exists(goals), baseline=Subquery(goals.values("baseline")[:1])
    )
    found: dict[int, list[KpiFact]] = defaultdict(list)
    columns = ("initiative", "kpi__key", "kpi__name", "kpi__owner", "kpi__direction", "has_goal", "baseline")
    for pk, key, name, owner, direction, has_goal, baseline in ties.order_by("pk").values_list(*columns):
        needs_none = direction == Direction.RANGE
        found[pk].append(KpiFact(key, name, owner is not None, has_goal, needs_none or baseline is not None))
    return found


def _edits(workspace: Workspace, initiatives: Sequence[Any]) -> Mapping[str, dict[str, Any]]:
    """Return by key on which days the scope grew once framing was over, and which target dates moved to later ones."""
    framed = {each.key: each.framed_at for each in initiatives}
    found: dict[str, dict[str, Any]] = {key: {"widenings": [], "slips": []} for key in framed}
    events = AuditEvent.objects.filter(
        workspace=workspace,
        object_kind="initiative",
        object_key__in=framed,
        action="edit",
        before__has_any_keys=FIELDS,
    )
    for key, at, before, after in events.order_by("id").values_list("object_key", "at", "before", "after"):
        if framed[key] is not None and at >= framed[key] and widened(before, after):
            found[key]["widenings"].append(at.astimezone(UTC).date())
        earlier, later = before.get("target_date"), after.get("target_date")
        if earlier and later and earlier < later:
            found[key]["slips"].append((date.fromisoformat(earlier), date.fromisoformat(later)))
    return found


def _truths(pks: Sequence[int]) -> Mapping[int, str | None]:
    """Return the result of the check on label audits by initiative, as it was judged last."""
    result = Func(
        F("document"),
        Value(TRUTH),
        function="jsonb_path_query_first",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )
    latest = ReadinessSnapshot.objects.filter(initiative__in=pks, is_latest=True)
    return dict(latest.annotate(truth=result).values_list("initiative", "truth"))


def _rhythms(workspace: Workspace) -> Mapping[int | None, str]:
    """Return how often a word is asked for by initiative, None for those without a rhythm of their own."""
    kept = UpdateRhythm.objects.filter(Q(initiative__workspace=workspace) | Q(workspace=workspace, initiative=None))
    return {None: Rhythmic.WEEKLY, **dict(kept.values_list("initiative", "every"))}


def _words(initiative: Any, rhythms: Mapping[int | None, str]) -> dict[str, Any]:
    """Return when the newest word was said and when the next one is due; nothing where none is asked for."""
    every = rhythms.get(initiative.pk, rhythms[None])
    if every == Rhythmic.OFF:
        return {}
    said = initiative.said_at or initiative.created_at
    return {"said": said, "overdue": initiative.said_until or stale_at(every, said)}


@dataclass(frozen=True, slots=True)
class _Work:
    """Open tasks by initiative with the day of the first one, the day of the last movement, and ended sprints."""

    open: Mapping[int, tuple[int, date]]
    moved: Mapping[int, date]
    sprints: Sequence[date]

    @classmethod
    def of(cls, workspace: Workspace, pks: Sequence[int], today: date) -> Self:
        """Read it in three queries; of sprints the newest that have ended, by the day on which they began."""
        ended = Sprint.objects.filter(workspace=workspace, starts_on__isnull=False, ends_on__lt=today)
        tasks = Task.objects.filter(initiative__in=pks, deleted_at=None)
        waiting = tasks.filter(status__in=[TaskStatus.TODO, TaskStatus.DOING])
        counts = waiting.values_list("initiative").annotate(Count("pk"), Min("created_at"))
        moves = TaskTransition.objects.filter(task__initiative__in=pks, task__deleted_at=None).exclude(from_status="")
        return cls(
            open={pk: (count, first.astimezone(UTC).date()) for pk, count, first in counts},
            moved={
                pk: at.astimezone(UTC).date() for pk, at in moves.values_list("task__initiative").annotate(Max("at"))
            },
            sprints=[each.starts_on for each in ended.order_by("-ends_on", "-id")[:SPRINTS] if each.starts_on],
        )

    def of_initiative(self, pk: int) -> dict[str, Any]:
        """Return what the rules want; a sprint counts as still where it began after the last movement."""
        if pk not in self.open:
            return {}
        count, first = self.open[pk]
        moved = self.moved.get(pk)
        still = sum(began > (moved or first) for began in self.sprints)
        return {"open_tasks": count, "still": still, "moved": moved}

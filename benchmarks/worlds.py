"""A workspace with many initiatives, and as much history below them as wanted.

Initiatives, targets, KPIs and verdicts are made by the product's services; the history is written by the database
itself, in the shape that the services leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from kpis.models import ReadinessSnapshot
from kpis.services.contributions import set_contribution
from kpis.services.kpis import create_kpi
from kpis.services.snapshots import judge_now
from kpis.services.targets import propose_target
from mltrack.accounts.access import Principal
from mltrack.accounts.policy import SCOPES
from mltrack.accounts.services.tokens import create_token
from projects.models import Initiative, Task, TaskStatus, TaskType
from projects.progress.ranks import spread
from tests.factories import make_initiative, make_workspace

STATUSES = (TaskStatus.TODO, TaskStatus.DOING, TaskStatus.DONE)
METRICS = ("accuracy", "coverage", "n", "loss")

# Run number `first` is the newest of each initiative; the higher the number, the older the run.
RUNS = """
INSERT INTO projects_run (workspace_id, pushed_to_id, public_id, external_id, name, status, started_at, ended_at,
    params, tags, experiment_id, experiment_name, "commit", url, created_at, updated_at)
SELECT i.workspace_id, i.id, 'run_' || lpad(i.id || 'x' || n, 16, '0'), 'r' || n, 'run ' || n, 'finished',
    now() - n * interval '1 hour', now() - n * interval '1 hour' + interval '5 minutes',
    '{"lr": "0.1", "depth": "7"}', '{"threshold": "0.8"}', '1', 'bench',
    left(encode(sha256((i.id || ' ' || n)::bytea), 'hex'), 40), '', now(), now()
FROM projects_initiative i, generate_series(%(first)s, %(last)s) n WHERE i.workspace_id = %(workspace)s
"""
METRIC_VALUES = """
INSERT INTO projects_metricvalue (workspace_id, run_id, key, value, special, step, time)
SELECT r.workspace_id, r.id, key,
    CASE key WHEN 'n' THEN 5000 ELSE 0.5 + (hashtext(r.id || key) & 1023) / 2100.0 END, '', 1, r.ended_at
FROM projects_run r, unnest(%(keys)s::text[]) key
WHERE r.workspace_id = %(workspace)s AND substr(r.external_id, 2)::int BETWEEN %(first)s AND %(last)s
"""
LINKS = """
INSERT INTO projects_runlink (workspace_id, initiative_id, run_id, ended_at)
SELECT workspace_id, pushed_to_id, id, ended_at FROM projects_run
WHERE workspace_id = %(workspace)s AND substr(external_id, 2)::int BETWEEN %(first)s AND %(last)s
"""
READINGS = """
INSERT INTO kpis_reading (workspace_id, kpi_id, segment, time, value, recorded_at)
SELECT k.workspace_id, k.id, '', date_trunc('hour', now()) - n * interval '6 hours', 10 + n %% 17, now()
FROM kpis_kpi k, generate_series(%(first)s, %(last)s) n WHERE k.workspace_id = %(workspace)s
"""
SNAPSHOTS = """
INSERT INTO kpis_readinesssnapshot ({columns}, public_id, at, is_latest)
SELECT {columns}, 'rdy_' || lpad(s.id || 'x' || n, 16, '0'), s.at - n * interval '1 day', false
FROM kpis_readinesssnapshot s, generate_series(%(first)s, %(last)s) n
WHERE s.workspace_id = %(workspace)s AND s.is_latest
"""


@dataclass(frozen=True, slots=True)
class World:
    """A full workspace: its owner and the keys of its initiatives."""

    owner: Principal
    keys: tuple[str, ...]

    def token(self) -> str:
        """Return the text of a new token with every scope."""
        assert self.owner.user is not None
        return create_token(self.owner, user=self.owner.user, name="bench", scopes=SCOPES)[1]

    def initiative(self, place: int = 0) -> Initiative:
        """Return one initiative, with what judging reads of it."""
        found = Initiative.objects.select_related("workspace", "owner")
        return found.get(workspace=self.owner.workspace, key=self.keys[place])


@transaction.atomic
def make_world(initiatives: int) -> World:
    """Return a workspace with so many initiatives, each with two targets, a KPI and its goal. No history yet.

    One transaction: a thousand initiatives would wait for the disk seven thousand times.
    """
    owner = make_workspace(name="Benchmark")
    keys = tuple(f"BENCH-{number}" for number in range(initiatives))
    for key in keys:
        initiative = make_initiative(owner, key, name=f"Initiative {key}", target_date=date(2030, 1, 1))
        propose_target(owner, initiative, metric="accuracy", comparator=">=", value=0.9, minimum_n=1000)
        propose_target(owner, initiative, metric="coverage", comparator=">=", value=0.7)
        goal = {"baseline": 10.0, "target": 20.0, "due": date(2030, 1, 1)}
        kpi = create_kpi(owner, key=key.lower().replace("bench", "kpi"), name=f"KPI {key}", **goal)
        set_contribution(owner, initiative, kpi, expected=2.0, how="measured", grade="B")
    return World(owner, keys)


def add_history(world: World, *, runs: tuple[int, int], readings: tuple[int, int]) -> None:
    """Give each initiative the runs, and its KPI the readings, with these first and last numbers; newest is 1."""
    workspace = world.owner.workspace.pk
    span: dict[str, Any] = {"workspace": workspace, "first": runs[0], "last": runs[1], "keys": list(METRICS)}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in (RUNS, METRIC_VALUES, LINKS):
            cursor.execute(statement, span)
        cursor.execute(READINGS, {"workspace": workspace, "first": readings[0], "last": readings[1]})
    tidy()


def add_tasks(world: World, count: int) -> list[str]:
    """Add so many tasks to the first ten initiatives, in all columns of the board, and return their keys."""
    ours = [world.initiative(place) for place in range(min(10, len(world.keys)))]
    now = timezone.now()
    tasks = [
        Task(
            initiative=ours[place % len(ours)],
            number=place // len(ours) + 1,
            title=f"Look at case {place} of the claims office",
            type=TaskType.values[place % len(TaskType.values)],
            status=STATUSES[place % len(STATUSES)],
            rank=rank,
            created_at=now,
            done_at=now if STATUSES[place % len(STATUSES)] == TaskStatus.DONE else None,
        )
        for place, rank in enumerate(spread(count))
    ]
    return [each.key for each in Task.objects.bulk_create(tasks)]


def judge_all(world: World) -> None:
    """Judge every initiative, all in one transaction."""
    with transaction.atomic():
        for number in Initiative.objects.filter(workspace=world.owner.workspace).values_list("pk", flat=True):
            judge_now(number)
    tidy()


def add_snapshots(world: World, first: int, last: int) -> None:
    """Give each initiative older verdicts with these numbers of days before the latest."""
    own = {"id", "public_id", "at", "is_latest"}
    columns = [each.column for each in ReadinessSnapshot._meta.concrete_fields if each.column not in own]
    values = {"workspace": world.owner.workspace.pk, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOTS.format(columns=", ".join(f'"{each}"' for each in columns)), values)
    tidy()


def tidy() -> None:
    """Let the database clean up and learn what is there, as it does by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("RESET statement_timeout")

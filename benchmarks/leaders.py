"""A workspace as leaders see it: many KPIs with years of daily readings by segment, and initiatives on their way.

KPIs, initiatives, moves and contributions are made by the product's services; readings are copied in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.worlds import World, tidy
from kpis.models import KPI
from kpis.services.contributions import set_contribution
from kpis.services.kpis import create_kpi
from projects.services.initiatives import change_stage
from tests.factories import make_initiative, make_workspace

SEGMENTS: Final = ("", "north", "south", "east", "west", "partners", "online", "other")
WAY: Final = ("data", "modeling", "integration", "production")
COPIED: Final = 200_000
_COPY: Final = "COPY kpis_reading (workspace_id, kpi_id, segment, time, value, recorded_at) FROM STDIN"


@transaction.atomic
def make_leaders(initiatives: int, kpis: int) -> World:
    """Return a workspace with so many initiatives, begun over three years, and daily KPIs that they move."""
    owner = make_workspace(name="Benchmark")
    today = timezone.now().date()
    goal = {"baseline": 10.0, "target": 20.0, "start": today - timedelta(days=300), "due": today + timedelta(days=65)}
    measures = [
        create_kpi(owner, key=f"kpi-{number:03}", name=f"KPI {number}", unit="€", period="day", **goal)
        for number in range(kpis)
    ]
    keys = tuple(f"BENCH-{number}" for number in range(initiatives))
    for number, key in enumerate(keys):
        initiative = make_initiative(owner, key, name=f"Initiative {key}", target_date=date(2030, 1, 1))
        set_contribution(owner, initiative, measures[number % kpis], expected=2.0, how="measured", grade="B")
        begun = timezone.now() - timedelta(days=1_100 - number % 1_000)
        change_stage(owner, initiative, stage="framing", at=begun)
        # One in seven stops on its way, the others come as far as their place says.
        for step, stage in enumerate(WAY[: number % 5]):
            change_stage(owner, initiative, stage=stage, at=begun + timedelta(days=20 * (step + 1)))
        if number % 7 == 0:
            change_stage(owner, initiative, state="cancelled", at=begun + timedelta(days=95), reason="value")
    return World(owner, keys)


def add_days(world: World, first: int, last: int, most: int) -> int:
    """Copy the readings of these days before today, in every segment of the first KPIs; return how many there are."""
    ours = KPI.objects.filter(workspace=world.owner.workspace).order_by("pk")
    kpis = list(ours.values_list("pk", flat=True)[:most])
    rows = 0
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for lines in _portions(world.owner.workspace.pk, kpis, first, last):
            cursor.copy_expert(_COPY, StringIO("".join(lines)))
            rows += len(lines)
    tidy()
    return rows


def _portions(workspace: int, kpis: list[int], first: int, last: int) -> Iterator[list[str]]:
    midnight = datetime.combine(timezone.now().date(), time(), UTC)
    days = [(midnight - timedelta(days=number)).isoformat() for number in range(last, first - 1, -1)]
    lines: list[str] = []
    for kpi in kpis:
        for place, segment in enumerate(SEGMENTS):
            lines += [
                f"{workspace}\t{kpi}\t{segment}\t{day}\t{10 + (number * 7 + place + kpi) % 97 / 9}\t{day}\n"
                for number, day in enumerate(days)
            ]
        if len(lines) >= COPIED:
            yield lines
            lines = []
    if lines:
        yield lines

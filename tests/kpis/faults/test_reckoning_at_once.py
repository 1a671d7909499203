"""Two derived KPIs over each other's parts are reckoned while both parts change: no deadlock, and one end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections

from kpis.models import KPI, Reading, ReadingCorrection
from kpis.services.derived_readings import reckon_kpi
from kpis.services.formula_due import due_formulas
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = 20
TURNS = 15
SECONDS = 120
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def write(kpi: KPI, turn: int, *, backwards: bool) -> None:
    """Record all days anew, each value told by its day and turn alone, the days in this order or the other."""
    days = sorted(range(DAYS), reverse=backwards)
    rows = [{"time": BEGIN + timedelta(days=day), "value": float(day + turn + 1)} for day in days]
    record_readings(kpi, rows)


def values_of(key: str) -> list[float]:
    return list(Reading.objects.filter(kpi__key=key).order_by("time").values_list("value", flat=True))


def test_the_end_is_that_of_one_run_alone() -> None:
    owner = make_workspace()
    parts = [create_kpi(owner, name=name, period="day") for name in ("x", "y")]
    for kpi in parts:
        write(kpi, 0, backwards=False)
    formulas = {"total": 'kpi("x") + kpi("y")', "apart": 'kpi("y") - kpi("x")', "both": 'kpi("total") * kpi("apart")'}
    made = [create_kpi(owner, name=name, period="day", formula=text) for name, text in formulas.items()]
    together = Barrier(2, timeout=SECONDS)

    def work(place: int) -> None:
        try:
            for turn in range(1, TURNS + 1):
                together.wait()
                write(parts[place], turn * (place + 1), backwards=bool(place))
                # The derived ones in one order here, in the other there.
                for each in made if place else reversed(made):
                    reckon_kpi(each.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(work, place) for place in range(2)]:
            done.result(SECONDS)
    while due := due_formulas():
        for number in due:
            reckon_kpi(number)
    x, y = ([float(day + TURNS * times + 1) for day in range(DAYS)] for times in (1, 2))
    assert (values_of("x"), values_of("y")) == (x, y)
    total, apart = ([a + b for a, b in zip(x, y, strict=True)], [b - a for a, b in zip(x, y, strict=True)])
    assert (values_of("total"), values_of("apart")) == (total, apart)
    assert values_of("both") == [a * b for a, b in zip(total, apart, strict=True)]
    # Each value is kept once for each time that it was another one: no change is lost, and none told twice in a row.
    told = ReadingCorrection.objects.filter(kpi__key="x").order_by("time", "id").values_list("value", "replaced_by")
    assert len(told) == DAYS * TURNS and all(after == before + 1 for before, after in told)

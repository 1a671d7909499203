"""The portfolio and the KPIs as the rows of a file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from kpis.scoring.filters import Filters, parse_filters
from kpis.selectors.portfolio_files import COLUMNS, KPI_COLUMNS, kpi_lines_of, portfolio_lines
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from kpis.services.snapshots import judge_now
from mltrack.accounts.access import Principal
from tests.factories import make_initiative, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def test_every_initiative_that_fits_is_a_row(
    owner: Principal, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for key in ("BETA", "ALPHA", "GAMMA"):
        judge_now(make_initiative(owner, key=key).pk)
    make_initiative(make_stranger(), key="THEIRS")
    with django_assert_num_queries(1):
        head, *rows = portfolio_lines(owner, Filters())
    assert head == COLUMNS and [row[0] for row in rows] == ["ALPHA", "BETA", "GAMMA"]
    first = dict(zip(COLUMNS, rows[0], strict=True))
    assert (first["verdict"], first["accuracy"], first["kpi"]) == ("unknown", None, None)
    assert [row[0] for row in portfolio_lines(owner, parse_filters("beta"))][1:] == ["BETA"]
    with pytest.raises(ValidationError):
        portfolio_lines(owner, parse_filters("health:purple"))


def test_every_kpi_is_a_row(owner: Principal, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    goal: dict[str, Any] = {"baseline": 10.0, "target": 20.0, "due": date(2030, 1, 1)}
    for key in ("calls", "alerts"):
        kpi = create_kpi(owner, key=key, name=key, unit="calls", direction="higher", **goal)
        record_readings(kpi, {"times": ["2026-01-05"], "values": [15.0]})
    with django_assert_num_queries(3):
        head, *rows = kpi_lines_of(owner)
    assert head == KPI_COLUMNS and [row[0] for row in rows] == ["alerts", "calls"]
    first = dict(zip(KPI_COLUMNS, rows[0], strict=True))
    assert (first["value"], first["target"], first["attainment"]) == (15.0, 20.0, 0.5)
    assert first["due"] == date(2030, 1, 1)
    assert list(kpi_lines_of(owner, archived=True)) == [KPI_COLUMNS]

"""Versions of rows: read again only where anything was committed, and with one's own rows before they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.utils import timezone

from kpis.models import KPI
from kpis.selectors import row_versions
from kpis.selectors.row_versions import TABLES, Versions, asking, versions_of
from kpis.services.kpis import create_kpi
from mltrack.accounts.access import Principal
from mltrack.accounts.models import User
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> Principal:
    owner = make_workspace()
    create_kpi(owner, name="Churn", key="churn", owner=owner.user)
    make_initiative(owner)
    return owner


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let all statements see what the first one does, however much others commit meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def now(owner: Principal) -> Versions:
    return versions_of(owner.workspace.pk, TABLES)


def test_of_one_snapshot_nothing_is_read_twice(owner: Principal) -> None:
    with one_snapshot(), connection.cursor() as cursor:
        first = now(owner)
        assert now(owner) is first
        cursor.execute("SELECT pg_current_snapshot()::text")
        given = {"workspace": owner.workspace.pk, "after": "", "most": 9, "known": cursor.fetchone()[0]}
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {asking(tuple(sorted(TABLES))).statement}", given)
        scans = [line for (line,) in cursor.fetchall() if " Scan " in line]
    assert len(scans) > len(TABLES) and all("never executed" in each for each in scans), scans


def test_whatever_was_committed_is_seen(owner: Principal) -> None:
    first = now(owner)
    User.objects.update(last_login=timezone.now())
    assert now(owner) == first, "who signs in changes nothing that is shown"
    KPI.objects.update(name="Leavers")
    renamed = now(owner)
    assert {name for name in TABLES if renamed.rows[name] != first.rows[name]} == {"kpis_kpi"}
    User.objects.update(name="Ann Other")
    assert {name for name in TABLES if now(owner).rows[name] != renamed.rows[name]} == {"accounts_user"}


def test_ones_own_rows_are_seen_before_they_are_committed(owner: Principal) -> None:
    before = now(owner)
    with transaction.atomic():
        KPI.objects.update(name="First")
        first = now(owner)
        KPI.objects.update(name="Second")
        second = now(owner)
        transaction.set_rollback(True)
    assert len({each.of(TABLES) for each in (before, first, second)}) == 3
    assert now(owner) == before, "what was taken back is gone"


def test_workspaces_and_pages_are_told_apart(owner: Principal) -> None:
    other = make_workspace(name="Elsewhere")
    create_kpi(owner, name="Visits", key="visits")
    with one_snapshot():
        found = [
            versions_of(*asked).of(["kpis_kpi"])
            for asked in (
                (owner.workspace.pk, TABLES),
                (other.workspace.pk, TABLES),
                (owner.workspace.pk, TABLES, "churn"),
                (owner.workspace.pk, TABLES, "", 1),
            )
        ]
    assert [count for ((count, _),) in found] == [2, 0, 1, 1] and len(set(found)) == 4


def test_only_so_much_is_kept(owner: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_versions, "KEPT", 2)
    for after in "abcd":
        versions_of(owner.workspace.pk, ["kpis_kpi"], after)
    assert [asked[3] for asked in row_versions._known] == ["c", "d"]

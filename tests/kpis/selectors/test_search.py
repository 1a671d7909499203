"""The palette finds what is here, and nothing of others."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.selectors.search import search
from kpis.services.kpis import create_kpi
from mltrack.accounts.access import Principal
from tests.factories import make_connection, make_initiative, make_stranger, make_workspace
from tests.kpis.world import GOOD, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def test_everything_is_found_by_its_name(owner: Principal) -> None:
    initiative = make_initiative(owner, "CHURN", name="Churn watch")
    run = report(initiative, "churn-run", GOOD, name="churn gbm")
    create_kpi(owner, name="Churn rate")
    connection = make_connection(owner, name="Churn server")
    base = f"/w/{owner.workspace.key}"
    assert [(hit.kind, hit.label, hit.note, hit.url) for hit in search(owner, "churn")] == [
        ("initiative", "Churn watch", "CHURN", f"{base}/initiatives/CHURN/"),
        ("kpi", "Churn rate", "churn-rate", f"{base}/kpis/churn-rate/"),
        ("run", "churn gbm", "CHURN", f"{base}/initiatives/CHURN/runs/{run.public_id}/"),
        ("connection", "Churn server", "mlflow", f"{base}/connections/{connection.public_id}/"),
    ]


def test_the_closest_comes_first(owner: Principal) -> None:
    for key, name in (("AAA", "big fish"), ("FISHING", "nets"), ("FISH", "one")):
        make_initiative(owner, key, name=name)
    assert [hit.note for hit in search(owner, "fish")] == ["FISH", "FISHING", "AAA"]


def test_another_workspace_is_never_found(owner: Principal) -> None:
    other = make_stranger()
    report(make_initiative(other, "SECRET", name="Secret"), "secret-run", GOOD, name="secret run")
    create_kpi(other, name="Secret KPI")
    make_connection(other, name="Secret server")
    assert search(owner, "secret") == []


def test_a_run_is_found_by_the_beginning_of_its_name_or_id(owner: Principal) -> None:
    initiative = make_initiative(owner, "X", name="x")
    report(initiative, "abc123", GOOD, name="Wide net")
    assert [hit.kind for hit in search(owner, "abc1")] == ["run"]
    assert [hit.kind for hit in search(owner, "wide")] == ["run"]
    assert search(owner, "net") == search(owner, "bc12") == []


@pytest.mark.parametrize("text", ["%", "_", "\x00", "'", "\\", "x" * 5000, "\u202e"])
def test_odd_texts_find_nothing_and_break_nothing(owner: Principal, text: str) -> None:
    make_initiative(owner, "AAA", name="aaa")
    assert [hit.note for hit in search(owner, text)] in ([], ["AAA"])


def test_six_queries_whatever_is_there(owner: Principal, django_assert_num_queries: Any) -> None:
    for number in range(12):
        initiative = make_initiative(owner, f"F{number}", name=f"fish {number}")
        report(initiative, f"fish-{number}", GOOD)
        create_kpi(owner, name=f"fish {number}")
    with django_assert_num_queries(6):
        assert len(search(owner, "fish")) == 18

"""Metrics and links have their run, whoever writes and deletes: triggers say so once a statement."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import IntegrityError, connection, connections, transaction

from projects.models import Initiative, MetricValue, Run, RunLink
from tests.factories import make_initiative, make_runs, make_workspace

INSERT = "INSERT INTO projects_metricvalue (workspace_id, run_id, key, value, special) VALUES (%s, %s, %s, 1, '')"
DELETE_METRICS, DELETE_RUN = (
    "DELETE FROM projects_metricvalue WHERE run_id = %s",
    "DELETE FROM projects_run WHERE id = %s",
)
DELETE_LINKS = "DELETE FROM projects_runlink WHERE run_id = %s"


@pytest.fixture
def run(db: None) -> Run:
    return make_runs(make_initiative(make_workspace()))[0]


def execute(statement: str, *values: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_a_metric_of_no_run_is_refused(run: Run) -> None:
    with pytest.raises(IntegrityError, match="not there"), transaction.atomic():
        execute(INSERT, run.workspace_id, run.pk + 1, "loss")
    execute(INSERT, run.workspace_id, run.pk, "loss")


@pytest.mark.django_db
def test_a_metric_cannot_move_to_no_run(run: Run) -> None:
    with pytest.raises(IntegrityError, match="not there"), transaction.atomic():
        MetricValue.objects.filter(run=run).update(run_id=run.pk + 1)


@pytest.mark.django_db
def test_a_link_to_no_run_is_refused(run: Run) -> None:
    assert run.pushed_to_id is not None
    with pytest.raises(IntegrityError, match="not there"), transaction.atomic():
        RunLink.objects.create(workspace_id=run.workspace_id, initiative_id=run.pushed_to_id, run_id=run.pk + 1)


@pytest.mark.django_db
def test_a_run_with_metrics_or_links_is_not_deleted_without_them(run: Run) -> None:
    for first, second in ((DELETE_LINKS, DELETE_METRICS), (DELETE_METRICS, DELETE_LINKS)):
        with transaction.atomic():
            execute(first, run.pk)
            with pytest.raises(IntegrityError, match="metrics or links"), transaction.atomic():
                execute(DELETE_RUN, run.pk)
            execute(second, run.pk)
            execute(DELETE_RUN, run.pk)
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_an_initiative_goes_with_its_runs_and_their_metrics(run: Run) -> None:
    Initiative.objects.all().delete()
    assert not Run.objects.exists()
    assert not MetricValue.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("metric_first", [True, False])
def test_of_a_metric_and_a_deletion_at_once_one_is_refused(run: Run, *, metric_first: bool) -> None:
    MetricValue.objects.all().delete()
    execute(DELETE_LINKS, run.pk)
    adds, removes = (INSERT, run.workspace_id, run.pk, "loss"), (DELETE_RUN, run.pk)
    first, second = (adds, removes) if metric_first else (removes, adds)
    begun = Event()

    def late() -> None:
        try:
            begun.wait(10)
            execute(*second)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(late)
        with transaction.atomic():
            execute(*first)
            begun.set()
            with pytest.raises(TimeoutError):
                waiting.result(0.5)
        with pytest.raises(IntegrityError):
            waiting.result(10)
    assert MetricValue.objects.count() == Run.objects.count() == int(metric_first)

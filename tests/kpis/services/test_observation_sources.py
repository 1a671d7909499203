"""Sources of observations: a live Prometheus asked day by day and judged, and servers that refuse, fail or hang."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from kpis.models import Reading
from kpis.services import kpi_sources
from kpis.services.monitoring import judge_monitors
from mltrack.accounts.access import Principal
from projects.models import Connection, Finding, Initiative, Observation, ObservationSource, RejectedRecord
from projects.services.observation_questions import finished_days, observation_questions
from projects.services.observation_sources import (
    add_source,
    edit_source,
    sync_source,
)
from projects.services.observation_trials import preview_source
from tests.factories import make_initiative, make_stranger, make_workspace
from tests.kpis.source_world import FILE, connect, connect_database, make_kpi, pull
from tests.servers import prometheus
from tests.servers.hostile import Answer, HostileServer, as_json, raw, silence
from tests.servers.source_database import SourceDatabase

pytestmark = pytest.mark.django_db(transaction=True)
STATES = {"IL": 40, "OH": 38, "TX": 90}
REFILLS = {"kind": "volume", "name": "refills", "statement": "refills", "options": {"segment_label": "state"}}
ERRORS = {"kind": "errors", "name": "answers", "statement": "sum(failing)", "threshold": 0.1}


def days(count: int) -> list[tuple[datetime, datetime]]:
    """Return so many days of UTC before today, as moments."""
    now = timezone.now()
    return list(finished_days("UTC", (now - timedelta(days=count)).date(), now))


def samples(count: int, *, stopped: bool) -> list[tuple[str, float, str]]:
    """Return volumes and errors, each set a minute before a day ended.

    Without `stopped` yesterday is not there yet. With it Illinois is silent then, answers fail, and what Ohio had three
    and thirty days ago is corrected to 77.
    """
    found = []
    for number, (_, end) in enumerate(reversed(days(count)), 1):
        at, yesterday = end.timestamp() - 60, number == 1
        if yesterday and not stopped:
            continue
        for state, mean in STATES.items():
            value = 77 if stopped and state == "OH" and number in (3, 30) else mean + number % 3 - 1
            if not (yesterday and state == "IL"):
                found.append((f'refills{{state="{state}"}}', at, str(value)))
        found.append(("failing", at, "0.25" if yesterday else "0.01"))
    return sorted(found, key=lambda each: (each[0], each[1]))


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prometheus.serve(tmp_path_factory.mktemp("healthy"), samples(75, stopped=False)) as url:
        yield url


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prometheus.serve(tmp_path_factory.mktemp("stopped"), samples(75, stopped=True)) as url:
        yield url


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner, "REFILLS")


@pytest.fixture
def metrics(owner: Principal, hostile_server: HostileServer) -> Connection:
    """Return a connection to a Prometheus that is only a script."""
    answers(hostile_server, series("1"))
    return connect(owner, "prometheus", hostile_server.url, timeout_seconds=1)


def series(value: str, **labels: str) -> Answer:
    """Return an answer of one series with a value for yesterday."""
    at = days(1)[0][1].timestamp()
    found = [{"metric": labels, "values": [[at, value]]}]
    return as_json({"status": "success", "data": {"resultType": "matrix", "result": found}})


def answers(server: HostileServer, *script: Answer) -> None:
    """Let the server answer so, and the last for ever."""
    server.script[:] = [*script, *([script[-1]] * 50)]


def kept(initiative: Initiative, **asked: Any) -> list[tuple[str, float]]:
    rows = Observation.objects.filter(series__initiative=initiative, **asked).order_by("series__segment", "time")
    return list(rows.values_list("series__segment", "value"))


def test_a_live_prometheus_is_observed_judged_and_corrected(
    owner: Principal, initiative: Initiative, healthy: str, stopped: str
) -> None:
    connection = connect(owner, "prometheus", healthy)
    seen = preview_source(initiative, connection, REFILLS)
    assert seen.count == 59 * 3 and seen.newest[0].time == days(2)[0][0] and not kept(initiative)
    volumes, errors = (add_source(owner, initiative, connection, each) for each in (REFILLS, ERRORS))
    first = pull(owner, connection)
    assert (first.state, first.rows, first.rejected) == ("done", 74 * 4, 0)
    (newest,) = Observation.objects.filter(series__segment="IL", time=days(2)[0][0])
    assert newest.series.period_days == 1 and newest.threshold is None
    judge_monitors(initiative.pk, timezone.now())
    assert not Finding.objects.exists()
    # Asked again, nothing is doubled.
    assert pull(owner, connection).rows == 0 and Observation.objects.count() == 74 * 4
    volumes.refresh_from_db()
    assert volumes.read_until == days(2)[0][0] and volumes.last_ok and not volumes.error_code

    Connection.objects.filter(pk=connection.pk).update(base_url=stopped)
    # Yesterday's two states and errors, and the correction of this week; the older one is not read.
    assert pull(owner, connection).rows == 3 + 1
    # A segment that is absent has five minutes after the others.
    judge_monitors(initiative.pk, timezone.now() + timedelta(minutes=6))
    found = {each.kind: each for each in Finding.objects.filter(closed_at=None)}
    assert sorted(found) == ["errors", "silent"]
    assert found["silent"].segment == "IL" and found["silent"].words.startswith("refills of IL: nothing arrived on")
    assert "0.25" in found["errors"].words
    assert kept(initiative, value=77) == [("OH", 77)]
    sync_source(owner, volumes, whole=True)
    pull(owner, connection)
    assert kept(initiative, value=77) == [("OH", 77), ("OH", 77)]
    # A threshold that was wrong is put right on every observation.
    edit_source(owner, errors, {"threshold": 0.5})
    pull(owner, connection)
    judge_monitors(initiative.pk, timezone.now() + timedelta(minutes=12))
    assert [each.kind for each in Finding.objects.filter(closed_at=None)] == ["silent"]
    with pytest.raises(ValidationError, match="parse error"):
        edit_source(owner, errors, {"statement": "sum("})
    with pytest.raises(ValidationError, match="several have the same job"):
        add_source(owner, initiative, connection, {**REFILLS, "name": "all", "options": {"segment_label": "job"}})


def test_a_question_that_fails_leaves_its_error_and_the_others(
    owner: Principal, initiative: Initiative, metrics: Connection, hostile_server: HostileServer
) -> None:
    kpi = make_kpi(owner, zone="UTC")
    rate = {"name": "up", "statement": "up", "begins": days(2)[0][0].date()}
    kpi_sources.add_source(owner, kpi, "prometheus", metrics, rate)
    bad = add_source(owner, initiative, metrics, {**ERRORS, "name": "bad"})
    good = add_source(owner, initiative, metrics, ERRORS)
    body = {"status": "error", "errorType": "bad_data", "error": "unknown function"}
    answers(hostile_server, series("7"), as_json(body, 400), series("0.5"))
    assert pull(owner, metrics).state == "done"
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.error_code == "bad_query" and "unknown function" in bad.error_text and bad.last_ok is None
    assert not good.error_code and kept(initiative) == [("", 0.5)]
    assert list(Reading.objects.values_list("value", flat=True)) == [7]
    answers(hostile_server, series("0.5"))
    pull(owner, metrics)
    bad.refresh_from_db()
    assert not bad.error_code and bad.last_ok is not None


@pytest.mark.parametrize(
    ("answer", "code"), [(silence, "timeout"), (raw(500, b"out of order"), "server_error"), (raw(200, b"<html>"), "")]
)
def test_a_server_that_hangs_or_fails_stops_nobody_else(
    owner: Principal,
    initiative: Initiative,
    metrics: Connection,
    hostile_server: HostileServer,
    answer: Answer,
    code: str,
) -> None:
    source = add_source(owner, initiative, metrics, ERRORS)
    answers(hostile_server, answer)
    failed = pull(owner, metrics)
    assert failed.state == "failed" and failed.error_text and (not code or failed.error_code == code)
    assert kept(initiative) == []
    with HostileServer(*[raw(200, b"day,rate\n2026-03-28,8.4\n")] * 9) as other:
        files = connect(owner, "csv_link", other.url)
        add_source(owner, initiative, files, {**REFILLS, "statement": "a.csv", "options": FILE})
        assert pull(owner, files).state == "done" and kept(initiative) == [("", 8.4)]
    source.refresh_from_db()
    assert source.read_until is None


def test_a_file_and_a_database_are_observed_as_well(
    owner: Principal, initiative: Initiative, hostile_server: HostileServer, source_database: SourceDatabase
) -> None:
    today = timezone.now().date()
    text = f"day,state,n\n2026-03-28,IL,5\n2026-03-28,IL,6\n2026-03-29,IL,-1\n2026-03-29,OH,x\n{today},IL,3\n"
    answers(hostile_server, raw(200, text.encode()))
    files = connect(owner, "csv_link", hostile_server.url)
    options = {**FILE, "value_column": "n", "segment_column": "state"}
    made = add_source(owner, initiative, files, {**REFILLS, "statement": "a.csv", "options": options})
    attempt = pull(owner, files)
    # Twice, below nothing, no number; today is not over and neither kept nor wrong.
    assert (attempt.rows, attempt.rejected) == (1, 3) and kept(initiative) == [("IL", 5)]
    assert all(each.external_id.startswith(made.public_id) for each in RejectedRecord.objects.all())
    # The file is as it was and not read again, until the day that was not over may be.
    made.refresh_from_db()
    now = timezone.now()
    assert observation_questions(files, now)[0].digest == made.digest != ""
    assert observation_questions(files, now + timedelta(days=1))[0].digest == ""
    database = connect_database(owner, source_database)
    statement = "SELECT day AS time, sum(amount) AS value FROM orders GROUP BY day"
    cost = {"kind": "cost", "name": "orders", "statement": statement, "begins": "2026-01-01"}
    add_source(owner, initiative, database, cost)
    assert pull(owner, database).rows == 100
    with pytest.raises(ValidationError, match="statement"):
        add_source(owner, initiative, database, {**cost, "name": "x", "statement": "DROP TABLE orders"})


def test_days_are_those_of_the_workspace_and_over() -> None:
    now = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)
    found = list(finished_days("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC).date(), now))
    assert [(end - begin).total_seconds() / 3600 for begin, end in found] == [24, 23, 24]
    assert found[-1][1] == datetime(2026, 3, 30, 22, tzinfo=UTC)
    # A day that a zone left out is none.
    samoa = list(
        finished_days("Pacific/Apia", datetime(2011, 12, 29, tzinfo=UTC).date(), datetime(2012, 1, 1, tzinfo=UTC))
    )
    assert len(samoa) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "speed"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"statement": ""}, "statement"),
        ({"options": {"segment_label": "a-b"}}, "options"),
        ({"options": {"odd": "x"}}, "options"),
        ({"threshold": float("inf")}, "threshold"),
        ({"kind": "volume"}, "threshold"),
        ({"kind": "drift", "method": "ours"}, "method"),
        ({"begins": "soon"}, "begins"),
        ({"begins": "1066-01-01"}, "begins"),
        ({"odd": 1}, "odd"),
    ],
)
def test_what_a_source_may_not_be_is_named(
    owner: Principal, initiative: Initiative, metrics: Connection, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        add_source(owner, initiative, metrics, {**ERRORS, **given})
    assert list(caught.value.message_dict) == [field]
    assert not ObservationSource.objects.exists()


def test_a_connection_of_elsewhere_or_of_another_kind_is_refused(owner: Principal, initiative: Initiative) -> None:
    theirs = connect(make_stranger(), "prometheus", "http://127.0.0.1:9")
    for connection in (theirs, connect(owner, "mlflow", "http://127.0.0.1:9")):
        with pytest.raises(ValidationError, match="connection"):
            add_source(owner, initiative, connection, ERRORS)


def test_one_source_of_a_kind_and_name(owner: Principal, initiative: Initiative, metrics: Connection) -> None:
    first = add_source(owner, initiative, metrics, ERRORS)
    other = add_source(owner, initiative, metrics, {**ERRORS, "kind": "latency"})
    with pytest.raises(ValidationError, match="already"):
        add_source(owner, initiative, metrics, ERRORS)
    with pytest.raises(ValidationError, match="already"):
        edit_source(owner, other, {"kind": "errors"})
    for wrong in ({"kind": "speed"}, {"kind": "volume", "threshold": 1}, {"statement": ""}, {"name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ObservationSource.objects.filter(pk=first.pk).update(**wrong)


def test_more_series_than_an_initiative_has_room_for_is_an_error_of_the_source(
    owner: Principal, initiative: Initiative, metrics: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = add_source(owner, initiative, metrics, ERRORS)
    monkeypatch.setattr("projects.services.observations.MOST_SERIES", 0)
    assert pull(owner, metrics).state == "done"
    source.refresh_from_db()
    assert source.error_code == "too_many_series" and "at most 0" in source.error_text and kept(initiative) == []

"""Prometheus: periods as even ranges, its odd answers, and a real server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kpis.scoring.finished_periods import finished_periods
from mltrack.outbound import OutboundClient
from projects.connectors.base import ConnectorError
from projects.connectors.prometheus import PrometheusConnector
from projects.connectors.prometheus.answers import readings_of, series_of, warning_of
from projects.connectors.prometheus.spans import MOST_POINTS, Span, spans_of
from projects.connectors.reading_records import ReadingsPage, SeriesQuery
from tests.servers import prometheus
from tests.servers.hostile import HostileServer, as_json

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 1, tzinfo=UTC)
SPAN = Span(86400, [START, START + timedelta(days=1)], [START + timedelta(days=1), START + timedelta(days=2)])
FIRST, SECOND = (each.timestamp() for each in SPAN.ends)


def days(since: date, count: int, zone: ZoneInfo = BERLIN) -> list[tuple[datetime, datetime]]:
    now = datetime(since.year, since.month, since.day, 12, tzinfo=zone) + timedelta(days=count)
    return list(finished_periods("day", zone.key, since, now))


def test_a_day_of_23_and_one_of_25_hours_are_ranges_of_their_own() -> None:
    spring, autumn = spans_of(days(date(2026, 3, 27), 5)), spans_of(days(date(2026, 10, 23), 5))
    assert [(each.seconds, len(each.ends)) for each in spring] == [(86400, 2), (82800, 1), (86400, 2)]
    assert [(each.seconds, len(each.ends)) for each in autumn] == [(86400, 2), (90000, 1), (86400, 2)]


def test_no_range_has_more_points_than_the_server_allows() -> None:
    periods = [(START + timedelta(hours=n), START + timedelta(hours=n + 1)) for n in range(MOST_POINTS + 5)]
    found = list(spans_of(periods))
    assert [len(each.ends) for each in found] == [MOST_POINTS, 5]
    assert [start for each in found for start in each.starts] == [start for start, _ in periods]


def series(values: Sequence[Any], **labels: str) -> dict[str, Any]:
    return {"metric": labels, "values": values}


def test_values_that_are_no_numbers_are_named_and_gaps_stay_gaps() -> None:
    rows, rejected = readings_of([series([[FIRST, "NaN"], [SECOND, "12.5"]])], SPAN, "")
    assert [(each.time, each.value) for each in rows] == [(SPAN.starts[1], 12.5)]
    assert [(each.place, each.reason) for each in rejected] == [
        ("2026-03-01 00:00", "The value is NaN: that is no number.")
    ]
    for odd in ("+Inf", "-Inf", "", None, "1e999", [1]):
        assert readings_of([series([[FIRST, odd]])], SPAN, "")[0] == []
    assert readings_of([], SPAN, "") == ([], [])


def test_a_label_tells_segments_apart_and_without_one_there_is_one_series() -> None:
    two = [series([[FIRST, "1"]], region="n"), series([[FIRST, "2"]], region="s")]
    assert [each.segment for each in readings_of(two, SPAN, "region")[0]] == ["n", "s"]
    with pytest.raises(ConnectorError, match="2 series for one number"):
        readings_of(two, SPAN, "")
    with pytest.raises(ConnectorError, match="several have the same zone"):
        readings_of(two, SPAN, "zone")


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"status": "success"}, {"status": "success", "data": {"result": [1, "2"]}}, {"status": "error"}],
)
def test_what_is_no_answer_of_prometheus_is_said(answer: Any) -> None:
    with pytest.raises(ConnectorError) as caught:
        series_of(answer)
    assert caught.value.code == "bad_answer"


@pytest.mark.parametrize("points", [[[FIRST + 1, "1"]], [["x", "1"]], [[FIRST]], [5]])
def test_times_that_nobody_asked_for_are_no_readings(points: list[Any]) -> None:
    with pytest.raises(ConnectorError):
        readings_of([series(points)], SPAN, "")


def test_histograms_ask_for_a_number_of_them() -> None:
    with pytest.raises(ConnectorError, match="histogram_quantile"):
        readings_of([{"metric": {}, "histograms": []}], SPAN, "")


def test_warnings_are_kept_in_words() -> None:
    assert warning_of({"warnings": ["one store is away", "x" * 900]})[:24] == "one store is away; xxxxx"
    assert warning_of({"warnings": "odd"}) == ""


def pull(url: str, *queries: SeriesQuery) -> list[ReadingsPage]:
    with OutboundClient(url, allowed_networks=(ip_network("127.0.0.0/8"),), pause=0) as client:
        return list(PrometheusConnector(client, {}).fetch_readings(queries, START))


def query(statement: str, periods: Sequence[tuple[datetime, datetime]], **options: str) -> SeriesQuery:
    return SeriesQuery(statement, statement, options, periods[0][0], periods)


def test_one_query_that_is_refused_leaves_the_others(hostile_server: HostileServer) -> None:
    body = {"status": "error", "errorType": "bad_data", "error": "parse error at char 3"}
    good = as_json({"status": "success", "data": {"resultType": "matrix", "result": []}})
    hostile_server.script[:] = [as_json(body, 400), good]
    periods = days(date(2026, 1, 1), 2)
    first, second = pull(hostile_server.url, query("sum(", periods), query("up", periods))
    assert first.problem is not None and first.problem[0] == "bad_query" and "parse error" in first.problem[1]
    assert second.problem is None and second.last and not first.last


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    metrics: list[tuple[str, float, str]] = []
    for number, (_, end) in enumerate(days(date(2026, 3, 26), 6)):
        for region, value in (("n", number), ("s", number * 10)):
            # A gauge that was set a minute before each day ended.
            metrics.append((f'orders{{region="{region}"}}', end.timestamp() - 60, str(value)))
        metrics.append(("odd", end.timestamp() - 60, "NaN" if number == 2 else "+Inf" if number == 3 else "1"))
    with prometheus.serve(tmp_path_factory.mktemp("prometheus"), metrics) as url:
        yield url


def test_a_real_server_answers_with_one_value_for_each_day(server: str) -> None:
    periods = days(date(2026, 3, 26), 6)
    whole, parts, odd, absent, wrong, length = pull(
        server,
        query("sum(orders)", periods),
        query("orders", periods, segment_label="region"),
        query("odd", periods),
        query("nobody_has_this", periods),
        query("sum(", periods),
        query("count_over_time(vector(1)[$period:1h])", periods),
    )
    assert [(each.time, each.value) for each in whole.rows] == [
        (start, number * 11.0) for number, (start, _) in enumerate(periods)
    ]
    assert {(each.segment, each.value) for each in parts.rows if each.time == periods[3][0]} == {("n", 3), ("s", 30)}
    assert len(odd.rows) == 4 and ["NaN" in odd.rejected[0].reason, "Inf" in odd.rejected[1].reason] == [True, True]
    assert absent.problem is None and not absent.rows
    assert wrong.problem is not None and "parse error" in wrong.problem[1]
    hours = [each.value for each in length.rows]
    assert hours[2] - hours[3] == 1 and len({*hours}) == 2, "the length of the day of 23 hours stands in the query"


def test_a_real_server_says_that_it_can_be_used(server: str) -> None:
    with OutboundClient(server, allowed_networks=(ip_network("127.0.0.0/8"),)) as client:
        assert "answers queries" in PrometheusConnector(client, {}).test().text
        with pytest.raises(ConnectorError, match="no option"):
            PrometheusConnector(client, {"step": 5})

"""The SQL connector against a real second PostgreSQL: what a hostile statement, or a role that may write, comes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from mltrack.outbound import BasicAuth, OutboundError
from mltrack.outbound.database import DatabaseClient
from projects.connectors.base import ConnectorError
from projects.connectors.reading_records import RawReading, ReadingsPage, SeriesQuery
from projects.connectors.sql import SQLConnector
from projects.connectors.sql.roles import IDENTITY
from tests.servers.source_database import PASSWORD, READER, SourceDatabase

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"),)
BY_DAY = "SELECT day AS time, sum(amount) AS value FROM orders GROUP BY day ORDER BY day"


@contextmanager
def connector(
    source: SourceDatabase, role: str = READER, own: tuple[str, str] = ("0", "other"), **given: Any
) -> Iterator[SQLConnector]:
    given = {"allowed_networks": LOOPBACK, "timeout": 20, **given}
    with DatabaseClient(source.url, auth=BasicAuth(role, given.pop("password", PASSWORD)), **given) as client:
        made = SQLConnector(client, {})
        made.keep_off(lambda: own)
        yield made


def ask(source: SourceDatabase, statement: str, since: datetime = SINCE, **options: Any) -> list[ReadingsPage]:
    with connector(source) as made:
        return list(made.fetch_readings([SeriesQuery("src_1", statement, options, since)], NOW))


def test_a_statement_brings_its_readings_from_a_moment_on(source_database: SourceDatabase) -> None:
    (page,) = ask(source_database, BY_DAY, datetime(2026, 4, 9, tzinfo=UTC))
    assert page.problem is None and page.last and page.requests > 0
    assert list(page.rows) == [RawReading(date(2026, 4, 9), 1574.0), RawReading(date(2026, 4, 10), 1590.0)]


def test_columns_are_named_by_the_source(source_database: SourceDatabase) -> None:
    statement = 'SELECT at AS "When", amount AS "€", region FROM orders WHERE amount < 2'
    (page,) = ask(source_database, statement, time_column="When", value_column="€", segment_column="region")
    found = sorted(page.rows, key=lambda each: each.value)
    assert [(each.value, each.segment) for each in found] == [(0.0, "region 0"), (1.0, "region 1")]
    assert found[1].time == datetime(2026, 1, 1, 6, tzinfo=UTC)


def test_odd_values_are_named_and_nothing_is_a_gap(source_database: SourceDatabase) -> None:
    with connector(source_database) as made:
        statement = "SELECT CAST('2026-01-05' AS date) AS time, value FROM odd WHERE time > '2026' AND time < '2027'"
        (page,) = made.fetch_readings([SeriesQuery("q", statement, {}, SINCE)], NOW)
    assert sorted(map(str, (each.value for each in page.rows))) == ["3.0", "inf", "nan"]


# Every statement of the hostile kind: what it is called, the statement, and a word of the error.
HOSTILE = {
    "insert": ("INSERT INTO orders VALUES ('2026-01-01', 'x', 1)", "one SELECT"),
    "update": ("UPDATE orders SET amount = 0", "one SELECT"),
    "delete": ("DELETE FROM orders", "one SELECT"),
    "truncate": ("TRUNCATE orders", "one SELECT"),
    "drop": ("DROP TABLE orders", "one SELECT"),
    "writing with": ("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone", "only read"),
    "into": ("SELECT * INTO copied FROM orders", "only read"),
    "lock": ("SELECT day AS time, amount AS value FROM orders FOR UPDATE", "only read"),
    "sleep": ("SELECT now() AS time, pg_sleep(60) AS value", "not allowed"),
    "quoted sleep": ('SELECT now() AS time, "pg_sleep"(60) AS value', "refused"),
    "sleep of a schema": ("SELECT now() AS time, pg_catalog.pg_sleep(60) AS value", "not allowed"),
    "sleep in a comment": ("SELECT now() AS time, pg_sleep/**/(60) AS value", "not allowed"),
    "copy program": ("COPY orders TO PROGRAM 'touch /tmp/mltrack-was-here'", "one SELECT"),
    "copy from": ("COPY orders FROM '/etc/passwd'", "one SELECT"),
    "commit and drop": ("SELECT now() AS time, 1 AS value; COMMIT; DROP TABLE orders", "one statement"),
    "commit first": ("; COMMIT; DROP TABLE orders", "one statement"),
    "export": ("SELECT now() AS time, lo_export(1, '/tmp/x') AS value", "not allowed"),
    "import": ("SELECT now() AS time, lo_import('/etc/passwd') AS value", "not allowed"),
    "large object": ("SELECT now() AS time, lo_from_bytea(0, 'x') AS value", "not allowed"),
    "read file": ("SELECT now() AS time, pg_read_file('/etc/passwd') AS value", "not allowed"),
    "set role": ("SET ROLE boss", "one SELECT"),
    "set by function": ("SELECT now() AS time, set_config('role', 'boss', false) AS value", "not allowed"),
    "dblink": ("SELECT * FROM dblink('host=127.0.0.1', 'DROP TABLE orders') AS t(time date)", "not allowed"),
    "xml": ("SELECT now() AS time, query_to_xml('DELETE FROM orders', true, true, '') AS value", "not allowed"),
    "sequence": ("SELECT now() AS time, nextval('s') AS value", "not allowed"),
    "do": ("DO $$ BEGIN DELETE FROM orders; END $$", "one SELECT"),
    "call": ("CALL something()", "one SELECT"),
    "explain": ("EXPLAIN ANALYZE DELETE FROM orders", "one SELECT"),
    "passwords": ("SELECT now() AS time, rolpassword AS value FROM pg_authid", "system"),
    "bracket": ("SELECT day AS time, 1 AS value FROM orders) AS source; DROP TABLE orders; --", "SQL"),
    "escaped": ("SELECT E'\\'); DROP TABLE orders; --' AS time, 1 AS value", "plainly"),
    "dollars": ("SELECT $x$'); DROP TABLE orders; --$x$ AS time, 1 AS value", "refused"),
    "not granted": ("SELECT now() AS time, word AS value FROM secrets", "SELECT"),
    "ten million": ("SELECT now() AS time, a.n AS value FROM many a CROSS JOIN many b WHERE a.n < 34", "100,000"),
    "endless": ("SELECT now() AS time, count(*) AS value FROM many a CROSS JOIN many b CROSS JOIN many c", "longer"),
    "cast that tells": ("SELECT now() AS time, CAST(region AS integer) AS value FROM orders", "form"),
    "no such column": ("SELECT day, 1 AS value FROM orders", "time"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_statement_changes_nothing_and_gets_a_clear_error(source_database: SourceDatabase, name: str) -> None:
    statement, word = HOSTILE[name]
    before = source_database.state()
    with connector(source_database, timeout=2 if name == "endless" else 20) as made:
        (page,) = made.fetch_readings([SeriesQuery("src_1", statement, {}, SINCE)], NOW)
        assert page.problem is not None and not page.rows
        assert word in page.problem[1], page.problem
        assert "region 0" not in page.problem[1] and PASSWORD not in page.problem[1]
    assert source_database.state() == before


def test_in_a_hurry_a_slow_statement_is_asked_again_with_patience(source_database: SourceDatabase) -> None:
    with connector(source_database, timeout=1, hurried=True) as made, pytest.raises(ConnectorError) as caught:
        list(made.fetch_readings([SeriesQuery("src_1", HOSTILE["endless"][0], {}, SINCE)], NOW))
    assert caught.value.code == "timeout" and not caught.value.permanent


def test_what_gets_past_the_parser_meets_a_read_only_transaction(source_database: SourceDatabase) -> None:
    """The second wall alone: the same deeds as the superuser, in the session that statements run in."""
    before = source_database.state()
    for statement in ("DELETE FROM orders", "SELECT * INTO copied FROM orders", "SELECT lo_create(0)", "VACUUM"):
        auth = BasicAuth("boss", PASSWORD)
        with DatabaseClient(source_database.url, auth=auth, allowed_networks=LOOPBACK) as client:
            with pytest.raises(OutboundError) as caught:
                client.rows(statement)
            assert caught.value.code == "bad_query"
    assert source_database.state() == before


@pytest.mark.parametrize(
    ("role", "word"),
    [
        ("boss", "SUPERUSER"),
        ("writer", "may write to orders"),
        ("column_writer", "may write to orders"),
        ("heir", "may write to orders"),
        ("filer", "pg_read_server_files"),
        ("runner", "pg_execute_server_program"),
        ("maker", "CREATEROLE, CREATEDB"),
        ("keeper", "BYPASSRLS"),
        ("owner", "may create in the schema their"),
    ],
)
def test_a_role_that_can_do_more_than_read_is_refused_at_save_and_at_each_pull(
    source_database: SourceDatabase, role: str, word: str
) -> None:
    with connector(source_database, role) as made, pytest.raises(ConnectorError, match=word) as caught:
        made.test()
    assert caught.value.permanent and caught.value.code == "role_refused"
    with connector(source_database, role) as made, pytest.raises(ConnectorError, match=word):
        list(made.fetch_readings([SeriesQuery("src_1", BY_DAY, {}, SINCE)], NOW))


def test_a_right_that_is_granted_later_is_noticed_by_the_next_pull(source_database: SourceDatabase) -> None:
    assert ask(source_database, BY_DAY)[0].problem is None
    source_database.run(f"GRANT INSERT ON secrets TO {READER}")
    try:
        with pytest.raises(ConnectorError, match="may write to secrets"):
            ask(source_database, BY_DAY)
    finally:
        source_database.run(f"REVOKE INSERT ON secrets FROM {READER}")


def test_the_own_database_is_refused_by_what_it_is_and_not_by_its_name(source_database: SourceDatabase) -> None:
    (own,) = source_database.run(IDENTITY)
    with connector(source_database, own=(own[0], own[1])) as made, pytest.raises(ConnectorError, match="own database"):
        made.test()
    with connector(source_database, own=(own[0], "another")) as made:
        assert "only read" in made.test().text
    client = DatabaseClient(source_database.url, auth=BasicAuth(READER, PASSWORD), allowed_networks=LOOPBACK)
    with client, pytest.raises(ConnectorError, match="cannot be told"):
        SQLConnector(client, {}).test()


def test_addresses_are_judged_and_passwords_never_told(source_database: SourceDatabase) -> None:
    with connector(source_database, allowed_networks=()) as made, pytest.raises(ConnectorError) as caught:
        made.test()
    assert caught.value.code == "address_refused" and "MLTRACK_ALLOWED_NETWORKS" in caught.value.text
    with connector(source_database, password="wrong-word") as made, pytest.raises(ConnectorError) as caught:
        made.test()
    assert caught.value.code == "unauthorized" and "wrong-word" not in caught.value.text

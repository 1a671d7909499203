"""The SQL connector against a real MariaDB: what a hostile statement, or a user that may write, comes to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from mltrack.outbound import BasicAuth, OutboundError
from mltrack.outbound.mysql import MySQLClient
from projects.connectors.base import ConnectorError
from projects.connectors.reading_records import RawReading, ReadingsPage, SeriesQuery
from projects.connectors.sql import SQLConnector
from tests.servers.certificates import NAME
from tests.servers.mariadb import PASSWORD, READER, MariaDB

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"),)
BY_DAY = "SELECT day AS time, sum(amount) AS value FROM orders GROUP BY day ORDER BY day"


@contextmanager
def connector(source: MariaDB, user: str = READER, **given: Any) -> Iterator[SQLConnector]:
    given = {"allowed_networks": LOOPBACK, "timeout": 20, **given}
    with MySQLClient(source.url, auth=BasicAuth(user, given.pop("password", PASSWORD)), **given) as client:
        yield SQLConnector(client, {})


def ask(source: MariaDB, statement: str, since: datetime = SINCE, **options: Any) -> list[ReadingsPage]:
    with connector(source) as made:
        return list(made.fetch_readings([SeriesQuery("src_1", statement, options, since)], NOW))


def test_a_statement_brings_its_readings_from_a_moment_on(maria_database: MariaDB) -> None:
    (page,) = ask(maria_database, BY_DAY, datetime(2026, 4, 9, tzinfo=UTC))
    assert page.problem is None and page.last and page.requests > 0
    assert list(page.rows) == [RawReading(date(2026, 4, 9), 1574.0), RawReading(date(2026, 4, 10), 1590.0)]


def test_a_timestamp_is_a_moment_and_a_datetime_is_local(maria_database: MariaDB) -> None:
    statement = "SELECT at AS `When`, amount AS `€`, region FROM orders WHERE amount < 2"
    (page,) = ask(maria_database, statement, time_column="When", value_column="€", segment_column="region")
    found = sorted(page.rows, key=lambda each: each.value)
    assert [(each.value, each.segment) for each in found] == [(0.0, "region 0"), (1.0, "region 1")]
    assert found[1].time == datetime(2026, 1, 1, 6, tzinfo=UTC)
    (page,) = ask(maria_database, "SELECT noted AS time, amount AS value FROM orders WHERE amount = 1")
    assert [each.time.isoformat() for each in page.rows] == ["2026-01-01T06:00:00"]
    weeks = "SELECT DATE_SUB(day, INTERVAL WEEKDAY(day) DAY) AS time, AVG(amount) AS value FROM orders GROUP BY time"
    (page,) = ask(maria_database, weeks)
    # 5 January 2026 is a Monday; its week has the orders 16 to 43.
    assert page.rows[0] == RawReading(date(2026, 1, 5), 29.5)


def test_odd_values_are_named_and_nothing_is_a_gap(maria_database: MariaDB) -> None:
    (page,) = ask(maria_database, "SELECT time, value FROM odd")
    assert sorted(map(str, (each.value for each in page.rows))) == ["3.0", "inf", "nan"]
    assert [each.place for each in page.rejected] == ["2026-01-05", "2026-01-06"]


# What it is called, the statement, and a word of the error.
HOSTILE = {
    "insert": ("INSERT INTO orders VALUES ('2026-01-01', 'x', 1, NULL, NULL)", "one SELECT"),
    "writing with": ("WITH gone AS (DELETE FROM orders) SELECT * FROM gone", "only read"),
    "outfile": ("SELECT day INTO OUTFILE '/tmp/mltrack-was-here' FROM orders", "refused"),
    "outfile at the end": ("SELECT day FROM orders INTO DUMPFILE '/tmp/mltrack-was-here'", "refused"),
    "variable": ("SELECT now() AS time, @x := 1 AS value", "only read"),
    "lock": ("SELECT day AS time, amount AS value FROM orders FOR UPDATE", "only read"),
    "sleep": ("SELECT now() AS time, SLEEP(60) AS value", "not allowed"),
    "executable comment": ("SELECT now() AS time, 1 /*!, SLEEP(60) */ AS value", "more than one way"),
    "hint": ("SELECT /*+ SET_VAR(max_execution_time=0) */ now() AS time, 1 AS value", "more than one way"),
    "read file": ("SELECT now() AS time, LOAD_FILE('/etc/passwd') AS value", "not allowed"),
    "local file": ("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE orders", "refused"),
    "commit and drop": ("SELECT now() AS time, 1 AS value; COMMIT; DROP TABLE orders", "one statement"),
    "set role": ("SET ROLE writers", "one SELECT"),
    "own function": ("SELECT now() AS time, shop.spoil() AS value", "not allowed"),
    "passwords": ("SELECT now() AS time, authentication_string AS value FROM mysql.user", "system"),
    "bracket": ("SELECT day AS time, 1 AS value FROM orders) AS source; DROP TABLE orders; -- ", "SQL"),
    "escaped": ("SELECT '\\'); DROP TABLE orders; -- ' AS time, 1 AS value", "more than one way"),
    "not granted": ("SELECT now() AS time, word AS value FROM secrets", "SELECT"),
    "a column not granted": ("SELECT word AS time, 1 AS value FROM odd", "SELECT"),
    "ten million": ("SELECT now() AS time, a.n AS value FROM many a CROSS JOIN many b WHERE a.n < 34", "100,000"),
    "endless": ("SELECT now() AS time, SUM(a.n * b.n % 7) AS value FROM many a CROSS JOIN many b", "longer"),
    "cast that hides": ("SELECT now() AS time, CAST(region AS SIGNED) AS value FROM orders", "form"),
    "no such column": ("SELECT day, 1 AS value FROM orders", "time"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_statement_changes_nothing_and_gets_a_clear_error(maria_database: MariaDB, name: str) -> None:
    statement, word = HOSTILE[name]
    before = maria_database.state()
    with connector(maria_database, timeout=2 if name == "endless" else 20) as made:
        (page,) = made.fetch_readings([SeriesQuery("src_1", statement, {}, SINCE)], NOW)
        assert page.problem is not None and not page.rows
        assert word in page.problem[1], page.problem
        assert "region 0" not in page.problem[1] and PASSWORD not in page.problem[1]
    assert maria_database.state() == before


def test_in_a_hurry_a_slow_statement_is_asked_again_with_patience(maria_database: MariaDB) -> None:
    with connector(maria_database, timeout=1, hurried=True) as made, pytest.raises(ConnectorError) as caught:
        list(made.fetch_readings([SeriesQuery("src_1", HOSTILE["endless"][0], {}, SINCE)], NOW))
    assert caught.value.code == "timeout" and not caught.value.permanent


def test_what_gets_past_the_parser_meets_a_read_only_transaction(maria_database: MariaDB) -> None:
    """The second wall alone: the same deeds as a user that may do everything, in the session that statements run in."""
    before = maria_database.state()
    for statement in ("DELETE FROM orders", "CREATE TABLE copied AS SELECT * FROM orders", "DROP TABLE orders"):
        auth = BasicAuth("boss", PASSWORD)
        with MySQLClient(maria_database.url, auth=auth, allowed_networks=LOOPBACK) as client:
            with pytest.raises(OutboundError) as caught:
                client.rows(statement)
            assert caught.value.code == "bad_query"
    for statement in ("SELECT 1; DROP TABLE orders", "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE secrets"):
        client = MySQLClient(maria_database.url, auth=auth, allowed_networks=LOOPBACK)
        with client, pytest.raises(OutboundError):
            client.rows(statement)
    assert maria_database.state() == before


@pytest.mark.parametrize(
    ("user", "word"),
    [
        ("boss", "ALL PRIVILEGES"),
        ("writer", "UPDATE"),
        ("column_writer", "UPDATE"),
        ("deleter", "DELETE"),
        ("heir", "inner_writers` may do cannot be told"),
        ("heiress", "INSERT"),
        ("filer", "FILE"),
        ("caller", "EXECUTE"),
        ("giver", "more than reading"),
    ],
)
def test_a_user_that_can_do_more_than_read_is_refused_at_save_and_at_each_pull(
    maria_database: MariaDB, user: str, word: str
) -> None:
    with connector(maria_database, user) as made, pytest.raises(ConnectorError, match=word) as caught:
        made.test()
    assert caught.value.permanent and caught.value.code == "role_refused"
    with connector(maria_database, user) as made, pytest.raises(ConnectorError, match=word):
        list(made.fetch_readings([SeriesQuery("src_1", BY_DAY, {}, SINCE)], NOW))


@pytest.mark.parametrize(
    ("given", "taken", "word"),
    [
        (f"GRANT INSERT ON secrets TO {READER}", f"REVOKE INSERT ON secrets FROM {READER}", "INSERT"),
        ("GRANT DELETE ON shop.* TO PUBLIC", "REVOKE DELETE ON shop.* FROM PUBLIC", "DELETE"),
        # A row for everybody, as old servers have it for their database `test`: no grant of the user's tells it.
        (
            "INSERT INTO mysql.db (Host, Db, User, Insert_priv) VALUES ('%', 'shop', '', 'Y')",
            "DELETE FROM mysql.db WHERE User = ''",
            "may write to",
        ),
    ],
)
def test_a_right_that_is_granted_later_is_noticed_by_the_next_pull(
    maria_database: MariaDB, given: str, taken: str, word: str
) -> None:
    assert ask(maria_database, BY_DAY)[0].problem is None
    maria_database.run(given)
    maria_database.run("FLUSH PRIVILEGES")
    try:
        with pytest.raises(ConnectorError, match=word):
            ask(maria_database, BY_DAY)
    finally:
        maria_database.run(taken)
        maria_database.run("FLUSH PRIVILEGES")


def test_a_test_names_the_server_and_roles_that_read_are_let_in(maria_database: MariaDB) -> None:
    with connector(maria_database, "pupil") as made:
        assert made.test().text.startswith("MariaDB 10.")


def there(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def test_the_certificate_is_checked_for_the_name_and_the_way_goes_to_the_judged_address(
    maria_database: MariaDB,
) -> None:
    url = maria_database.url.replace("127.0.0.1", NAME)
    sure: dict[str, Any] = {"allowed_networks": LOOPBACK, "auth": BasicAuth("pupil", PASSWORD), "tls": "verify-full"}
    with MySQLClient(url, resolver=there, ca_pem=maria_database.authority, **sure) as client:
        assert client.rows("SHOW STATUS LIKE 'Ssl_cipher'")[0][1].startswith("TLS_")
    other = maria_database.url.replace("127.0.0.1", "other.example")
    for place, authority in ((other, maria_database.authority), (url, None)):
        with MySQLClient(place, resolver=there, ca_pem=authority, **sure) as client:
            with pytest.raises(OutboundError) as caught:
                client.rows("SELECT 1")
            assert caught.value.code == "certificate"


def test_addresses_are_judged_and_passwords_never_told(maria_database: MariaDB) -> None:
    with connector(maria_database, allowed_networks=()) as made, pytest.raises(ConnectorError) as caught:
        made.test()
    assert caught.value.code == "address_refused" and "MLTRACK_ALLOWED_NETWORKS" in caught.value.text
    with connector(maria_database, password="wrong-word") as made, pytest.raises(ConnectorError) as caught:
        made.test()
    assert caught.value.code == "unauthorized" and "wrong-word" not in caught.value.text
    with connector(maria_database, user="") as made, pytest.raises(ConnectorError, match="Name the user"):
        made.test()


def test_an_end_from_another_thread_and_a_silence_are_told(maria_database: MariaDB) -> None:
    began = time.monotonic()
    with MySQLClient(maria_database.url, auth=BasicAuth(READER, PASSWORD), allowed_networks=LOOPBACK) as client:
        client.rows("SET SESSION max_statement_time = 0")
        client.timeout = 1.0
        with pytest.raises(OutboundError) as caught:
            client.rows("SELECT SLEEP(30)")
    assert caught.value.code == "timeout" and time.monotonic() - began < 15

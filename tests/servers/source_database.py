"""A second PostgreSQL, on a port of its own, with orders to count and roles of every kind: the source of SQL tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import quote

import psycopg2

from mltrack.embedded import postgres
from mltrack.embedded.places import prepare
from tests.servers.processes import free_port
from tests.trees import open_folder

PASSWORD: Final = "only-for-reading"
READER: Final = "reader"
_ROLES: Final = f"""
    CREATE TABLE orders (day date, region text, amount numeric, at timestamptz);
    INSERT INTO orders
        SELECT date '2026-01-01' + n / 4, 'region ' || n % 2, n, timestamptz '2026-01-01' + n * interval '6 h'
        FROM generate_series(0, 399) AS n;
    CREATE TABLE many AS SELECT n::bigint AS n FROM generate_series(1, 300000) AS n;
    CREATE TABLE secrets (word text);
    INSERT INTO secrets VALUES ('tell-nobody');
    CREATE TABLE odd (time text, value text);
    INSERT INTO odd VALUES ('2026-01-01', '1e309'), ('2026-01-02', 'NaN'), ('infinity', '1'), ('2026-01-03', '3'),
        ('2026-01-04', NULL), ('0044-03-15 BC', '2');
    CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}';
    GRANT SELECT ON orders, many, odd TO {READER};
    CREATE ROLE boss LOGIN SUPERUSER PASSWORD '{PASSWORD}';
    CREATE ROLE writer LOGIN PASSWORD '{PASSWORD}'; GRANT SELECT, UPDATE ON orders TO writer;
    CREATE ROLE column_writer LOGIN PASSWORD '{PASSWORD}'; GRANT UPDATE (region) ON orders TO column_writer;
    CREATE ROLE filer LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_server_files TO filer;
    CREATE ROLE runner LOGIN PASSWORD '{PASSWORD}'; GRANT pg_execute_server_program TO runner;
    CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORD}';
    CREATE ROLE keeper LOGIN BYPASSRLS PASSWORD '{PASSWORD}';
    CREATE ROLE heir LOGIN NOINHERIT PASSWORD '{PASSWORD}'; GRANT writer TO heir;
    CREATE ROLE owner LOGIN PASSWORD '{PASSWORD}'; CREATE SCHEMA their AUTHORIZATION owner;
"""


@dataclass(frozen=True)
class SourceDatabase:
    """A running server: where a connection finds it, and a way around the product's own code."""

    url: str
    admin: str

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the superuser and return its rows."""
        session = psycopg2.connect(self.admin)
        try:
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            session.close()

    def state(self) -> list[tuple[Any, ...]]:
        """Return what must not change: every table with its size, every role, every large object, every function."""
        return self.run(
            "SELECT 'relation', relname::text, relkind::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE nspname IN ('public', 'their') "
            "UNION ALL SELECT 'orders', count(*)::text, sum(amount)::text FROM orders "
            "UNION ALL SELECT 'secrets', count(*)::text, max(word) FROM secrets "
            "UNION ALL SELECT 'role', rolname::text, rolsuper::text FROM pg_roles "
            "UNION ALL SELECT 'large', oid::text, '' FROM pg_largeobject_metadata "
            "UNION ALL SELECT 'function', proname::text, '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
            "ORDER BY 1, 2, 3"
        )


@contextmanager
def serve() -> Iterator[SourceDatabase]:
    """Serve the database until the end of the block."""
    port = free_port()
    with open_folder() as folder:
        server = _OnPort(prepare(folder / "home"), "superuser-" + "s" * 20, fast=True)
        server.port = port
        settings = {"listen_addresses": "127.0.0.1", "port": str(port)}
        with patch.dict(postgres._SETTINGS, settings):
            server.start()
        try:
            source = SourceDatabase(f"postgresql://127.0.0.1:{port}/mltrack", server.url)
            source.run(_ROLES)
            yield source
        finally:
            server.stop()


class _OnPort(postgres.Postgres):
    """The embedded server, for once also on a port of the loopback address."""

    port = 0

    def url_of(self, database: str) -> str:
        """Return the address of a database by the server's socket."""
        sockets = quote(str(self.places.sockets), safe="")
        return f"postgres://{postgres.NAME}:{quote(self.password)}@{sockets}/{database}?port={self.port}"

"""What the connector asks of each kind of database: how to open it, whom it lets in, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol

from mltrack.outbound.database import DatabaseClient, Own
from mltrack.outbound.mysql import MySQLClient
from mltrack.outbound.mysql_errors import from_warnings
from projects.connectors.reading_records import MOST_ROWS, SeriesQuery
from projects.connectors.sql import roles, roles_mysql
from projects.connectors.sql.grammars import MYSQL, POSTGRES, Grammar, grammar_of
from projects.connectors.sql.wrapping import for_mysql, for_postgres, time_of

_AT_ONCE: Final = 5_000
_TIMESTAMP: Final = 7
"""MariaDB's and MySQL's number of the type TIMESTAMP, the only one that is a moment and not a time on a wall."""

Client = DatabaseClient | MySQLClient
Rows = list[tuple[Any, ...]]


class Dialect(Protocol):
    """One kind of database. A client is one that its `open` returned."""

    grammar: ClassVar[Grammar]

    def open(self, base_url: str, given: Mapping[str, Any], tls: str) -> Client: ...

    def named(self, client: Any) -> str: ...

    def version(self, client: Any) -> str: ...

    def check_role(self, client: Any, own: Own | None) -> None: ...

    def read(self, client: Any, proven: str, query: SeriesQuery) -> Rows: ...


class Postgres:
    """PostgreSQL."""

    grammar: ClassVar = POSTGRES

    def open(self, base_url: str, given: Mapping[str, Any], tls: str) -> DatabaseClient:
        """Return a session that begins with the first statement. Raises OutboundError `bad_url`."""
        return DatabaseClient(base_url, **given, tls=tls)

    def named(self, client: DatabaseClient) -> str:
        """Return what the database is called."""
        return "PostgreSQL"

    def version(self, client: DatabaseClient) -> str:
        """Return the server's version. Raises OutboundError."""
        return str(client.rows("SHOW server_version")[0][0])[:40]

    def check_role(self, client: DatabaseClient, own: Own | None) -> None:
        """Raise ConnectorError for MLTrack's own database, and for a role that can do more than read."""
        roles.check_role(client, own)

    def read(self, client: DatabaseClient, proven: str, query: SeriesQuery) -> Rows:
        """Return at most one row more than there may be, some at a time from a cursor of the server's."""
        client.rows("DECLARE mltrack NO SCROLL CURSOR FOR " + for_postgres(proven, query))
        found: Rows = []
        while len(found) <= MOST_ROWS:
            some = client.rows(f"FETCH {_AT_ONCE} FROM mltrack")
            found += some
            if len(some) < _AT_ONCE:
                break
        client.rows("CLOSE mltrack")
        return found


class MySQL:
    """MariaDB and MySQL. Neither is ever MLTrack's own database, which is PostgreSQL."""

    grammar: ClassVar = MYSQL

    def open(self, base_url: str, given: Mapping[str, Any], tls: str) -> MySQLClient:
        """Return a session that begins with the first statement. Raises OutboundError `bad_url`."""
        return MySQLClient(base_url, **given, tls=tls)

    def named(self, client: MySQLClient) -> str:
        """Return what the database calls itself."""
        return "MariaDB" if client.is_mariadb else "MySQL"

    def version(self, client: MySQLClient) -> str:
        """Return the server's version. Raises OutboundError."""
        return client.version.partition("-")[0][:40]

    def check_role(self, client: MySQLClient, own: Own | None) -> None:
        """Raise ConnectorError for a role that can do more than read."""
        roles_mysql.check_role(client)

    def read(self, client: MySQLClient, proven: str, query: SeriesQuery) -> Rows:
        """Return at most one row more than there may be. Raises OutboundError, also for values that were cut off."""
        client.rows(time_of(proven, query))
        is_moment = client.columns == (_TIMESTAMP,)
        found = client.rows(for_mysql(proven, query, is_moment=is_moment), most=MOST_ROWS + 1)
        wrong = from_warnings(str(code) for _, code, _ in client.rows("SHOW WARNINGS"))
        if wrong is not None:
            raise wrong
        return found


_POSTGRES: Final = Postgres()
_MYSQL: Final = MySQL()


def dialect_at(base_url: str) -> Dialect:
    """Return the dialect of the database at an address."""
    return _MYSQL if grammar_of(base_url) is MYSQL else _POSTGRES


def dialect_of(client: Client) -> Dialect:
    """Return the dialect that a client speaks."""
    return _MYSQL if isinstance(client, MySQLClient) else _POSTGRES

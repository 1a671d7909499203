"""The SQL connector: a proven SELECT as a subquery, read whole in a read-only transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

from mltrack.outbound import Auth, BasicAuth, OutboundError
from mltrack.outbound.database import TLS, DatabaseClient, Own
from projects.connectors.base import ConnectorError
from projects.connectors.reading_pages import Answer, pages_of
from projects.connectors.reading_records import MOST_ROWS, RawReading, ReadingsPage, RejectedRow, SeriesQuery
from projects.connectors.records import ServerReport
from projects.connectors.sql.proof import prove
from projects.connectors.sql.roles import check_role
from projects.connectors.texts import storable

LONGEST_NUMBER: Final = 400
LONGEST_SEGMENT: Final = 121
_AT_ONCE: Final = 5_000


class SQLConnector:
    """Reads a time, a value and perhaps a segment by a statement. A secret is the password of the role."""

    title: ClassVar = "SQL (PostgreSQL)"

    @staticmethod
    def auth_of(username: str, secret: str) -> Auth:
        """Return the role and its password; a secret of the form `role:password` names both."""
        if username:
            return BasicAuth(username, secret)
        user, _, password = secret.partition(":")
        return BasicAuth(user, password)

    @classmethod
    def open(cls, base_url: str, given: Mapping[str, Any], options: Mapping[str, Any]) -> DatabaseClient:
        """Return a session that begins with the first statement. Raises ConnectorError and OutboundError."""
        tls = options.get("tls", TLS[0])
        if tls not in TLS:
            text = f"The option 'tls' is one of {', '.join(TLS)}."
            raise ConnectorError(text, permanent=True, code="bad_options")
        return DatabaseClient(base_url, **given, tls=tls)

    def __init__(self, client: DatabaseClient, options: Mapping[str, Any]) -> None:
        for name in options:
            if name != "tls":
                raise ConnectorError(f"There is no option {name!r:.100}.", permanent=True, code="bad_options")
        self._client = client
        self._own: Callable[[], Own] | None = None
        self._is_checked = False

    def keep_off(self, own: Callable[[], Own]) -> None:
        """Refuse the database that `own` names; before this is called every one is refused."""
        self._own = own

    def test(self) -> ServerReport:
        """Sign in and check the role. Raises ConnectorError."""
        try:
            self._check()
            (version,) = self._client.rows("SHOW server_version")[0]
        except OutboundError as error:
            raise ConnectorError.from_outbound(error) from error
        return ServerReport(str(version)[:40], 0, f"PostgreSQL {str(version)[:40]}, and a role that can only read.")

    def fetch_readings(self, queries: Sequence[SeriesQuery], now: datetime) -> Iterator[ReadingsPage]:
        """Yield what each statement brings, from its `since` on. Raises ConnectorError."""
        return pages_of(queries, self._ask, lambda: self._client.requests)

    def _check(self) -> None:
        """Check the role once in each session, since what it may do can change between two."""
        if not self._is_checked:
            check_role(self._client, self._own() if self._own else None)
            self._is_checked = True

    def _ask(self, query: SeriesQuery) -> Answer:
        proven = prove(query.statement)
        try:
            self._check()
            return _answer(self._read(wrapped(proven, query)))
        except OutboundError as error:
            # The session ended with the error; the next question begins another, whose role is checked again.
            self._is_checked = False
            raise ConnectorError.from_outbound(error) from error

    def _read(self, statement: str) -> list[tuple[Any, ...]]:
        """Return at most one row more than there may be, some at a time from a cursor of the server's."""
        self._client.rows("DECLARE mltrack NO SCROLL CURSOR FOR " + statement)
        found: list[tuple[Any, ...]] = []
        while len(found) <= MOST_ROWS:
            some = self._client.rows(f"FETCH {_AT_ONCE} FROM mltrack")
            found += some
            if len(some) < _AT_ONCE:
                break
        self._client.rows("CLOSE mltrack")
        return found


def wrapped(proven: str, query: SeriesQuery) -> str:
    """Return the statement that asks a proven one for what is needed of it, as texts of a bounded length."""
    time, value = (_quoted(str(query.options.get(f"{name}_column") or name)) for name in ("time", "value"))
    segment = query.options.get("segment_column")
    part = f"pg_catalog.left(CAST(source.{_quoted(str(segment))} AS text), {LONGEST_SEGMENT})" if segment else "''"
    since = query.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00")
    return "".join(
        (
            f"SELECT pg_catalog.left(CAST(source.{time} AS text), 64), ",
            f"pg_catalog.left(CAST(source.{value} AS text), {LONGEST_NUMBER}), {part} FROM (",
            proven,
            f") AS source WHERE source.{time} >= TIMESTAMPTZ '{since}' LIMIT {MOST_ROWS + 1}",
        )
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _answer(found: Sequence[tuple[Any, ...]]) -> Answer:
    rows: list[RawReading] = []
    rejected: list[RejectedRow] = []
    for time, value, segment in found:
        if value is None:
            continue
        moment, number = _moment(time), _number(value)
        if moment is None:
            rejected.append(RejectedRow(storable(str(time))[:64], "This is no time within the years that are known."))
        elif number is None:
            rejected.append(RejectedRow(storable(str(time))[:64], "The value is no number."))
        else:
            rows.append(RawReading(moment, number, storable(segment or "")))
    return Answer(rows, rejected)


def _moment(text: Any) -> datetime | date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _number(text: str) -> float | None:
    try:
        return float(text) if len(text) < LONGEST_NUMBER and "_" not in text else None
    except ValueError:
        return None

"""The SQL connector: a proven SELECT as a subquery, read whole in a read-only transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from mltrack.outbound import Auth, BasicAuth, OutboundError
from mltrack.outbound.database import TLS, Own
from projects.connectors.base import ConnectorError
from projects.connectors.reading_pages import Answer, pages_of
from projects.connectors.reading_records import RawReading, ReadingsPage, RejectedRow, SeriesQuery
from projects.connectors.records import ServerReport
from projects.connectors.sql.dialects import Client, dialect_at, dialect_of
from projects.connectors.sql.proof import prove
from projects.connectors.sql.wrapping import LONGEST_NUMBER
from projects.connectors.texts import storable


class SQLConnector:
    """Reads a time, a value and perhaps a segment by a statement. A secret is the password of the role."""

    title: ClassVar = "SQL (PostgreSQL, MariaDB, MySQL)"

    @staticmethod
    def auth_of(username: str, secret: str) -> Auth:
        """Return the role and its password; a secret of the form `role:password` names both."""
        if username:
            return BasicAuth(username, secret)
        user, _, password = secret.partition(":")
        return BasicAuth(user, password)

    @classmethod
    def open(cls, base_url: str, given: Mapping[str, Any], options: Mapping[str, Any]) -> Client:
        """Return a session that begins with the first statement. Raises ConnectorError and OutboundError."""
        tls = options.get("tls", TLS[0])
        if tls not in TLS:
            text = f"The option 'tls' is one of {', '.join(TLS)}."
            raise ConnectorError(text, permanent=True, code="bad_options")
        return dialect_at(base_url).open(base_url, given, tls)

    def __init__(self, client: Client, options: Mapping[str, Any]) -> None:
        for name in options:
            if name != "tls":
                raise ConnectorError(f"There is no option {name!r:.100}.", permanent=True, code="bad_options")
        self._client = client
        self._dialect = dialect_of(client)
        self._own: Callable[[], Own] | None = None
        self._is_checked = False

    def keep_off(self, own: Callable[[], Own]) -> None:
        """Refuse the database that `own` names; before this is called every one is refused."""
        self._own = own

    def test(self) -> ServerReport:
        """Sign in and check the role. Raises ConnectorError."""
        try:
            self._check()
            version = self._dialect.version(self._client)
        except OutboundError as error:
            raise ConnectorError.from_outbound(error) from error
        text = f"{self._dialect.named(self._client)} {version}, and a role that can only read."
        return ServerReport(version, 0, text)

    def fetch_readings(self, queries: Sequence[SeriesQuery], now: datetime) -> Iterator[ReadingsPage]:
        """Yield what each statement brings, from its `since` on. Raises ConnectorError."""
        return pages_of(queries, self._ask, lambda: self._client.requests)

    def _check(self) -> None:
        """Check the role once in each session, since what it may do can change between two."""
        if not self._is_checked:
            self._dialect.check_role(self._client, self._own() if self._own else None)
            self._is_checked = True

    def _ask(self, query: SeriesQuery) -> Answer:
        proven = prove(query.statement, self._dialect.grammar)
        try:
            self._check()
            return _answer(self._dialect.read(self._client, proven, query))
        except OutboundError as error:
            # The session ended with the error; the next question begins another, whose role is checked again.
            self._is_checked = False
            raise ConnectorError.from_outbound(error) from error


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

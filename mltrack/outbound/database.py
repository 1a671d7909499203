"""A session with a foreign PostgreSQL database: read-only, through the address guard, each answer with a deadline."""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from tempfile import NamedTemporaryFile
from typing import Any, Final

import psycopg2

from mltrack.outbound.addresses import Address
from mltrack.outbound.database_errors import from_database
from mltrack.outbound.database_session import DatabaseSession
from mltrack.outbound.errors import OutboundError

TLS: Final = ("prefer", "require", "verify-full")
_LOOK: Final = 0.25

Own = tuple[str, str]
"""What a database is told by: the identifier of its cluster and its name."""


class DatabaseClient(DatabaseSession):
    """One session with a PostgreSQL database."""

    SCHEMES = ("postgresql", "postgres")
    PORT = 5432
    BAD_URL = "The address must be postgresql://host:port/database, without a user or a password in it."
    _ended = False

    def close(self) -> None:
        """End the session; what waits for an answer in another thread ends within a moment."""
        self._ended = True
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def rows(self, statement: str, values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a statement in the session's transaction, which begins with the first one.

        Raises OutboundError. A statement that came from people comes without `values`, so that its `%` are its own.
        """
        if self._session is None:
            self._open()
        return self._run(statement, values)

    def _open(self) -> None:
        self._sign_in()
        # The database ends a statement a little before this side gives up, and can say so.
        wait = max(1, int(self.timeout * 900))
        for setting in (
            f"SET statement_timeout = {wait}",
            f"SET lock_timeout = {min(wait, 2000)}",
            f"SET idle_in_transaction_session_timeout = {wait * 2}",
            "SET TIME ZONE 'UTC'",
            "SET DateStyle = 'ISO'",
            "SET standard_conforming_strings = on",
            "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ):
            self._run(setting, None)

    def _connect(self, address: Address) -> None:
        """Sign in at the address that was judged; no file or variable of this machine has a say."""
        with NamedTemporaryFile("w", suffix=".pem") as authority:
            authority.write(self._ca_pem)
            authority.flush()
            session: Any = None
            try:
                session = psycopg2.connect(
                    host=self.host,
                    hostaddr=str(address),
                    port=self.port,
                    dbname=self.name,
                    user=self._auth.user,
                    password=self._auth.password,
                    passfile="/dev/null",
                    sslmode=self._tls,
                    sslrootcert=authority.name if self._ca_pem else "system" if self._tls == "verify-full" else "",
                    sslcert="",
                    gssencmode="disable",
                    # A password never goes in the clear, whatever a server asks for.
                    require_auth="" if self._tls != "prefer" else "scram-sha-256,md5,none",
                    connect_timeout=max(2, int(self.timeout)),
                    application_name="mltrack",
                    client_encoding="UTF8",
                    async_=True,
                )
                self._wait(session)
            except psycopg2.Error as error:
                if session is not None:
                    session.close()
                raise from_database(error, self.host, connecting=True) from None
            except OutboundError:
                session.close()
                raise
        self._session = session

    def _run(self, statement: str, values: Sequence[Any] | None) -> list[tuple[Any, ...]]:
        self.requests += 1
        session = self._session
        try:
            with session.cursor() as cursor:
                cursor.execute(statement, values)
                self._wait(session)
                return list(cursor.fetchall()) if cursor.description else []
        except psycopg2.Error as error:
            self.close()
            found = from_database(error, self.host)
            if error.pgcode == "57014" and self._hurried:
                found = OutboundError("timeout", f"{self.host} did not finish within {self.timeout:g} seconds.")
            raise found from None
        except (OverflowError, ValueError):
            self.close()
            raise OutboundError("bad_answer", f"{self.host} sends values that are none.") from None
        except OutboundError:
            self.close()
            raise

    def _wait(self, session: Any) -> None:
        """Let the session go on until its answer is there. Raises OutboundError `timeout`, and what it raises."""
        until = time.monotonic() + self.timeout
        while True:
            state = session.poll()
            if state == psycopg2.extensions.POLL_OK:
                return
            if self._ended or time.monotonic() > until:
                text = f"{self.host} did not finish its answer within {self.timeout:g} seconds."
                raise OutboundError("timeout", text)
            watch = select.poll()
            is_read = state == psycopg2.extensions.POLL_READ
            watch.register(session.fileno(), select.POLLIN if is_read else select.POLLOUT)
            watch.poll(_LOOK * 1000)

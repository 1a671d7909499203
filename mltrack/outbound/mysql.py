"""A session with a foreign MariaDB or MySQL database: read-only, through the address guard, each answer in time."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any, Final

import pymysql
from pymysql.constants import CR
from pymysql.cursors import SSCursor

from mltrack.outbound.addresses import Address
from mltrack.outbound.database_session import DatabaseSession
from mltrack.outbound.errors import OutboundError
from mltrack.outbound.mysql_errors import from_mysql

MOST: Final = 10_000
"""So many rows an answer may have where nothing else is said."""
# The parser of statements takes "x" for a text and || for OR: so must the server.
_MODE: Final = "STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_IN_DATE,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION"
_BY_HASH: Final = (b"mysql_native_password",)
_INSIDE_TLS: Final = (*_BY_HASH, b"caching_sha2_password", b"sha256_password")
# What the driver raises where a server breaks the protocol, or asks for a file of this machine.
_BROKEN: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    struct.error,
)


class MySQLClient(DatabaseSession):
    """One session with a MariaDB or MySQL database.

    Without TLS for certain, a password is only ever proven by its hash, whatever the server asks for.
    """

    SCHEMES = ("mysql", "mariadb")
    PORT = 3306
    BAD_URL = "The address must be mysql://host:port/database, without a user or a password in it."
    version = ""
    columns: tuple[int, ...] = ()
    _way: socket.socket | None = None
    _late = False

    @property
    def is_mariadb(self) -> bool:
        """Whether the server says that it is MariaDB; known once the session began."""
        return "mariadb" in self.version.lower()

    def close(self) -> None:
        """End the session; what waits for an answer in another thread ends at once."""
        self._cut()
        session, self._session = self._session, None
        way, self._way = self._way, None
        if session is not None:
            with suppress(pymysql.Error):
                session.close()
        if way is not None:
            way.close()

    def rows(self, statement: str, values: Sequence[Any] | None = None, most: int = MOST) -> list[tuple[Any, ...]]:
        """Return the rows of a statement as texts, in the session's transaction; the types are then in `columns`.

        Raises OutboundError, also for more rows than `most`. A statement that came from people comes without `values`.
        """
        if self._session is None:
            self._open()
        return self._run(statement, values, most)

    def _open(self) -> None:
        if not self._auth.user:
            raise OutboundError("unauthorized", "Name the user that the database knows.", permanent=True)
        self._sign_in()
        self.version = str(self._run("SELECT VERSION()", None, 1)[0][0])
        # The database ends a statement a little before this side gives up, and can say so.
        wait = max(1.0, self.timeout * 0.9)
        bound = f"max_statement_time = {wait:.3f}" if self.is_mariadb else f"max_execution_time = {int(wait * 1000)}"
        for setting in (
            f"SET SESSION {bound}",
            "SET SESSION lock_wait_timeout = 2, innodb_lock_wait_timeout = 2",
            f"SET SESSION wait_timeout = {int(wait * 2) + 1}",
            "SET SESSION time_zone = '+00:00'",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "SET SESSION TRANSACTION READ ONLY",
            "START TRANSACTION READ ONLY",
        ):
            self._run(setting, None, 0)

    def _connect(self, address: Address) -> None:
        """Sign in at the address that was judged; no file of this machine has a say."""
        session = _Session(
            host=self.host,
            port=self.port,
            user=self._auth.user,
            password=self._auth.password.encode(),
            database=self.name,
            charset="utf8mb4",
            sql_mode=_MODE,
            conv={},
            cursorclass=SSCursor,
            autocommit=None,
            read_timeout=self.timeout,
            write_timeout=self.timeout,
            ssl=self._security(),
            defer_connect=True,
        )
        session.methods = _BY_HASH if self._tls == "prefer" else _INSIDE_TLS
        try:
            way = socket.create_connection((str(address), self.port), self.timeout)
        except OSError as error:
            raise from_mysql(pymysql.OperationalError(CR.CR_CONN_HOST_ERROR, str(error)), self.host) from None
        self._way, self._session = way.dup(), session
        with self._in_time():
            session.connect(way)

    def _security(self) -> Any:
        """Return how the driver makes TLS sure; without it, it uses TLS where the server offers any."""
        if self._tls == "prefer":
            return None
        if self._tls != "verify-full":
            return {"verify_mode": "none"}
        made = ssl.create_default_context(cadata=self._ca_pem or None)
        # Certificates that these servers make for themselves lack what is asked for strictly.
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return made

    def _run(self, statement: str, values: Sequence[Any] | None, most: int) -> list[tuple[Any, ...]]:
        self.requests += 1
        with self._in_time(), self._session.cursor() as cursor:
            cursor.execute(statement, values)
            self.columns = tuple(each[1] for each in cursor.description or ())
            found = list(cursor.fetchmany(most + 1)) if cursor.description else []
            if len(found) > most:
                self.close()
                raise OutboundError("too_large", f"{self.host} answers with more rows than it was asked for.")
            return found

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Let the server have its time; whatever it does wrong ends the session. Raises OutboundError."""
        timer = Timer(self.timeout, self._cut, (True,))
        timer.daemon = True
        timer.start()
        try:
            yield
        except pymysql.Error as error:
            late = self._late
            self.close()
            if late:
                text = f"{self.host} did not finish its answer within {self.timeout:g} seconds."
                raise OutboundError("timeout", text) from None
            raise from_mysql(error, self.host, hurried=self._hurried, seconds=self.timeout) from None
        except _BROKEN:
            self.close()
            raise OutboundError("bad_answer", f"{self.host} answers as no database of this kind does.") from None
        finally:
            timer.cancel()

    def _cut(self, late: bool = False) -> None:
        """Break the way to the server, also under a driver that waits for it in another thread."""
        self._late = late
        way = self._way
        if way is not None:
            with suppress(OSError):
                way.shutdown(socket.SHUT_RDWR)


class _Session(pymysql.Connection):  # type: ignore[misc]
    """The driver's session, which gives a password away by the methods that are named, and by no other."""

    methods: tuple[bytes, ...] = _BY_HASH

    def _get_server_information(self) -> None:
        super()._get_server_information()
        if str(getattr(self, "_auth_plugin_name", "")).encode() not in self.methods:
            # The server answers with the method that this user needs, which is then judged.
            self._auth_plugin_name = _BY_HASH[0].decode()

    def _process_auth(self, plugin_name: bytes, auth_packet: Any, handler: Any = None) -> Any:
        if plugin_name not in self.methods:
            raise pymysql.OperationalError(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "another method")
        return super()._process_auth(plugin_name, auth_packet, handler)

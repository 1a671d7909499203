"""A real MariaDB: Debian's packages, unpacked into a folder that is kept between test runs, and not installed.

Orders to count and users of every kind, as in `source_database`, for tests of sources.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pymysql

from tests.servers.certificates import certificate
from tests.servers.processes import end, free_port, spawn

PACKAGE: Final = "mariadb-server-core"
PASSWORD: Final = "only-for-reading"
READER: Final = "reader"
_LIBRARIES: Final = ("libaio1", "liburing2")
_SYSTEM: Final = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
_WORLD: Final = f"""
CREATE DATABASE shop CHARACTER SET utf8mb4;
USE shop;
CREATE TABLE shop.orders (day date, region varchar(40), amount decimal(12, 2), at timestamp NULL, noted datetime);
INSERT INTO shop.orders SELECT date '2026-01-01' + INTERVAL seq DIV 4 DAY, CONCAT('region ', seq % 2), seq,
    timestamp '2026-01-01 00:00:00' + INTERVAL seq * 6 HOUR, '2026-01-01' + INTERVAL seq * 6 HOUR FROM seq_0_to_399;
CREATE TABLE shop.many AS SELECT seq AS n FROM seq_1_to_300000;
CREATE TABLE shop.secrets (word text);
INSERT INTO shop.secrets VALUES ('tell-nobody');
CREATE TABLE shop.odd (time date, value text);
INSERT INTO shop.odd VALUES ('2026-01-01', '1e309'), ('2026-01-02', 'NaN'), ('2026-01-03', '3'), ('2026-01-04', NULL),
    ('2026-01-05', 'many'), ('2026-01-06', '0x1F');
CREATE FUNCTION shop.spoil() RETURNS int DETERMINISTIC RETURN 1;
CREATE USER {READER} IDENTIFIED BY '{PASSWORD}';
GRANT SELECT ON shop.orders TO {READER};
GRANT SELECT ON shop.many TO {READER};
GRANT SELECT (time, value) ON shop.odd TO {READER};
CREATE USER boss IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO boss WITH GRANT OPTION;
CREATE USER writer IDENTIFIED BY '{PASSWORD}'; GRANT SELECT, UPDATE ON shop.orders TO writer;
CREATE USER column_writer IDENTIFIED BY '{PASSWORD}'; GRANT SELECT, UPDATE (region) ON shop.orders TO column_writer;
CREATE USER deleter IDENTIFIED BY '{PASSWORD}'; GRANT SELECT, DELETE ON shop.* TO deleter;
CREATE USER filer IDENTIFIED BY '{PASSWORD}'; GRANT FILE ON *.* TO filer; GRANT SELECT ON shop.orders TO filer;
CREATE USER caller IDENTIFIED BY '{PASSWORD}'; GRANT SELECT ON shop.* TO caller;
GRANT EXECUTE ON FUNCTION shop.spoil TO caller;
CREATE USER giver IDENTIFIED BY '{PASSWORD}'; GRANT SELECT ON shop.orders TO giver WITH GRANT OPTION;
CREATE ROLE writers; GRANT INSERT ON shop.orders TO writers;
CREATE ROLE inner_writers; GRANT writers TO inner_writers;
CREATE USER heir IDENTIFIED BY '{PASSWORD}'; GRANT SELECT ON shop.orders TO heir; GRANT inner_writers TO heir;
CREATE USER heiress IDENTIFIED BY '{PASSWORD}'; GRANT inner_writers TO heiress;
SET DEFAULT ROLE inner_writers FOR heiress;
CREATE ROLE readers; GRANT SELECT ON shop.* TO readers;
CREATE USER pupil IDENTIFIED BY '{PASSWORD}' REQUIRE SSL; GRANT readers TO pupil; GRANT SELECT ON shop.* TO pupil;
SET DEFAULT ROLE readers FOR pupil;
"""


class Unavailable(Exception):
    """MariaDB cannot run here, for a reason in words."""


@dataclass(frozen=True)
class MariaDB:
    """A running server: where a connection finds it, and a way around the product's own code."""

    url: str
    sockets: str
    authority: str

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the superuser and return its rows."""
        session = pymysql.connect(unix_socket=self.sockets, user="root", autocommit=True, database="shop")
        try:
            with session.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        finally:
            session.close()

    def state(self) -> list[tuple[Any, ...]]:
        """Return what must not change: every table with its size, every user, every variable of the server."""
        kept = "('max_statement_time', 'read_only', 'sql_mode', 'transaction_read_only', 'local_infile', 'general_log')"
        return [
            row
            for statement in (
                "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES",
                "SELECT COUNT(*), SUM(amount), MAX(region) FROM orders",
                "SELECT word FROM secrets",
                "SELECT User, Host, authentication_string FROM mysql.user",
                "SELECT db, name FROM mysql.proc",
                f"SELECT * FROM information_schema.GLOBAL_VARIABLES WHERE VARIABLE_NAME IN {kept}",
            )
            for row in sorted(self.run(statement), key=str)
        ]


def environment() -> Path:
    """Return the folder with the unpacked packages; make it where it is missing. Raises Unavailable."""
    cache = Path(os.environ.get("MLTRACK_TEST_CACHE") or Path.home() / ".cache" / "mltrack")
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / "mariadb"
    with (cache / "mariadb.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "unpacked").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(folder)
            (folder / "unpacked").touch()
    return folder / "root"


def _fetch(folder: Path) -> None:
    missing = [each for each in ("apt-get", "dpkg-deb") if shutil.which(each) is None]
    if sys.platform != "linux" or missing:
        raise Unavailable(
            f"MariaDB is unpacked from Debian's packages, which takes {' and '.join(missing) or 'Linux'}."
        )
    debs = folder / "debs"
    debs.mkdir(parents=True)
    for names in ((PACKAGE,), _LIBRARIES):
        got = subprocess.run(["apt-get", "download", "-qq", *names], cwd=debs, capture_output=True, check=False)
        # Newer Debians name the libraries otherwise, and may have them.
        if got.returncode != 0 and names == (PACKAGE,):
            raise Unavailable(f"Debian's package {PACKAGE} cannot be downloaded from here.")
    for package in sorted(debs.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "root")], check=True)
    shutil.rmtree(debs)


@contextmanager
def serve(home: Path) -> Iterator[MariaDB]:
    """Serve a new database in `home`, a short path that is not there yet, until the end of the block.

    Raises Unavailable.
    """
    root = environment()
    share = root / "usr/share/mysql"
    (home / "data").mkdir(parents=True)
    pem, authority = certificate(home)
    program = [
        *(str(root / "usr/sbin/mariadbd"), "--no-defaults", f"--datadir={home / 'data'}", f"--lc-messages-dir={share}"),
        *(f"--character-sets-dir={share / 'charsets'}", f"--plugin-dir={root / 'usr/lib/mysql/plugin'}"),
        *("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-use-native-aio=0"),
        *(("--user=root",) if os.geteuid() == 0 else ()),
    ]
    libraries = [str(each.parent) for each in root.rglob("lib*.so.*")]
    env = {"LD_LIBRARY_PATH": ":".join(dict.fromkeys(libraries))}
    first = "CREATE DATABASE mysql;\nUSE mysql;\n" + "\n".join((share / each).read_text() for each in _SYSTEM)
    made = subprocess.run(
        [*program, "--bootstrap"], input=first, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise Unavailable(f"MariaDB cannot be set up here: {made.stderr[-400:]}")
    port, sockets, log = free_port(), home / "s", home / "log"
    listening = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={sockets}"]
    safe = [f"--ssl-cert={pem}", f"--ssl-key={pem}"]
    process = spawn([*program, *listening, *safe], log, env)
    try:
        _wait(sockets, process, log)
        server = MariaDB(f"mysql://127.0.0.1:{port}/shop", str(sockets), authority)
        _fill(server)
        yield server
    finally:
        end(process)


def _wait(sockets: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(sockets)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"MariaDB did not answer:\n{log.read_text(errors='replace')[-2000:]}")


def _fill(server: MariaDB) -> None:
    session = pymysql.connect(unix_socket=server.sockets, user="root", autocommit=True)
    try:
        with session.cursor() as cursor:
            for statement in _WORLD.split(";"):
                if statement.strip():
                    cursor.execute(statement)
    finally:
        session.close()

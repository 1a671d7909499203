"""What `manage.py doctor` looks at: each check says in words what it found, and what to do about it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.mail import get_connection
from django.db import Error as DatabaseFault
from django.db import connection
from django.http.request import validate_host
from kombu.exceptions import KombuError

from kpis.services.hook_secrets import closed_hooks
from kpis.services.subscription_secrets import closed_webhooks
from mltrack import env, standstill
from mltrack.preparation import unapplied
from projects.services.secrets import closed_secrets

Level = Literal["ok", "warning", "bad"]
OLDEST_SERVER: Final = 15
LEAST_FREE: Final = 1_000_000_000
CLOCK_SECONDS: Final = 5.0
_MB: Final = 1_000_000
_SUBJECTS: Final = {
    "beat": "The scheduler",
    "broker": "The broker",
    "queue:celery": "The worker of judgements (queue celery)",
    "queue:pulls": "The worker of pulls (queue pulls)",
}
_REMEDIES: Final = {
    "beat": "start `manage.py up`, or its --beat role",
    "broker": "look at REDIS_URL and the log of beat",
    "queue:celery": "start `manage.py up`, or its --worker role, and read worker.log",
    "queue:pulls": "start `manage.py up`, or its --worker role, and read pulls.log",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: its name, how it is, and a sentence for the operator."""

    name: str
    level: Level
    words: str


def database() -> Finding:
    """Reach PostgreSQL, and tell one that is too old."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000"
            )
            version, major = cursor.fetchone()
    except DatabaseFault as error:
        where = "DATABASE_URL" if not env.embedded() else "the embedded server"
        return Finding("Database", "bad", f"Not reachable ({where}): {first_line(error)}")
    if major < OLDEST_SERVER:
        return Finding("Database", "bad", f"PostgreSQL {version} is too old; {OLDEST_SERVER} or newer is needed.")
    kind = "embedded" if env.embedded() else "from DATABASE_URL"
    return Finding("Database", "ok", f"PostgreSQL {version}, {kind}.")


def tables() -> Finding:
    """Find migrations that wait."""
    waiting = unapplied()
    if waiting:
        return Finding("Tables", "bad", f"{waiting} migrations wait: run `manage.py migrate`.")
    return Finding("Tables", "ok", "Every migration is applied.")


def broker() -> Finding:
    """Reach the broker of jobs."""
    try:
        with current_app.connection_for_write() as channel:
            channel.ensure_connection(max_retries=1, interval_start=0, timeout=3)
            return Finding("Broker", "ok", f"{channel.transport_cls} answers.")
    except (KombuError, OSError, ValueError) as error:
        return Finding("Broker", "bad", f"Not reachable (REDIS_URL): {first_line(error)}")


def jobs() -> Finding:
    """Tell whether scheduler, broker and the workers of each queue are alive, by their signs of life."""
    found = standstill.find()
    if not found:
        return Finding("Jobs", "ok", "Scheduler, broker and the workers of every queue are alive.")
    return Finding("Jobs", "bad", " ".join(f"{_SUBJECTS[each.part]} {_since(each)}" for each in found))


def _since(each: standstill.Standstill) -> str:
    """Return the rest of the sentence: since when, and what to start."""
    ago = (
        "never gave a sign of life" if each.seconds is None else f"gave its last sign of life {each.seconds:.0f} s ago"
    )
    return f"{ago}: {_REMEDIES[each.part]}."


def secrets() -> Finding:
    """Open every stored secret."""
    closed = [*closed_secrets(), *closed_webhooks(), *closed_hooks()]
    if closed:
        words = f"Stored secrets that MLTRACK_ENCRYPTION_KEYS cannot open: {len(closed)}. Add the older key."
        return Finding("Secrets", "bad", words)
    return Finding("Secrets", "ok", "Every stored secret opens.")


def hosts() -> Finding:
    """Compare the public address with the hosts that are served."""
    address = settings.MLTRACK_URL
    host = urlsplit(address).hostname or ""
    if address and not validate_host(host, settings.ALLOWED_HOSTS):
        return Finding("Hosts", "bad", f"{host or address} (MLTRACK_PUBLIC_URL) is not in MLTRACK_ALLOWED_HOSTS.")
    return Finding("Hosts", "ok", f"Served as {', '.join(settings.ALLOWED_HOSTS)}.")


def configuration() -> Finding:
    """Run Django's system checks, ours among them."""
    found = [message for message in run_checks() if not message.is_silenced()]
    words = "; ".join(f"{message.msg} {message.hint or ''}".strip() for message in found)
    if any(message.level >= ERROR for message in found):
        return Finding("Settings", "bad", words)
    return Finding("Settings", "warning" if found else "ok", words or "Nothing unsafe.")


def disk() -> Finding:
    """Look at the space left for the data folder."""
    folder = next(path for path in (env.home(), *env.home().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    level: Level = "ok" if free >= LEAST_FREE else "bad"
    return Finding("Disk", level, f"{free // _MB:,} MB are free under {folder}.")


def mail() -> Finding:
    """Reach the mail server, where one is set."""
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return Finding("Mail", "warning", "No mail server is set (EMAIL_URL): mails are printed to the log.")
    try:
        with get_connection(timeout=5):
            return Finding("Mail", "ok", "The mail server takes our connection.")
    except OSError as error:
        return Finding("Mail", "bad", f"Not reachable (EMAIL_URL): {first_line(error)}")


def clock() -> Finding:
    """Compare this machine's clock with the database's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        apart = abs(time.time() - cursor.fetchone()[0])
    if apart > CLOCK_SECONDS:
        return Finding("Clock", "bad", f"This machine and the database are {apart:.0f} s apart: keep both by NTP.")
    return Finding("Clock", "ok", "This machine and the database agree.")


CHECKS: Final[dict[str, Callable[[], Finding]]] = {
    check.__name__: check
    for check in (database, tables, jobs, secrets, clock, broker, hosts, configuration, disk, mail)
}
_NEEDS_TABLES: Final = ("jobs", "secrets", "clock")


def diagnose() -> Iterator[Finding]:
    """Yield what each check finds; what needs tables is asked only where there are any."""
    skipped: set[str] = set()
    for name, check in CHECKS.items():
        if name in skipped:
            continue
        found = check()
        yield found
        if found.level == "bad" and name in ("database", "tables"):
            skipped.update(("tables", *_NEEDS_TABLES))


def look_at(names: Sequence[str]) -> Iterator[Finding]:
    """Yield what the named checks find; a database that is away is their finding too."""
    for name in names:
        try:
            yield CHECKS[name]()
        except DatabaseFault as error:
            yield Finding(name.capitalize(), "bad", f"The database cannot say: {first_line(error)}")


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, or its kind; it never holds a password."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]

"""Which tables a backup holds, and how one is read and written by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder

# What `migrate` and the start of the web role write by themselves: a database with this alone counts as empty.
MADE_BY_ITSELF: Final = frozenset(
    {"django_migrations", "django_content_type", "auth_permission", "accounts_firstruncode", "accounts_heartbeat"}
)

_COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND c.relname = ANY(%s)
GROUP BY c.relname ORDER BY c.relname
"""
_ORDER = """
SELECT c.relname, array_agg(quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END
                            ORDER BY array_position(i.indkey::int2[], a.attnum))
FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s) GROUP BY c.relname
"""
_SEQUENCES = """
SELECT sequencename::text FROM pg_sequences s
JOIN pg_class c ON c.relname = s.sequencename AND c.relnamespace = s.schemaname::regnamespace
JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
JOIN pg_class t ON t.oid = d.refobjid
WHERE s.schemaname = current_schema() AND t.relname = ANY(%s) ORDER BY 1
"""
# What COPY writes must be the same text wherever it runs.
_SAME_TEXT = (
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)


@dataclass(frozen=True)
class Table:
    """One table of the database: all its columns, and the terms that order its rows the same way everywhere."""

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def copy_out(self) -> str:
        """Return the statement that writes its rows in order."""
        order = f" ORDER BY {', '.join(self.order)}" if self.order else ""
        return f"COPY (SELECT {self._columns} FROM {quoted(self.name)}{order}) TO STDOUT (ENCODING 'UTF8')"  # noqa: S608

    @property
    def copy_in(self) -> str:
        """Return the statement that reads rows."""
        return f"COPY {quoted(self.name)} ({self._columns}) FROM STDIN (ENCODING 'UTF8')"

    @property
    def _columns(self) -> str:
        return ", ".join(map(quoted, self.columns))


def quoted(name: str) -> str:
    """Return an identifier as SQL."""
    return connection.ops.quote_name(name)


def left_out() -> set[str]:
    """Return the tables that a backup leaves out: sign-ins and counters, which must not come back to life."""
    return {Session._meta.db_table, str(settings.CACHES["default"]["LOCATION"])}


def known_tables() -> set[str]:
    """Return every table that this version of the product has."""
    found = connection.introspection.django_table_names(only_existing=False, include_views=False)
    return {*found, MigrationRecorder.Migration._meta.db_table, *left_out()}


def tables(cursor: CursorWrapper) -> list[Table]:
    """Return the tables of a backup that this database has, by name."""
    names = sorted(known_tables() - left_out())
    cursor.execute(_ORDER, [names])
    orders = dict(cursor.fetchall())
    cursor.execute(_COLUMNS, [names])
    return [Table(name, tuple(columns), tuple(orders.get(name, ()))) for name, columns in cursor.fetchall()]


def targets_first(names: Iterable[str]) -> list[str]:
    """Return tables in an order to fill them: a key that is no constraint may be checked at once, not at the end."""
    depths = {model._meta.db_table: _depth(model) for model in apps.get_models()}
    return sorted(names, key=lambda name: depths.get(name, 0))


def _depth(model: type[models.Model]) -> int:
    """Return how many tables must be filled one after the other before this one's unconstrained keys are safe."""
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "db_constraint", True)]
    targets = [field.related_model for field in fields]
    return max((1 + _depth(each) for each in targets if each is not None and each is not model), default=0)


def existing(cursor: CursorWrapper, names: Sequence[str]) -> list[str]:
    """Return which of these tables the database has."""
    cursor.execute("SELECT t FROM unnest(%s::text[]) t WHERE to_regclass(quote_ident(t)) IS NOT NULL", [list(names)])
    return [name for (name,) in cursor.fetchall()]


def sequences(cursor: CursorWrapper, names: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """Return the counters that belong to these tables: last value, and whether it was used."""
    cursor.execute(_SEQUENCES, [list(names)])
    found: dict[str, tuple[int, bool]] = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f"SELECT last_value, is_called FROM {quoted(name)}")  # noqa: S608
        found[name] = cursor.fetchone()
    return found


def same_text(cursor: CursorWrapper) -> None:
    """Let this transaction write values as every server does, and take the time that it needs."""
    for statement in _SAME_TEXT:
        cursor.execute(statement)

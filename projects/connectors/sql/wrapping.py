"""The statement that asks a proven one for what is needed of it: texts of a bounded length, since a moment."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from projects.connectors.reading_records import MOST_ROWS, SeriesQuery

LONGEST_TIME: Final = 64
LONGEST_NUMBER: Final = 400
LONGEST_SEGMENT: Final = 121


def for_postgres(proven: str, query: SeriesQuery) -> str:
    """Return the statement in PostgreSQL's words."""
    time, value, segment = _columns(query, '"')
    part = f"pg_catalog.left(CAST(source.{segment} AS text), {LONGEST_SEGMENT})" if segment else "''"
    return "".join(
        (
            f"SELECT pg_catalog.left(CAST(source.{time} AS text), {LONGEST_TIME}), ",
            f"pg_catalog.left(CAST(source.{value} AS text), {LONGEST_NUMBER}), {part} FROM (",
            proven,
            f") AS source WHERE source.{time} >= TIMESTAMPTZ '{_since(query)}+00' LIMIT {MOST_ROWS + 1}",
        )
    )


def time_of(proven: str, query: SeriesQuery) -> str:
    """Return the statement that brings no row, and tells MariaDB's and MySQL's type of the times."""
    return f"SELECT source.{_columns(query, '`')[0]} FROM ({proven}) AS source LIMIT 0"  # noqa: S608 (proven)


def for_mysql(proven: str, query: SeriesQuery, *, is_moment: bool) -> str:
    """Return the statement in MariaDB's and MySQL's words; a time that `is_moment` is one in UTC, else it is local."""
    time, value, segment = _columns(query, "`")
    part = f"LEFT(CAST(source.{segment} AS CHAR), {LONGEST_SEGMENT})" if segment else "''"
    when = f"CAST(source.{time} AS CHAR)"
    told = f"CONCAT({when}, '+00:00')" if is_moment else when
    return "".join(
        (
            f"SELECT LEFT({told}, {LONGEST_TIME}), ",
            f"LEFT(CAST(source.{value} AS CHAR), {LONGEST_NUMBER}), {part} FROM (",
            proven,
            f") AS source WHERE source.{time} >= TIMESTAMP '{_since(query)}' LIMIT {MOST_ROWS + 1}",
        )
    )


def _columns(query: SeriesQuery, quote: str) -> tuple[str, str, str]:
    """Return the names of time, value and segment between quotes; the last is empty where there is none."""
    named = (query.options.get(f"{name}_column") for name in ("time", "value", "segment"))
    time, value, segment = (str(each or name) for each, name in zip(named, ("time", "value", ""), strict=True))
    found = [quote + each.replace(quote, quote * 2) + quote if each else "" for each in (time, value, segment)]
    return found[0], found[1], found[2]


def _since(query: SeriesQuery) -> str:
    return query.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

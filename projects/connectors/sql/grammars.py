"""What of SQL each database may be asked in: its dialect, the functions that compute, and the tables of its system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from projects.connectors.sql import functions, functions_mysql


@dataclass(frozen=True, slots=True)
class Grammar:
    """One dialect. `doubtful` are marks that its databases may read otherwise than a parser does."""

    dialect: str
    title: str
    allowed: frozenset[str]
    before_brackets: frozenset[str]
    system: frozenset[str]
    doubtful: tuple[str, ...] = ()


POSTGRES: Final = Grammar(
    "postgres",
    "PostgreSQL",
    functions.ALLOWED,
    functions.BEFORE_BRACKETS,
    frozenset({"pg_catalog", "information_schema", "pg_toast"}),
)
MYSQL: Final = Grammar(
    "mysql",
    "MariaDB and MySQL",
    functions_mysql.ALLOWED,
    functions_mysql.BEFORE_BRACKETS,
    frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
    ("\\", "/*!", "/*m!", "/*+"),
)


def grammar_of(base_url: str) -> Grammar:
    """Return the grammar of the database at an address, by its scheme."""
    return MYSQL if base_url.lower().startswith(("mysql:", "mariadb:")) else POSTGRES

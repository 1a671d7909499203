"""What a migration must not do to a table that is in use, told from the SQL that it runs.

An old server goes on serving while tables change, and it must be able to read and write before and after. A migration
that must break a rule says why in a text named `WHY_SAFE` in its module.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Final

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

# What the first release begins with: nobody's tables had rows.
OF_THE_FIRST_RELEASE: Final = {
    ("accounts", "0001_create_people_and_workspaces"),
    ("accounts", "0002_create_cache_table"),
    ("projects", "0001_create_facts"),
    ("kpis", "0001_create_judgement"),
    ("kpis", "0002_keep_shares_and_self_approved_goals"),
    ("kpis", "0003_keep_summaries_of_snapshots"),
    ("kpis", "0004_drop_the_second_index_of_readings"),
}
TABLE: Final = r'(?:ONLY )?"?(?P<table>\w+)"?'
RULES: Final[dict[str, str]] = {
    rf"ALTER TABLE {TABLE} ADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL": "adds a NOT NULL column without a default",
    rf"ALTER TABLE {TABLE} ALTER COLUMN \"?\w+\"? DROP DEFAULT": "drops a default of old servers: use db_default",
    rf"ALTER TABLE {TABLE} ALTER COLUMN .*\bTYPE\b": "rewrites the table for another type",
    rf"ALTER TABLE {TABLE} ALTER COLUMN .*\bSET NOT NULL": "reads the whole table under a lock for NOT NULL",
    rf"ALTER TABLE {TABLE} ADD COLUMN .*(\bGENERATED\b|\bserial\b|random\(|clock_timestamp\(|gen_random)": (
        "rewrites the table for a computed column"
    ),
    rf"ALTER TABLE {TABLE} RENAME\b": "renames what old servers read",
    rf"ALTER TABLE {TABLE} DROP COLUMN": "drops what old servers read",
    r'DROP TABLE (?:IF EXISTS )?"?(?P<table>\w+)"?': "drops what old servers read",
    rf"ALTER TABLE {TABLE} ADD CONSTRAINT (?!.*(\bNOT VALID\b|USING INDEX)).*\b(CHECK|FOREIGN KEY|UNIQUE|EXCLUDE)\b": (
        "checks the whole table under a lock: NOT VALID first"
    ),
    r'CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON "?(?P<table>\w+)"?': (
        "builds an index without CONCURRENTLY: nobody can write meanwhile"
    ),
    r'(LOCK TABLE|TRUNCATE(?: TABLE)?|CLUSTER|VACUUM FULL|REINDEX TABLE) "?(?P<table>\w+)"?': "locks the whole table",
    r'(UPDATE|DELETE FROM) "?(?P<table>\w+)"?': "changes rows in the transaction of the migration: do it in a job",
    r"-- THIS OPERATION CANNOT BE WRITTEN AS SQL(?P<table>)": "runs Python in the transaction of the migration",
}


def findings(statements: Iterable[str]) -> list[str]:
    """Return what is unsafe in the statements of one migration; tables that it makes itself are nobody's yet."""
    lines = [" ".join(statement.split()) for statement in statements]
    made = {name for line in lines for name in re.findall(r'CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?', line, re.I)}
    return [
        f"{words} ({line[:100]})"
        for line in lines
        for pattern, words in RULES.items()
        if (found := re.match(pattern, line, re.I)) and found["table"] not in made
    ]


def sql_of(migration: Migration, state: ProjectState) -> list[str]:
    """Return the statements that a migration would run on tables that are as `state` says."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
    return list(editor.collected_sql)


def why_safe(migration: Migration) -> str:
    """Return the reason that a migration gives for breaking a rule; empty where it gives none."""
    return str(getattr(sys.modules.get(type(migration).__module__), "WHY_SAFE", ""))


def unsafe_migrations(apps: Iterable[str]) -> list[str]:
    """Return `app.name: what` for each unsafe thing in the migrations of these apps."""
    loader, found = MigrationLoader(connection), []
    for key, migration in sorted(loader.disk_migrations.items()):
        if key[0] in apps and key not in OF_THE_FIRST_RELEASE and not why_safe(migration):
            statements = sql_of(migration, loader.project_state(key, at_end=False))
            found += [f"{'.'.join(key)}: {words}" for words in findings(statements)]
    return found

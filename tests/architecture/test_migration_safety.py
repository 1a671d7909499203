"""No migration locks a table that is in use for long, or takes from old servers what they need."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.architecture.migration_safety import OF_THE_FIRST_RELEASE, findings, sql_of, unsafe_migrations

# Building an index CONCURRENTLY is refused inside a transaction, also while its SQL is only collected.
pytestmark = pytest.mark.django_db(transaction=True)

OURS = ("accounts", "projects", "kpis")
REBUILD = "ALTER TABLE accounts_workspace ALTER COLUMN key TYPE text"


def planted(*operations: Operation) -> list[str]:
    """Return what is found in a migration of accounts with these operations."""
    kind = type("Migration", (migrations.Migration,), {"operations": list(operations)})
    migration = kind("9999_planted", "accounts")
    loader = MigrationLoader(connection)
    return findings(sql_of(migration, loader.project_state(loader.graph.leaf_nodes("accounts"))))


def test_no_migration_is_unsafe() -> None:
    assert unsafe_migrations(OURS) == []


def test_what_is_exempt_exists() -> None:
    assert set(MigrationLoader(None).disk_migrations) >= OF_THE_FIRST_RELEASE


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([migrations.AddField("workspace", "x", models.IntegerField(default=0))], "drops a default of old servers"),
        ([migrations.AddField("workspace", "x", models.BooleanField(default=False))], "drops a default of old servers"),
        (
            [migrations.RunSQL('ALTER TABLE "accounts_workspace" ADD COLUMN x int NOT NULL')],
            "NOT NULL column without a default",
        ),
        (
            [migrations.AddIndex("workspace", models.Index(fields=["name"], name="by_name"))],
            "without CONCURRENTLY",
        ),
        (
            [migrations.AddField("workspace", "x", models.ForeignKey("User", models.CASCADE, null=True))],
            "without CONCURRENTLY",
        ),
        ([migrations.AlterField("workspace", "name", models.TextField())], "rewrites the table"),
        ([migrations.RunSQL(REBUILD)], "rewrites the table"),
        ([migrations.RenameField("workspace", "name", "title")], "renames"),
        ([migrations.RenameModel("Workspace", "Tenant")], "renames"),
        ([migrations.RemoveField("workspace", "name")], "drops what old servers read"),
        ([migrations.DeleteModel("FirstRunCode")], "drops what old servers read"),
        ([migrations.AlterField("apitoken", "revoked_at", models.DateTimeField())], "NOT NULL"),
        (
            [migrations.AddConstraint("workspace", models.CheckConstraint(condition=~models.Q(name=""), name="named"))],
            "NOT VALID first",
        ),
        (
            [migrations.AddConstraint("workspace", models.UniqueConstraint(fields=["name"], name="once"))],
            "NOT VALID first",
        ),
        ([migrations.RunSQL("UPDATE accounts_workspace SET name = ''")], "do it in a job"),
        ([migrations.RunSQL("LOCK TABLE accounts_workspace")], "locks the whole table"),
        ([migrations.RunPython(migrations.RunPython.noop)], "runs Python"),
    ],
)
def test_an_unsafe_migration_is_found(operations: Sequence[Operation], words: str) -> None:
    found = planted(*operations)
    assert any(words in each for each in found), found


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("workspace", "x", models.IntegerField(null=True))],
        [migrations.AddField("workspace", "x", models.IntegerField(db_default=0))],
        [
            migrations.AddField(
                "workspace", "x", models.ForeignKey("accounts.User", models.CASCADE, null=True, db_index=False)
            )
        ],
        [AddIndexConcurrently("workspace", models.Index(fields=["name"], name="by_name"))],
        [migrations.RunSQL("ALTER TABLE accounts_workspace ADD CONSTRAINT x CHECK (name <> '') NOT VALID")],
        [migrations.RunSQL("ALTER TABLE accounts_workspace VALIDATE CONSTRAINT x")],
        [
            migrations.CreateModel(
                "Thing", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]
            ),
            migrations.AddIndex("thing", models.Index(fields=["n"], name="by_n")),
        ],
    ],
)
def test_a_safe_migration_is_let_through(operations: Sequence[Operation]) -> None:
    assert planted(*operations) == []

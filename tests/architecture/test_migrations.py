"""Migrations tell a deed, stand in one line, and say all that the models say."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

APPS = ("accounts", "projects", "kpis")


@pytest.mark.parametrize("app", APPS)
def test_migrations_are_named_by_deed_and_linear(app: str) -> None:
    loader = MigrationLoader(None)
    names = sorted(name for label, name in loader.disk_migrations if label == app)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert [name for name in names if re.search(r"_auto_|_alter_|^\d{4}_initial$", name)] == []
    assert len(loader.graph.leaf_nodes(app)) == 1


@pytest.mark.django_db
def test_the_models_need_no_further_migration() -> None:
    assert connection.vendor == "postgresql"
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)

"""A database with something in every table, and ways to look at all of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection, models

from mltrack.accounts.access import Principal
from mltrack.accounts.models import User
from mltrack.backups.manifest import Manifest
from mltrack.backups.tables import left_out, tables
from mltrack.backups.taking import take_backup
from projects.services.connections import create_connection
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task
from tests.factories import make_initiative, make_workspace

NOW = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
ODD = "tab\there, line\nbreak, back\\slash, \\. and \\N, zażółć 🦉, quote ' \" and NULL"
SECRET = "a secret of the world"
PLAIN: dict[type[models.Field[Any, Any]], Any] = {
    models.TextField: ODD,
    models.DateTimeField: NOW,
    models.DateField: NOW.date(),
    models.FloatField: 0.1 + 0.2,
    models.IntegerField: 7,
    models.BooleanField: True,
    models.JSONField: {"odd": ODD, "number": 1e-300, "none": None},
}
# What constraints ask of rows that are made from the models alone.
ASKED: dict[str, dict[str, Any]] = {
    "projects_modelversion": {"pushed_to": None},
    "accounts_apitoken": {"scopes": ["read", "gate"]},
    "projects_evaluationupload": {"evaluation": None, "columns": ["correct"]},
    "projects_labelingproject": {"external_id": "7"},
    "projects_labeltask": {"state": "labeled"},
    "projects_datasource": {"key": "odd"},
    "projects_observationsource": {"threshold": None, "statement": ODD},
    "projects_senttask": {"told_open": None},
    "kpis_kpialert": {"kind": "missing", "value": None},
    "kpis_experimentresult": {"outcome": "means", "treated_n": 20, "control_n": 20, "scale": 1.0},
    "kpis_contributionresult": {"method": "did", "grade": "C", "effect": 1.0, "low": 0.5, "high": 1.5, "problem": ""},
    "kpis_initiativecost": {"kind": "people"},
    "kpis_valuedecision": {"decision": "expand"},
    "kpis_notice": {"cause": None},
    "kpis_findingmute": {"source": "odd"},
    "kpis_kpisource": {"statement": ODD},
    "kpis_formulapart": {"initiative": None, "fact": ""},
    "kpis_sharelink": {"expires_at": datetime(2100, 1, 1, tzinfo=UTC)},
    "kpis_subscription": {"channel": "mail", "sealed_secret": "", "weekdays": [0, 6]},
    "kpis_subscriptiondelivery": {"state": "sent"},
    "kpis_hook": {"failures": 7, "events": [ODD], "sealed_old_secret": ODD},
    "kpis_hookevent": {"type": "alert.opened"},
    "kpis_hookdelivery": {"state": "sent"},
    "kpis_dashboard": {"key": "odd"},
    "kpis_panel": {"removed_from": None},
    "kpis_readingcorrection": {"replaced_by": 7.5},
}


def back_up(path: Path) -> Manifest:
    """Take a backup of the test's database."""
    return take_backup(path, version="0.1.0", now=NOW)


def fill() -> Principal:
    """Fill every table: the sample workspace, a sealed secret, and rows of text that is hard to copy."""
    call_command("seed_demo", verbosity=0, stdout=StringIO())
    owner = make_workspace("odd", name="Odd")
    initiative = make_initiative(owner, "ODD", name="Odd", problem=ODD)
    version, _ = record_dataset(owner, initiative, name="odd", digest="d1")
    record_splits(owner, initiative, version, [SplitInput("train", 9), SplitInput("test", 4)])
    sprint = create_sprint(owner, name="Odd", starts_on=NOW.date(), ends_on=NOW.date(), goal=ODD)
    first = create_task(owner, initiative, title="odd", body=ODD)
    create_task(owner, initiative, title="odd", sprint=sprint, blocked_by=[first])
    create_connection(owner, kind="mlflow", name="sealed", base_url="http://mlflow:5000", secret=SECRET)
    for model in apps.get_models():
        if not model._meta.db_table.startswith(tuple(left_out())) and not model._base_manager.exists():
            model._base_manager.create(**{**fields_of(model), **ASKED.get(model._meta.db_table, {})})
    person = User.objects.get(pk=owner.user.pk if owner.user else 0)
    permission, group = Permission.objects.order_by("pk")[0], Group.objects.get()
    person.groups.add(group)
    person.user_permissions.add(permission)
    group.permissions.add(permission)
    return owner


def fields_of(model: type[models.Model]) -> dict[str, Any]:
    """Return a value for each field that has no default: related rows, a choice, or text that is hard to copy."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if (field.primary_key and not field.is_relation) or (field.has_default() and not field.null):
            continue
        if isinstance(field, models.ForeignKey):
            rows = field.related_model._base_manager.order_by("pk")
            # Two relations to one model lead to two rows.
            found[field.name] = rows.last() if rows.first() in found.values() else rows.first()
        elif field.choices:
            found[field.name] = next(iter(field.flatchoices))[0]
        elif isinstance(field, models.CharField):
            found[field.name] = ODD[: field.max_length]
        elif kind := next((each for each in PLAIN if isinstance(field, each)), None):
            found[field.name] = PLAIN[kind]
    return found


def contents() -> dict[str, tuple[int, str]]:
    """Return rows and a digest of each table, read another way than backups read them."""
    found: dict[str, tuple[int, str]] = {}
    with connection.cursor() as cursor:
        for table in tables(cursor):
            cursor.execute(f'SELECT t::text FROM "{table.name}" t')
            rows = sorted(text for (text,) in cursor.fetchall())
            found[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def counters() -> dict[str, Any]:
    """Return where each sequence stands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
        return dict(cursor.fetchall())


def empty() -> None:
    """Remove every row but those that migrations write."""
    call_command("flush", verbosity=0, interactive=False)

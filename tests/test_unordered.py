"""Who reads rows without asking for an order gets another one than the database's."""

from __future__ import annotations

import pytest
from django.db import connection

from mltrack.accounts.models import AuditEvent
from tests.factories import make_initiative, make_workspace


@pytest.mark.django_db
def test_unordered_rows_come_last_first() -> None:
    make_initiative(make_workspace())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {AuditEvent._meta.db_table}")
        stored = [number for (number,) in cursor.fetchall()]
    assert len(stored) > 1
    assert list(AuditEvent.objects.values_list("pk", flat=True)) == stored[::-1]
    assert list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True)) == sorted(stored)

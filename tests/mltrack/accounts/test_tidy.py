"""What accounts forgets, and in which steps."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import psycopg2
import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from mltrack.accounts.models import AuditEvent, IdempotencyRecord, ThrottleCounter
from mltrack.accounts.services.tidy import tidy_requests
from mltrack.accounts.services.tokens import create_token
from mltrack.batches import AT_ONCE, delete_in_batches
from tests.databases import url_of
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db

DROP = (
    "DELETE FROM accounts_throttlecounter WHERE id IN "
    "(SELECT id FROM accounts_throttlecounter ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)"
)


def ago(**parts: float) -> datetime:
    return timezone.now() - timedelta(**parts)


def count(number: int) -> None:
    ThrottleCounter.objects.bulk_create(
        [ThrottleCounter(key=f"k{each}", window=ago(hours=2), count=1) for each in range(number)]
    )


def test_each_thing_has_its_time() -> None:
    owner = make_workspace()
    assert owner.user is not None
    token, _ = create_token(owner, user=owner.user, name="t", scopes=["read"], days=1)
    for number, hours in enumerate((25.0, 23.0)):
        made = IdempotencyRecord.objects.create(token=token, key=str(number), digest="x")
        IdempotencyRecord.objects.filter(pk=made.pk).update(created_at=ago(hours=hours))
    for window in (1.1, 0.9):
        ThrottleCounter.objects.create(key="k", window=ago(hours=window), count=1)
    for key, hours in (("over", 0.1), ("open", -0.1)):
        Session.objects.create(session_key=key, session_data="", expire_date=ago(hours=hours))
    cache.set("over", 1, 0.001)
    cache.set("open", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_cache SET expires = now() - interval '1 s' WHERE cache_key LIKE '%%over'")
    events = AuditEvent.objects.count()
    assert set(tidy_requests().values()) == {1}
    assert [each.key for each in IdempotencyRecord.objects.all()] == ["1"]
    assert [each.session_key for each in Session.objects.all()] == ["open"]
    assert ThrottleCounter.objects.count() == 1
    assert cache.get("open") == 1
    assert AuditEvent.objects.count() == events


def test_steps_are_small_and_a_run_is_bounded() -> None:
    count(AT_ONCE + 5)
    assert delete_in_batches(DROP, {}, most=AT_ONCE + 2) == AT_ONCE + 2
    assert delete_in_batches(DROP, {}) == 3
    assert delete_in_batches(DROP, {}) == 0


@pytest.mark.django_db(transaction=True)
def test_rows_that_somebody_holds_wait_for_the_next_time() -> None:
    count(3)
    other = psycopg2.connect(url_of(str(connection.settings_dict["NAME"])))
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM accounts_throttlecounter WHERE key = 'k1' FOR UPDATE")
        assert tidy_requests()["accounts_throttlecounter"] == 2
        assert [each.key for each in ThrottleCounter.objects.all()] == ["k1"]
        other.rollback()
    finally:
        other.close()
    assert tidy_requests()["accounts_throttlecounter"] == 1


def test_the_command_says_how_much_went() -> None:
    count(2)
    out = StringIO()
    call_command("tidy", stdout=out)
    assert out.getvalue().splitlines() == [
        "accounts_idempotencyrecord: 0 rows",
        "accounts_throttlecounter: 2 rows",
        "django_session: 0 rows",
        "accounts_cache: 0 rows",
        "projects_syncattempt: 0 rows",
        "projects_caseblock: 0 rows",
        "projects_nudgedelivery: 0 rows",
        "kpis_readinesssnapshot: 0 rows",
        "kpis_forecast: 0 rows",
    ]

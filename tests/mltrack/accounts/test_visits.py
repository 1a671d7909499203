"""A visit is noted once a minute, and costs nothing in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mltrack.accounts.access import Principal, principal_in
from mltrack.accounts.models import Member
from mltrack.accounts.services.workspaces import note_visit
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db


def again(principal: Principal) -> Principal:
    """Return the principal of the person's next request."""
    assert principal.user is not None
    return principal_in(principal.user, principal.workspace.key)


def test_the_first_visit_is_noted() -> None:
    person = again(make_workspace())
    assert person.seen_at is None
    note_visit(person)
    seen = again(person).seen_at
    assert seen is not None and timezone.now() - seen < timedelta(minutes=1)


def test_the_next_one_within_a_minute_asks_nothing(django_assert_num_queries: Any) -> None:
    person = again(make_workspace())
    note_visit(person)
    person = again(person)
    with django_assert_num_queries(0):
        note_visit(person)
    Member.objects.update(last_seen_at=timezone.now() - timedelta(minutes=2))
    person = again(person)
    note_visit(person)
    assert again(person).seen_at != person.seen_at


def test_the_system_visits_nothing(django_assert_num_queries: Any) -> None:
    system = replace(make_workspace(), user=None)
    with django_assert_num_queries(0):
        note_visit(system)

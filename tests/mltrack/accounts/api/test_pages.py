"""Keyset pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from mltrack.accounts.access import principal_in
from mltrack.accounts.models import AuditEvent, IdempotencyRecord, ThrottleCounter
from mltrack.accounts.services.audit import record_audit
from mltrack.rest.pages import CursorPages
from mltrack.rest.problems import Problem
from tests.mltrack.accounts.api.callers import Caller, Callers
from tests.mltrack.accounts.api.test_access import is_problem


def write(one: Caller, *keys: str) -> None:
    for key in keys:
        record_audit(principal_in(one.user, one.workspace.key), "note", "note", key)


def walk(pages: CursorPages, queryset: QuerySet[Any, Any], limit: int) -> tuple[list[Any], list[Any]]:
    """Return what a reader sees going forward to the end, and then back to the start (in list order)."""
    page = pages.read(queryset, limit)
    assert page.prev is None
    forward, back = list(page.items), list(page.items)
    while page.next:
        page = pages.read(queryset, limit, page.next)
        forward += page.items
        back = list(page.items)
    while page.prev:
        page = pages.read(queryset, limit, page.prev)
        back = page.items + back
    return forward, back


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
@pytest.mark.parametrize("order", ["count", "-count", "key", "-window", "id", "-id", "pk"])
def test_each_row_comes_once_in_both_directions(db: None, order: str, limit: int) -> None:
    for number in range(7):
        moment = f"2026-01-01T00:00:00.00000{number % 2}Z"
        ThrottleCounter.objects.create(key=f"k{number}", count=number % 3, window=moment)
    sign = "-" if order.startswith("-") else ""
    rows = ThrottleCounter.objects.all()
    forward, back = walk(CursorPages(order, "test"), rows, limit)
    assert forward == back == list(rows.order_by(order, f"{sign}pk"))


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
@pytest.mark.parametrize("order", ["status", "-status"])
def test_null_is_the_greatest_value_and_nothing_is_lost(callers: Callers, order: str, limit: int) -> None:
    for number, status in enumerate([200, None, 201, None, 200, None]):
        IdempotencyRecord.objects.create(token=callers.owner.token, key=f"k{number}", digest="d", status=status)
    forward, back = walk(CursorPages(order, "test"), IdempotencyRecord.objects.all(), limit)
    expected = sorted(
        IdempotencyRecord.objects.all(),
        key=lambda row: (row.status is None, row.status, row.pk),
        reverse=order[0] == "-",
    )
    assert forward == back == expected


def test_related_fields_and_dicts_can_be_ordered_by(callers: Callers) -> None:
    write(callers.owner, "a", "b")
    write(callers.stranger, "c")
    events = AuditEvent.objects.filter(action="note").select_related("workspace")
    forward, back = walk(CursorPages("-workspace__key", "test"), events, 1)
    assert [event.object_key for event in forward] == [event.object_key for event in back] == ["c", "b", "a"]
    rows = events.order_by().values("id", "object_key")
    forward, back = walk(CursorPages("object_key", "test", tie="id"), rows, 2)
    assert [row["object_key"] for row in forward] == [row["object_key"] for row in back] == ["a", "b", "c"]


def test_rows_that_come_and_go_disturb_no_reader(callers: Callers) -> None:
    write(callers.owner, *"abcdef")
    first = callers.owner.call("get", "notes/?limit=3").json()
    write(callers.owner, "g")
    AuditEvent.objects.filter(object_key__in=["d", "e"]).delete()
    second = callers.owner.call("get", first["next"].partition("/api/v1/")[2]).json()
    assert [note["key"] for note in first["data"] + second["data"]] == list("fedcba")


def test_a_page_has_one_query_at_any_size(db: None, django_assert_num_queries: Any) -> None:
    for number in range(30):
        ThrottleCounter.objects.create(key=str(number), window="2026-01-01T00:00:00Z")
    pages = CursorPages("-count", "test")
    with django_assert_num_queries(1):
        page = pages.read(ThrottleCounter.objects.all(), 10)
    with django_assert_num_queries(1):
        pages.read(ThrottleCounter.objects.all(), 10, page.next or "")


def test_links_lead_on_and_keep_the_filter(callers: Callers) -> None:
    write(callers.owner, "a", "a", "b", "a")
    first = callers.member.call("get", "notes/?key=a&limit=2").json()
    assert (len(first["data"]), first["prev"]) == (2, None)
    assert first["next"].startswith("http://testserver/api/v1/notes/?")
    second = callers.member.call("get", first["next"].partition("/api/v1/")[2]).json()
    assert ([note["key"] for note in second["data"]], second["next"]) == (["a"], None)
    back = callers.member.call("get", second["prev"].partition("/api/v1/")[2]).json()
    assert (back["data"], back["prev"]) == (first["data"], None)


def test_the_cursor_may_be_the_link_or_what_it_holds(callers: Callers) -> None:
    write(callers.owner, "a", "b")
    link = callers.owner.call("get", "notes/?limit=1").json()["next"]
    bare = link.partition("cursor=")[2].partition("&")[0]
    for cursor in (bare, link.replace("&", "%26")):
        found = callers.owner.call("get", f"notes/?limit=1&cursor={cursor}")
        assert [note["key"] for note in found.json()["data"]] == ["a"]


@pytest.mark.parametrize("cursor", ["x", "ž", "a" * 3_000, "gAAAAA", "MQ", "http://x/?cursor=", "%00"])
def test_a_foreign_cursor_is_400(callers: Callers, cursor: str) -> None:
    answer = callers.owner.call("get", f"notes/?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json()["code"] in ("bad_cursor", "invalid")


def test_a_cursor_serves_its_own_list_alone(callers: Callers) -> None:
    write(callers.owner, "a", "a", "b")
    cursor = callers.owner.call("get", "notes/?limit=1").json()["next"].partition("cursor=")[2].partition("&")[0]
    is_problem(callers.owner.call("get", f"notes/?key=a&cursor={cursor}"), 400, "bad_cursor")
    is_problem(callers.stranger.call("get", f"notes/?cursor={cursor}"), 400, "bad_cursor")
    assert callers.owner.call("get", f"notes/?limit=2&cursor={cursor}").status_code == 200


def test_a_cursor_cannot_be_altered_or_read(db: None) -> None:
    for number in range(2):
        ThrottleCounter.objects.create(key=f"secret{number}", window="2026-01-01T00:00:00Z")
    pages = CursorPages("key", "test")
    cursor = pages.read(ThrottleCounter.objects.all(), 1).next or ""
    assert "secret" not in cursor
    with pytest.raises(Problem):
        pages.read(ThrottleCounter.objects.all(), 1, cursor[:50] + ("A" if cursor[50] != "A" else "B") + cursor[51:])

"""Checks with their deeds, and the strip of earlier verdicts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import Context
from django.test import RequestFactory

from kpis.selectors.readiness import Row
from kpis.selectors.snapshots import Earlier
from kpis.templatetags.initiative import check_rows, verdict_strip
from mltrack.accounts.models import Workspace
from projects.models import Initiative

CHECK = {"id": "data.schema", "title": "Schema", "result": "fail", "required": True, "observed": None}
AT = datetime(2027, 1, 10, 12, tzinfo=UTC)


def rows(*, may: bool = True, as_of: datetime | None = None, attestable: bool = True, waivable: bool = True) -> str:
    context = Context({"may": {"contribute": may}, "as_of": as_of, "workspace": Workspace(key="acme")})
    context["initiative"] = Initiative(key="CHURN")
    return check_rows(context, [Row(check=CHECK, bar=None, attestable=attestable, waivable=waivable)])


@pytest.mark.parametrize("deed", ["attest", "waive"])
def test_a_deed_is_a_link_that_opens_its_form_in_place(deed: str) -> None:
    url = f"/w/acme/initiatives/CHURN/checks/data.schema/{deed}/"
    assert f'<a class="btn" href="{url}" hx-get="{url}" hx-target="#form-dataschema"' in rows()
    assert '<div id="form-dataschema"></div>' in rows()


@pytest.mark.parametrize(
    "given", [{"may": False}, {"as_of": AT}, {"attestable": False, "waivable": False}], ids=["viewer", "then", "none"]
)
def test_who_can_do_nothing_is_offered_nothing(given: dict[str, Any]) -> None:
    assert "checks/data.schema/" not in rows(**given) and "Schema" in rows(**given)


def test_each_deed_stands_alone() -> None:
    assert "/waive/" not in rows(waivable=False) and "/attest/" in rows(waivable=False)
    assert "/attest/" not in rows(attestable=False) and "/waive/" in rows(attestable=False)


@pytest.mark.parametrize("may", [True, False], ids=["member", "viewer"])
def test_a_task_is_shown_to_all_and_opened_by_those_who_may(may: bool) -> None:
    context = Context({"may": {"contribute": may}, "as_of": None, "workspace": Workspace(key="acme")})
    context["initiative"], context["csrf_token"] = Initiative(key="CHURN"), 'a"b'
    task = {"key": "CHURN-7", "status": "done", "url": "/w/acme/initiatives/CHURN/tasks/CHURN-7/"}
    row = Row({**CHECK, "task": task}, bar=None, attestable=False, waivable=False, openable=True)
    text = check_rows(context, [row])
    assert f'<a class="btn" href="{task["url"]}">' in text and "CHURN-7" in text and "Done" in text
    form = '<form method="post" action="/w/acme/initiatives/CHURN/checks/data.schema/task/" class="row">'
    assert (form in text, 'value="a&quot;b"' in text) == (may, may)


def strip(query: str) -> str:
    context = Context({"request": RequestFactory().get(f"/{query}")})
    return verdict_strip(context, [Earlier("ready", AT, None), Earlier("not_ready", AT, {})])


def test_an_earlier_verdict_leads_to_what_was_known_then() -> None:
    text = strip("?cursor=3&as_of=2020-01-01&tab=a%26b%22")
    assert text.count('href="?tab=a%26b%22&amp;as_of=2027-01-10T12%3A00%3A00%2B00%3A00"') == 2
    assert text.count("2027-01-10 12:00") == 2 and text.count("<li>") == 2
    assert 'href="?as_of=2027-01-10T12' in strip("")

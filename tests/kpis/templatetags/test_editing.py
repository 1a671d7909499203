"""Fields of an initiative: read and edited in the same place, and nothing that people write is markup."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.template import Context

from kpis.forms.initiatives import FIELDS, FieldForm
from kpis.templatetags.editing import editable, field_text
from mltrack.accounts.models import User, Workspace
from projects.models import Initiative

TAINT = "\"><script>alert(1)</script>&amp;'"
LONG = ("problem", "scope_in", "scope_out", "links")
pytestmark = pytest.mark.django_db


def form(field: str, data: dict[str, str] | None = None, **changes: Any) -> FieldForm:
    """Return the form of a field of an initiative that is not kept."""
    workspace, _ = Workspace.objects.get_or_create(key="acme", name="Acme")
    values = {"key": "CHURN", "name": "Churn", "workspace": workspace, "links": []}
    return FieldForm(Initiative(**{**values, **changes}), field, data)


def drawn(asked: FieldForm) -> str:
    return editable(Context({"workspace": asked.initiative.workspace, "csrf_token": "token<"}), asked)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_has_its_form_and_works_without_scripts(field: str) -> None:
    text = drawn(form(field))
    assert f'action="/w/acme/initiatives/CHURN/edit/{field}/"' in text
    assert 'name="csrfmiddlewaretoken" value="token&lt;"' in text
    for name in ("version", "was", "value"):
        assert text.count(f'name="{name}"') == 1
    assert f'for="{field}_value"' in text and f'id="{field}_value"' in text


@pytest.mark.parametrize("field", FIELDS)
def test_only_long_texts_are_laid_out_as_such(field: str) -> None:
    assert ('class="inline-edit long"' in drawn(form(field))) is (field in LONG)


@pytest.mark.parametrize("field", ["name", "sponsor", "problem", "scope_in", "scope_out"])
def test_what_people_write_is_never_markup(field: str) -> None:
    changes: dict[str, Any] = {field: TAINT}
    asked = form(field, **changes)
    assert "<script" not in drawn(asked) and "<script" not in field_text(asked)
    assert "alert(1)" in drawn(asked)


def test_links_are_links_and_never_markup() -> None:
    asked = form("links", links=[{"title": TAINT, "url": TAINT}, {"title": "Report", "url": "https://example.org/a"}])
    text = field_text(asked)
    assert "<script" not in text and '<a class="inline" href="https://example.org/a"' in text
    assert "None yet." in field_text(form("links"))


@pytest.mark.parametrize(
    ("field", "changes", "said"),
    [
        ("owner", {"owner": User(email="ann@example.org", name="Ann")}, "Ann"),
        ("owner", {}, "–"),
        ("criticality", {"criticality": "critical"}, 'class="status'),
        ("target_date", {"target_date": date(2027, 3, 31), "target_resolution": "quarter"}, "Q1 2027"),
        ("problem", {}, "Which decision gets better"),
        ("problem", {"problem": "Too **late**"}, "<strong>late</strong>"),
    ],
)
def test_a_field_is_read_as_what_it_is(field: str, changes: dict[str, Any], said: str) -> None:
    assert said in field_text(form(field, **changes))


def test_what_is_wrong_is_said_at_the_field() -> None:
    wrong = form("name", {"value": "x" * 20_001, "version": "1", "was": ""})
    assert not wrong.is_valid()
    assert 'id="name_value_error" role="alert"' in drawn(wrong) and "at most 20000" in drawn(wrong)
    assert "role=" not in drawn(form("name"))

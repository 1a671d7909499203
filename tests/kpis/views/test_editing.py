"""An initiative is made with one line, and edited field by field; nobody's words are overwritten unseen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from kpis.forms.initiatives import FIELDS, FieldForm, text_of
from kpis.forms.one_field import digest_of
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, StageChange
from projects.services.initiatives import edit_initiative
from tests.kpis.views.conftest import Place, browser

HTMX = {"HX-Request": "true"}


def edit(place: Place, field: str, value: str, client: Client | None = None, **more: Any) -> Any:
    """Edit a field as the page of this moment would."""
    fresh = Initiative.objects.get(pk=place.initiative.pk)
    given = {"version": fresh.version, "was": digest_of(text_of(fresh, field)), "value": value}
    headers = more.pop("headers", {})
    return (client or browser(place.owner)).post(place.url(f"edit/{field}/"), {**given, **more}, headers=headers)


def fresh(place: Place) -> Initiative:
    return Initiative.objects.get(pk=place.initiative.pk)


def test_a_name_is_enough(place: Place) -> None:
    base = f"/w/{place.owner.workspace.key}/initiatives/new/"
    answer = browser(place.manager).post(base, {"name": "Sort returned parcels"})
    made = Initiative.objects.get(name="Sort returned parcels")
    assert answer["Location"] == f"/w/{place.owner.workspace.key}/initiatives/{made.key}/"
    assert made.key == "SORT-RETURNED"
    assert made.owner == place.manager.user
    assert StageChange.objects.get(initiative=made).stage == "framing"


@pytest.mark.parametrize(
    ("given", "text"),
    [({"name": ""}, "required"), ({"name": "x", "key": "CHURN"}, "is taken"), ({"name": "x", "key": "a b"}, "capital")],
)
def test_what_cannot_be_made_is_said_at_its_field(place: Place, given: dict[str, str], text: str) -> None:
    answer = browser(place.manager).post(f"/w/{place.owner.workspace.key}/initiatives/new/", given)
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert Initiative.objects.filter(workspace=place.owner.workspace).count() == 1


def test_a_viewer_makes_nothing(place: Place) -> None:
    assert browser(place.viewer).get(f"/w/{place.owner.workspace.key}/initiatives/new/").status_code == 403


def test_the_key_is_proposed_while_typing(place: Place) -> None:
    base = f"/w/{place.owner.workspace.key}/initiatives/new/key/"
    client = browser(place.manager)
    assert "CUSTOMER-CHURN" in client.get(base, {"name": "Customer churn"}).content.decode()
    assert client.get(base, {"name": " "}).content.strip() == b""
    assert client.post(base).status_code == 405


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("name", " Churn in spring ", {"name": "Churn in spring"}),
        ("problem", "We call **too late**.\r\nTwice.", {"problem": "We call **too late**.\nTwice."}),
        ("scope_in", "Private clients", {"scope_in": "Private clients"}),
        ("scope_out", "Companies", {"scope_out": "Companies"}),
        ("sponsor", "Sales", {"sponsor": "Sales"}),
        ("criticality", "critical", {"criticality": "critical"}),
        ("target_date", "Q1 2027", {"target_date": date(2027, 3, 31), "target_resolution": "quarter"}),
        ("target_date", "", {"target_date": None, "target_resolution": "day"}),
        (
            "links",
            "Report  https://example.org/a\n\nhttps://example.org/b",
            {
                "links": [
                    {"title": "Report", "url": "https://example.org/a"},
                    {"title": "https://example.org/b", "url": "https://example.org/b"},
                ]
            },
        ),
    ],
)
def test_each_field_is_kept(place: Place, field: str, value: str, kept: dict[str, Any]) -> None:
    assert edit(place, field, value).status_code == 302
    assert {name: getattr(fresh(place), name) for name in kept} == kept


def test_a_quarter_stays_a_quarter_on_the_page(place: Place) -> None:
    edit(place, "target_date", "q3 2027")
    assert "Q3 2027" in browser(place.viewer).get(place.url()).content.decode()


def test_the_owner_is_a_member_or_nobody(place: Place) -> None:
    assert place.viewer.user is not None and place.stranger.user is not None
    assert edit(place, "owner", place.viewer.user.email).status_code == 302
    assert fresh(place).owner == place.viewer.user
    refused = edit(place, "owner", place.stranger.user.email)
    assert (refused.status_code, fresh(place).owner) == (422, place.viewer.user)
    edit(place, "owner", "")
    assert fresh(place).owner is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 161),
        ("criticality", "vital"),
        ("target_date", "soon"),
        ("links", "javascript:alert(1)"),
        ("problem", "x" * 20_001),
    ],
)
def test_what_cannot_be_kept_comes_back_with_the_reason(place: Place, field: str, value: str) -> None:
    before = fresh(place)
    answer = edit(place, field, value, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<html" not in page and 'role="alert"' in page
    assert fresh(place).version == before.version


def test_htmx_gets_the_field_alone(place: Place) -> None:
    page = edit(place, "name", "Another name", headers=HTMX).content.decode()
    assert "<html" not in page
    assert 'id="initiative-name" hx-swap-oob="true">Another name<' in page
    assert "<html" in browser(place.owner).get(place.url("edit/name/")).content.decode()


def test_another_field_changed_meanwhile_is_no_conflict(place: Place) -> None:
    form = FieldForm(place.initiative, "sponsor")
    edit_initiative(place.owner, place.initiative, {"problem": "Changed meanwhile"})
    given = {"version": form["version"].value(), "was": form["was"].value(), "value": "Sales"}
    answer = browser(place.owner).post(place.url("edit/sponsor/"), given)
    assert answer.status_code == 302
    assert (fresh(place).sponsor, fresh(place).problem) == ("Sales", "Changed meanwhile")


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_the_same_field_changed_meanwhile_asks_whose_words_stay(place: Place, headers: dict[str, str]) -> None:
    form = FieldForm(place.initiative, "problem")
    edit_initiative(place.manager, place.initiative, {"problem": "Theirs & more"})
    given = {"version": form["version"].value(), "was": form["was"].value(), "value": "Mine"}
    client = browser(place.owner)
    answer = client.post(place.url("edit/problem/"), given, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Mine" in page and "Theirs &amp; more" in page and str(place.manager.user) in page
    assert fresh(place).problem == "Theirs & more"
    again = client.post(place.url("edit/problem/"), {"version": fresh(place).version, "value": "Mine"})
    assert (again.status_code, fresh(place).problem) == (302, "Mine")


def test_a_change_leaves_an_audit_event(place: Place) -> None:
    edit(place, "sponsor", "Sales", browser(place.manager))
    event = AuditEvent.objects.filter(action="edit", object_key="CHURN").latest("id")
    assert (event.actor, event.before, event.after) == (place.manager.user, {"sponsor": ""}, {"sponsor": "Sales"})


def test_an_unknown_field_is_no_page(place: Place) -> None:
    assert browser(place.owner).get(place.url("edit/key/")).status_code == 404
    assert "key" not in FIELDS


def test_archive_can_be_undone(place: Place) -> None:
    client = browser(place.manager)
    client.post(place.url("archive/"), {"archived": "yes"})
    assert fresh(place).archived_at is not None
    page = client.get(place.url()).content.decode()
    assert "This initiative is archived" in page and 'action="' + place.url("archive/") in page
    client.post(place.url("archive/"))
    assert fresh(place).archived_at is None


def test_a_viewer_sees_no_forms(place: Place) -> None:
    edit(place, "links", "Report https://example.org/a")
    page = browser(place.viewer).get(place.url()).content.decode()
    assert "https://example.org/a" in page
    assert "data-inline-edit" not in page and "Archive" not in page

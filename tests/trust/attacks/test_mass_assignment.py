"""Keys that nobody declared: each is refused by name, at every depth, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.forms.models import model_to_dict
from pytest_django import Settings

from mltrack.accounts.models import Member, User
from tests.api.bodies import bodies
from tests.api.people import Team
from tests.api.routes import filled
from tests.api.test_other_workspace import rows_of
from tests.api.world import fill
from tests.trust.attacks.people import signed_in

pytestmark = pytest.mark.django_db
EXTRA: dict[str, Any] = {
    "id": 1,
    "public_id": "x",
    "workspace": "stranger",
    "owner_id": 1,
    "is_approver": True,
    "approver": 1,
    "created_at": "2020-01-01T00:00:00Z",
    "sealed_secret": "x",
    "lease_token": 0,
    "__class__": "x",
    "self_approved": True,
}
MAPS = ("params", "tags", "metrics", "inputs", "per_class", "class_counts", "document")
DECLARED = ("/options/workspace",)
"""Places where a key of EXTRA is one of ours: MLflow's own workspace, a header of the request to it."""
TOLD = (
    ("POST initiatives/{key}/tasks/", "/created_at"),
    ("POST initiatives/{key}/tasks/batch/", "/tasks/0/created_at"),
)
"""Paths that take the past of a task as it is told, with the place where its beginning stands."""


def with_extra(value: Any, name: str, given: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the pointer of each object of a body, and a copy in which that object holds one key more."""
    if isinstance(value, dict):
        yield f"{place}/{name}", {**value, name: given}
        for key, inner in value.items():
            if key not in MAPS:
                for pointer, changed in with_extra(inner, name, given, f"{place}/{key}"):
                    yield pointer, {**value, key: changed}
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            for pointer, changed in with_extra(inner, name, given, f"{place}/{at}"):
                yield pointer, [*value[:at], changed, *value[at + 1 :]]


def test_objects_are_found_at_every_depth() -> None:
    body = {"a": [{"b": 1}], "tags": {"x": 1}}
    assert [pointer for pointer, _ in with_extra(body, "id", 1)] == ["/id", "/a/0/id"]


def test_every_undeclared_key_is_refused_everywhere(team: Team, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MLTRACK_THROTTLE_PER_MINUTE = 1_000_000
    _, ids = fill(team.principal)
    before = rows_of(team.workspace)
    tried = 0
    for name, found in bodies(ids, 9).items():
        method, route = name.split(" ")
        for body in found:
            for key, given in EXTRA.items():
                for pointer, changed in with_extra(body, key, given):
                    if pointer in DECLARED or (name, pointer) in TOLD:
                        continue
                    tried += 1
                    answer = team.admin.call(method, filled(route, ids), changed)
                    assert is_refused(answer, key, pointer), (name, pointer, answer.status_code, answer.content[:300])
    assert tried > 350
    assert rows_of(team.workspace) == before


def is_refused(answer: Any, key: str, pointer: str) -> bool:
    """Say whether the key, or the object that holds it, is refused: with all of the body, or the item of a batch."""
    if answer.status_code == 200 and "results" in answer.json():
        return all(each["state"] == "rejected" and each["errors"] for each in answer.json()["results"])
    if answer.status_code != 400:
        return False
    found = answer.json()["errors"]
    return key in json.dumps(found) or pointer.rpartition("/")[0] in [each["pointer"] for each in found]


def test_forms_take_what_they_show_and_nothing_else(team: Team) -> None:
    browser = signed_in(team.viewer.user)
    more = {
        "is_superuser": "1",
        "is_staff": "1",
        "is_active": "",
        "email": "evil@example.org",
        "password": "x",
        "id": "1",
    }
    before = model_to_dict(User.objects.get(pk=team.viewer.user.pk), exclude=["name"])
    assert browser.post("/w/admin/settings/profile/", {"name": "Vera", **more}).status_code == 302
    assert model_to_dict(User.objects.get(pk=team.viewer.user.pk), exclude=["name"]) == before
    form = {"name": "x", "scopes": ["read"], "days": "30", "user": team.admin.user.pk, "workspace": "stranger"}
    token = browser.post("/w/admin/settings/tokens/", form).context["tokens"][0]
    assert (token.user_id, token.workspace_id) == (team.viewer.user.pk, team.workspace.pk)


def test_a_member_is_not_moved_or_made_by_a_form(team: Team) -> None:
    member = Member.objects.get(workspace=team.workspace, user=team.viewer.user)
    form = {"role": "viewer", "workspace": team.stranger.workspace.pk, "user": team.stranger.user.pk, "user_id": "1"}
    signed_in(team.admin.user).post(f"/w/admin/settings/members/{member.public_id}/", form)
    member.refresh_from_db()
    assert (member.workspace_id, member.user_id) == (team.workspace.pk, team.viewer.user.pk)
    new = {
        "name": "Mine",
        "owner": "stranger@example.org",
        "workspace": "stranger",
        "key": "MINE",
        "stage": "production",
    }
    assert signed_in(team.manager.user).post("/w/admin/initiatives/new/", new).status_code in (302, 422)
    assert not team.stranger.workspace.initiatives.exists()
    assert set(team.workspace.initiatives.values_list("stage", flat=True)) <= {"framing"}

"""A badge's address cannot be guessed, changed or used elsewhere."""

from __future__ import annotations

import pytest
from django.core import signing
from django.http import Http404

from kpis.services.badges import SALT, badge_path, badge_token, read_badge
from tests.factories import make_initiative, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


def test_a_badge_leads_to_its_initiative() -> None:
    initiative = make_initiative(make_workspace())
    assert read_badge(badge_token(initiative)) == initiative
    assert badge_path(initiative, "json").endswith(".json")


def test_what_was_not_signed_here_is_not_found() -> None:
    initiative, other = make_initiative(make_workspace()), make_stranger()
    token = badge_token(initiative)
    forged = [
        "",
        "x" * 5000,
        token[:-1],
        token + "a",
        signing.dumps([initiative.workspace_id, initiative.pk], salt="other"),
        signing.dumps([other.workspace.pk, initiative.pk], salt=SALT),
        signing.dumps("text", salt=SALT),
        signing.dumps([1, 2, 3], salt=SALT),
        signing.dumps([None, "a"], salt=SALT),
    ]
    for each in forged:
        with pytest.raises(Http404):
            read_badge(each)


def test_a_badge_of_what_is_gone_is_not_found() -> None:
    initiative = make_initiative(make_workspace())
    token = badge_token(initiative)
    initiative.delete()
    with pytest.raises(Http404):
        read_badge(token)

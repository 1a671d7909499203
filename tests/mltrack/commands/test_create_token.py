"""`manage.py create_token`."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mltrack.accounts.access import Principal
from mltrack.accounts.services.tokens import verify_token
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db


def create(owner: Principal, **options: Any) -> str:
    output = StringIO()
    assert owner.user is not None
    given = {"workspace": owner.workspace.key, "user": owner.user.email, "scopes": ["read,gate"], **options}
    call_command("create_token", **given, stdout=output)
    return output.getvalue()


def test_the_token_stands_alone_on_stdout() -> None:
    owner = make_workspace()
    text = create(owner, name="ci", days=7)
    assert text.count("\n") == 1
    token = verify_token(text.strip())
    assert token is not None
    assert (token.user, token.workspace, token.name, token.scopes) == (
        owner.user,
        owner.workspace,
        "ci",
        ["gate", "read"],
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"user": "nobody@example.org"}, "no active user"),
        ({"workspace": "elsewhere"}, "no member"),
        ({"scopes": ["read", "fly"]}, "fly"),
        ({"days": 0}, "1 to 366"),
    ],
)
def test_what_is_wrong_is_said(options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        create(make_workspace(), **options)


def test_a_deactivated_member_gets_none() -> None:
    member = make_member(make_workspace().workspace)
    assert member.user is not None
    member.user.is_active = False
    member.user.save()
    with pytest.raises(CommandError, match="no active user"):
        create(member)

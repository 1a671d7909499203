"""The bearer of a token: read whole in one statement, equal to what the models read one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Model
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mltrack.accounts.access import Principal, principal_of_token
from mltrack.accounts.models import ApiToken, Member, User, Workspace
from mltrack.accounts.selectors.bearers import bearer_of
from mltrack.accounts.services.tokens import create_token, verify_bearer
from tests.factories import make_member, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def token_of(principal: Principal) -> tuple[ApiToken, str]:
    assert principal.user is not None
    return create_token(principal, user=principal.user, name="ci", scopes=["read", "gate"])


def same(found: Model, stored: Model) -> bool:
    """Say whether two objects of one row hold the same in every column."""
    return all(getattr(found, f.attname) == getattr(stored, f.attname) for f in stored._meta.concrete_fields)


def test_all_four_come_in_one_statement(owner: Principal, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    token, text = token_of(owner)
    with django_assert_num_queries(1):
        found = verify_bearer(text)
        assert found is not None and found.member is not None
        read = (found.token, found.token.user, found.token.workspace, found.member)
        assert found.member.user is found.token.user and found.member.workspace is found.token.workspace
    stored = (
        ApiToken.objects.get(pk=token.pk),
        User.objects.get(pk=token.user_id),
        Workspace.objects.get(pk=token.workspace_id),
        Member.objects.get(user=token.user_id),
    )
    assert [same(one, other) for one, other in zip(read, stored, strict=True)] == [True] * 4


def test_each_token_has_its_own_people(owner: Principal) -> None:
    stranger, member = make_stranger(), make_member(owner.workspace, "viewer")
    texts = {each: token_of(each)[1] for each in (owner, stranger, member)}
    for principal, text in texts.items():
        found = verify_bearer(text)
        assert found is not None and found.member is not None
        assert (found.token.user, found.token.workspace) == (principal.user, principal.workspace)
        assert found.member.role == principal.role
        assert principal_of_token(found.token).role == principal.role


def test_who_left_is_no_member(owner: Principal) -> None:
    member = make_member(owner.workspace)
    token, _ = token_of(member)
    Member.objects.filter(user=member.user).delete()
    found = bearer_of(token.public_id)
    assert found is not None and found.member is None


@pytest.mark.parametrize("deed", ["revoked", "expired", "deactivated", "other secret", "other sum", "no such"])
def test_what_is_not_live_is_nobody(owner: Principal, deed: str) -> None:
    token, text = token_of(owner)
    assert verify_bearer(text) is not None
    tokens = ApiToken.objects.filter(pk=token.pk)
    if deed == "revoked":
        tokens.update(revoked_at=timezone.now())
    elif deed == "expired":
        tokens.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif deed == "deactivated":
        User.objects.filter(pk=token.user_id).update(is_active=False)
    elif deed == "other secret":
        tokens.update(secret_hash="0" * 64)
    elif deed == "other sum":
        text = text[:-1] + ("0" if text[-1] != "0" else "1")
    else:
        tokens.delete()
    assert verify_bearer(text) is None


def test_an_id_is_a_value_never_a_part_of_the_statement() -> None:
    assert bearer_of("' OR 1=1 --") is None

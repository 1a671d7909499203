"""The bearer of a token: token, owner, workspace and membership in one statement, read before every call of the API."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from mltrack.accounts.models import ApiToken, Member, User, Workspace

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token as it is kept, valid or not; `member` is its owner's place in its workspace, None without one."""

    token: ApiToken
    member: Member | None


def _columns(model: type[Model], name: str) -> str:
    return ", ".join(f'{name}."{field.column}"' for field in model._meta.concrete_fields)


_BEARER = f"""
    SELECT {_columns(ApiToken, "token")}, {_columns(User, "person")}, {_columns(Workspace, "place")},
        {_columns(Member, "member")}
    FROM accounts_apitoken token
    JOIN accounts_user person ON person.id = token.user_id
    JOIN accounts_workspace place ON place.id = token.workspace_id
    LEFT JOIN accounts_member member ON member.workspace_id = token.workspace_id AND member.user_id = token.user_id
    WHERE token.public_id = %s
"""  # noqa: S608  (columns of models; the id is a parameter)


def bearer_of(public_id: str) -> Bearer | None:
    """Return the token with this public id and whose it is, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_BEARER, [public_id])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    token, user, workspace = _made(ApiToken, values), _made(User, values), _made(Workspace, values)
    token.user, token.workspace = user, workspace
    held = list(islice(values, len(Member._meta.concrete_fields)))
    if held[0] is None:
        return Bearer(token, None)
    member = _made(Member, iter(held))
    member.user, member.workspace = user, workspace
    return Bearer(token, member)


def _made(model: type[M], values: Any) -> M:
    """Return an object of a model from its columns in their order; none of these needs a conversion."""
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, list(islice(values, len(names))))

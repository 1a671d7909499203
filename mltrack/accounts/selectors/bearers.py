"""The bearer of a token: token, owner, workspace and membership in one statement, read before every call of the API."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from mltrack.accounts.models import ApiToken, Member, User, Workspace
from mltrack.prepared import Prepared
from mltrack.rows import columns_of, next_object, next_or_none


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token as it is kept, valid or not; `member` is its owner's place in its workspace, None without one."""

    token: ApiToken
    member: Member | None


_BEARER = Prepared(
    f"""
    SELECT {columns_of(ApiToken, "token")}, {columns_of(User, "person")}, {columns_of(Workspace, "place")},
        {columns_of(Member, "member")}
    FROM accounts_apitoken token
    JOIN accounts_user person ON person.id = token.user_id
    JOIN accounts_workspace place ON place.id = token.workspace_id
    LEFT JOIN accounts_member member ON member.workspace_id = token.workspace_id AND member.user_id = token.user_id
    WHERE token.public_id = %(public_id)s
""",  # noqa: S608  (columns of models; the id is a parameter)
    public_id="text",
)


def bearer_of(public_id: str) -> Bearer | None:
    """Return the token with this public id and whose it is, None where there is none."""
    with connection.cursor() as cursor:
        _BEARER.run(cursor, {"public_id": public_id})
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    token, user, workspace = next_object(ApiToken, values), next_object(User, values), next_object(Workspace, values)
    member = next_or_none(Member, values)
    token.user, token.workspace = user, workspace
    if member is not None:
        member.user, member.workspace = user, workspace
    return Bearer(token, member)

"""What a user of MariaDB or MySQL may do, asked of the database itself at every pull: one that could write is refused.

Whatever a grant says that is not known to read only is refused, so that a right that is new needs no entry here.
"""

from __future__ import annotations

import re
from typing import Final

from mltrack.outbound.errors import OutboundError
from mltrack.outbound.mysql import MySQLClient
from projects.connectors.base import ConnectorError
from projects.connectors.sql.grammars import MYSQL

READS: Final = frozenset({"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "REFERENCES"})
PUBLIC_SINCE: Final = (10, 11)
"""From this version on MariaDB has rights of everybody."""
_QUOTED: Final = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\\\]|\\\\.)*'")
_RIGHTS: Final = re.compile(r"GRANT (?P<rights>[A-Z, ]+) ON (?:\*|q)\.(?:\*|q) TO (?:q(?:@q)?|PUBLIC)(?P<rest>.*)")
_ROLES: Final = re.compile(r"GRANT q(?:@q)?(?: ?, ?q(?:@q)?)* TO (?:q(?:@q)?|PUBLIC)")
_SIGNING: Final = re.compile(
    r"(?: (?:IDENTIFIED|BY|PASSWORD|VIA|USING|OR|REQUIRE|AND|SSL|X509|WITH|MAX_[A-Z_]+|[a-z0-9_.]+))*"
)
_WRITABLE: Final = (
    "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %s"
    " AND (PRIVILEGES LIKE '%%insert%%' OR PRIVILEGES LIKE '%%update%%') LIMIT 1"
)


def check_role(client: MySQLClient) -> None:
    """Raise ConnectorError for a user that can do more than read, by itself, by a role, or as everybody can."""
    if client.name.lower() in MYSQL.system:
        raise _refused(f"{client.name[:63]} is a database of the system.")
    asked: set[str] = set()
    waiting = ["CURRENT_USER()"]
    while waiting:
        who = waiting.pop()
        if who not in asked:
            asked.add(who)
            waiting += roles_in(_grants(client, who))
    if client.is_mariadb and _version(client.version) >= PUBLIC_SINCE:
        roles_in(_grants(client, "PUBLIC"))
    writable = client.rows(_WRITABLE, (client.name,))
    if writable:
        raise _refused(f"The user may write to {str(writable[0][0])[:130]}.")


def roles_in(grants: list[str]) -> list[str]:
    """Return the roles that grants give, as they are written. Raises ConnectorError for one that gives more."""
    found: list[str] = []
    for grant in grants:
        plain = _QUOTED.sub("q", grant)
        if plain.startswith("SET DEFAULT ROLE "):
            continue
        if _ROLES.fullmatch(plain):
            given = grant[: grant.rindex(" TO ")]
            found += re.findall(r"`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?", given)
            continue
        _check_rights(re.sub(r" ?\([q, ]*\)", "", plain))
    return found


def _check_rights(plain: str) -> None:
    """Refuse what is not only reading; names, texts and lists of columns are out of the grant already."""
    match = _RIGHTS.fullmatch(plain)
    if match is None or "GRANT OPTION" in match["rest"] or not _SIGNING.fullmatch(match["rest"]):
        raise _refused(f"The user has a right that is more than reading ({plain.partition(' TO ')[0][:80]}).")
    more = [each for each in match["rights"].split(", ") if each.strip() not in READS]
    if more:
        raise _refused(f"The user has the right {more[0][:60]}.")


def _grants(client: MySQLClient, who: str) -> list[str]:
    try:
        return [str(row[0]) for row in client.rows(f"SHOW GRANTS FOR {who}")]
    except OutboundError as error:
        if error.code != "bad_query":
            raise
        raise _refused(f"What {who[:80]} may do cannot be told: grant SELECT to the user itself.") from error


def _version(text: str) -> tuple[int, int]:
    """Return the first two numbers of a version such as `10.11.19-MariaDB`."""
    found = re.match(r"(?:5\.5\.5-)?(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _refused(text: str) -> ConnectorError:
    advice = "Give a user of its own that can only read."
    return ConnectorError(f"{text} {advice}", permanent=True, code="role_refused")

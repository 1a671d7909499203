"""Nudges: an address to which a foreign system may post that something changed there. It only makes a pull due.

The address holds the workspace and the connection, signed; it cannot be guessed or changed, and holds for as long as
the signing key does. What is posted there is not looked into: the pull asks the system itself. Where a connection has a
secret for webhooks, only what its system signed is heard, and each delivery once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.core import signing
from django.db import connection as database
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from projects.connectors.base import SignsHooks
from projects.connectors.registry import resolve
from projects.models import Connection
from projects.models.secrets import SecretUnreadable, unseal
from projects.services import leases

SALT: Final = "mltrack.nudge"
LONGEST: Final = 200

_DELIVERED: Final = """
INSERT INTO projects_nudgedelivery (connection_id, delivery_id, at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING
"""


def nudge_token(connection: Connection) -> str:
    """Return the signed part of a connection's address for nudges."""
    return signing.dumps([connection.workspace_id, connection.pk], salt=SALT)


def nudge_path(connection: Connection) -> str:
    """Return the path to which a connection's system may post."""
    return f"/nudges/{nudge_token(connection)}/"


def read_nudge(token: str) -> int:
    """Return the number of a connection from its address. Raises Http404 for one that was not signed here."""
    try:
        _, connection_id = (int(part) for part in signing.loads(token[:LONGEST], salt=SALT))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404("Nothing is nudged here.") from error
    return connection_id


def hear_nudge(connection_id: int, headers: Mapping[str, str], read: Callable[[], bytes]) -> bool:
    """Make a connection due because something was posted to its address; say whether that was genuine.

    Headers are by lower-case name. `read` gives the body, and is called only where there is a secret to check it with.
    A delivery that came within the last day is heard no second time. Nothing is asked of the network.
    """
    found = Connection.objects.filter(pk=connection_id).only("kind", "sealed_webhook_secret").first()
    if found is None:
        return True
    kind = resolve(found.kind)
    if not issubclass(kind, SignsHooks):
        nudge_connection(connection_id)
        return True
    if found.sealed_webhook_secret and not _is_genuine(kind, found, headers, read):
        return False
    with transaction.atomic():
        if _is_first(found, kind.delivery_id(headers)):
            nudge_connection(connection_id)
    return True


def _is_genuine(
    kind: type[SignsHooks], connection: Connection, headers: Mapping[str, str], read: Callable[[], bytes]
) -> bool:
    try:
        secret = unseal(connection.sealed_webhook_secret)
    except SecretUnreadable:
        return False
    return kind.is_genuine(headers, secret, read(), timezone.now())


def _is_first(connection: Connection, delivery_id: str) -> bool:
    """Keep a delivery and say whether it is new; one without an id is always new."""
    if not delivery_id or len(delivery_id) > LONGEST or not delivery_id.isprintable():
        return True
    with database.cursor() as cursor:
        cursor.execute(_DELIVERED, [connection.pk, delivery_id])
        return bool(cursor.rowcount == 1)


def nudge_connection(connection_id: int) -> None:
    """Make a connection due, unless it is paused or failed last; ten seconds after its last pull at the soonest.

    A nudge in the middle of a pull is for the next one: the pull may have read what changed already.
    """
    leases.nudge(connection_id)

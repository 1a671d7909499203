"""Nudges: an address to which a foreign system may post that something changed there. It only makes a pull due.

The address holds the workspace and the connection, signed; it cannot be guessed or changed, and holds for as long as
the signing key does. What is posted there is not read: the pull asks the system itself.
"""

from __future__ import annotations

from typing import Final

from django.core import signing
from django.http import Http404

from projects.models import Connection
from projects.services import leases

SALT: Final = "mltrack.nudge"
LONGEST: Final = 200


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


def nudge_connection(connection_id: int) -> None:
    """Make a connection due, unless it is paused or failed last; ten seconds after its last pull at the soonest.

    A nudge in the middle of a pull is for the next one: the pull may have read what changed already.
    """
    leases.nudge(connection_id)

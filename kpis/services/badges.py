"""Badges: an address that shows one initiative's verdict to whoever has it, without signing in.

The address holds the workspace and the initiative, signed; it cannot be guessed or changed. It holds for as long
as the signing key does.
"""

from __future__ import annotations

from django.core import signing
from django.http import Http404

from projects.models import Initiative

SALT = "mltrack.badge"
LONGEST = 200


def badge_token(initiative: Initiative) -> str:
    """Return the signed part of a badge's address."""
    return signing.dumps([initiative.workspace_id, initiative.pk], salt=SALT)


def badge_path(initiative: Initiative, kind: str = "svg") -> str:
    """Return the path of a badge: `svg`, or `json` for shields."""
    return f"/badges/{badge_token(initiative)}.{kind}"


def read_badge(token: str) -> Initiative:
    """Return the initiative of a badge's address. Raises Http404 for one that was not signed here."""
    try:
        workspace_id, initiative_id = (int(part) for part in signing.loads(token[:LONGEST], salt=SALT))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404("No such badge.") from error
    found = Initiative.objects.select_related("workspace").filter(pk=initiative_id, workspace_id=workspace_id).first()
    if found is None:
        raise Http404("No such badge.")
    return found

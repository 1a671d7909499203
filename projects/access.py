"""The doors to facts: every object is reached through the principal's workspace, a stranger's is 404."""

from __future__ import annotations

from django.http import Http404

from mltrack.accounts.access import Principal
from projects.models import Connection, Initiative, Run


def initiative_of(principal: Principal, key: str, *, lock: bool = False) -> Initiative:
    """Return the initiative with this key in the principal's workspace. Raises Http404.

    `lock` holds it until the end of the transaction, so that its version can be compared and then changed.
    """
    ours = Initiative.objects.select_related("workspace", "owner").filter(workspace=principal.workspace, key=key)
    found = (ours.select_for_update(of=("self",), no_key=True) if lock else ours).first()
    if found is None:
        raise Http404(f"No initiative {key[:40]} here.")
    return found


def connection_of(principal: Principal, public_id: str, *, lock: bool = False) -> Connection:
    """Return the connection with this public id in the principal's workspace. Raises Http404.

    `lock` holds it until the end of the transaction.
    """
    ours = Connection.objects.select_related("workspace", "initiative")
    ours = ours.filter(workspace=principal.workspace, public_id=public_id)
    found = (ours.select_for_update(of=("self",)) if lock else ours).first()
    if found is None:
        raise Http404("No such connection here.")
    return found


def run_of(principal: Principal, initiative: Initiative, public_id: str) -> Run:
    """Return a run that counts for the initiative, by its public id. Raises Http404."""
    found = (
        Run.objects.select_related("connection")
        .filter(workspace=principal.workspace, public_id=public_id, links__initiative=initiative)
        .first()
    )
    if found is None:
        raise Http404("No such run in this initiative.")
    return found

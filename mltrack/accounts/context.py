"""What every page knows: who is signed in, where, and which workspaces they may go to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mltrack.accounts.models import User
from mltrack.accounts.policy import Power
from mltrack.accounts.selectors.people import workspaces_of


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the page's `principal`, `workspace`, `workspaces` and `may_administer`; None outside of a workspace."""
    principal = getattr(request, "principal", None)
    return {
        "principal": principal,
        "workspace": principal.workspace if principal else None,
        "workspaces": lazy_workspaces(principal.user if principal else None),
        "may_administer": bool(principal and principal.may(Power.ADMINISTER)),
    }


def lazy_workspaces(user: User | None) -> Any:
    """Return the person's workspaces, read from the database only by a page that shows them."""
    return SimpleLazyObject(lambda: workspaces_of(user) if user is not None else [])

"""What every page knows: who is signed in, where, and which workspaces they may go to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mltrack.accounts.policy import Power


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return `principal`, `workspace` and `may_administer` of the page; None where there is no workspace."""
    principal = getattr(request, "principal", None)
    return {
        "principal": principal,
        "workspace": principal.workspace if principal else None,
        "may_administer": bool(principal and principal.may(Power.ADMINISTER)),
    }

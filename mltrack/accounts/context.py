"""What every page knows: who is signed in, where, and which workspaces they may go to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mltrack.accounts.policy import Power


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the page's `principal`, `workspace`, `workspaces` and `may_administer`; None outside of a workspace."""
    principal = getattr(request, "principal", None)
    return {
        "principal": principal,
        "workspace": principal.workspace if principal else None,
        "workspaces": principal.workspaces if principal else (),
        "may_administer": bool(principal and principal.may(Power.ADMINISTER)),
    }

"""What every page knows: who is signed in, where, and which workspaces they may go to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return `principal` and `workspace` of the page, None where there is none."""
    principal = getattr(request, "principal", None)
    return {"principal": principal, "workspace": principal.workspace if principal else None}

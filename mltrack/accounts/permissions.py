"""Whether the caller may use the method at all; whether they may see the object is `access`' question."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from mltrack.accounts.access import require


class HasPower(BasePermission):
    """Demands the power that the view's `powers` names for the method; None is any live token's.

    A view without `powers` is closed.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether the principal may go on. Raises PermissionDenied that names the missing role or scope."""
        principal = getattr(request, "principal", None)
        powers = getattr(view, "powers", None)
        if principal is None or powers is None:
            return False
        method = "GET" if request.method == "HEAD" else request.method
        if powers.get(method) is not None:
            require(principal, powers[method])
        return method in powers or not hasattr(view, str(method).lower()) or method == "OPTIONS"

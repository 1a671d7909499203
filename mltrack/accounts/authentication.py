"""Who calls the API: the bearer of a token of one workspace."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from mltrack.accounts.access import principal_of_token
from mltrack.accounts.models import ApiToken, User
from mltrack.accounts.services.tokens import touch_token, verify_token

_NO_GOOD = "The token is not valid: mistyped, expired, revoked, or its owner is gone."


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer mlt_…`. Sets `user`, `auth` (the token) and `principal` on the request."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the owner and the token, or None without the header. Raises AuthenticationFailed (401)."""
        scheme, _, text = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Use Authorization: Bearer mlt_….", "unknown_scheme")
        token = _verified(text.strip())
        if token is None:
            raise AuthenticationFailed(_NO_GOOD, "invalid_token")
        try:
            principal = principal_of_token(token, str(getattr(request, "request_id", "")))
        except PermissionDenied:
            raise AuthenticationFailed(_NO_GOOD, "invalid_token") from None
        touch_token(token)
        request.principal = request._request.principal = principal  # type: ignore[attr-defined]
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        error = ', error="invalid_token"' if request.META.get("HTTP_AUTHORIZATION") else ""
        return f'Bearer realm="mltrack"{error}'


def _verified(text: str) -> ApiToken | None:
    return verify_token(text) if text.isascii() and text.isprintable() and len(text) <= 200 else None

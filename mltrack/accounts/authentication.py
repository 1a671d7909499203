"""Who calls the API: the bearer of a token of one workspace."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from mltrack.accounts.access import principal_of_member
from mltrack.accounts.models import ApiToken, User
from mltrack.accounts.selectors.bearers import Bearer
from mltrack.accounts.services.tokens import touch_token, verify_bearer

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
        bearer = _verified(text.strip())
        if bearer is None or bearer.member is None:
            raise AuthenticationFailed(_NO_GOOD, "invalid_token")
        token = bearer.token
        principal = principal_of_member(bearer.member, token, str(getattr(request, "request_id", "")))
        touch_token(token)
        request.principal = request._request.principal = principal  # type: ignore[attr-defined]
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        error = ', error="invalid_token"' if request.META.get("HTTP_AUTHORIZATION") else ""
        return f'Bearer realm="mltrack"{error}'


def _verified(text: str) -> Bearer | None:
    return verify_bearer(text) if text.isascii() and text.isprintable() and len(text) <= 200 else None

"""API tokens: made, verified, revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import ApiToken, User, Workspace
from mltrack.accounts.policy import SCOPES
from mltrack.accounts.selectors.bearers import Bearer, bearer_of
from mltrack.accounts.services.audit import record_audit

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def hash_secret(secret: str) -> str:
    """Return the hex SHA-256 of a random secret (32 random bytes need no slow hash)."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_token(
    principal: Principal,
    *,
    user: User,
    name: str,
    scopes: Sequence[str],
    days: int = 90,
) -> tuple[ApiToken, str]:
    """Return a new token of `user` and its text, which is shown once.

    `days` is the lifetime, 1 to 366. Raises ValidationError for an unknown scope or a lifetime out of range.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise ValidationError(
            {"scopes": f"Unknown scopes: {', '.join(unknown)}." if unknown else "Name at least one scope."}
        )
    if not 1 <= days <= 366:
        raise ValidationError({"days": "A token lives 1 to 366 days."})
    public_id, secret = _text(12), _text(43)
    body = f"mlt_{public_id}_{secret}"
    token = ApiToken.objects.create(
        workspace=principal.workspace,
        user=user,
        name=name.strip()[:120] or "token",
        public_id=public_id,
        secret_hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record_audit(
        principal,
        "create",
        "token",
        public_id,
        after={"name": token.name, "scopes": token.scopes, "user": user.email},
    )
    return token, body + _checksum(body)


def verify_token(text: str) -> ApiToken | None:
    """Return the live token of this text, or None: malformed, unknown, expired, revoked or of a deactivated user."""
    found = verify_bearer(text)
    return found.token if found else None


def verify_bearer(text: str) -> Bearer | None:
    """Return the live token of this text with its owner's membership, or None as `verify_token`; one statement."""
    body, checksum = text[:-8], text[-8:]
    parts = body.split("_")
    if len(parts) != 3 or parts[0] != "mlt" or not hmac.compare_digest(_checksum(body).encode(), checksum.encode()):
        return None
    found = bearer_of(parts[1])
    if found is None or not hmac.compare_digest(found.token.secret_hash.encode(), hash_secret(parts[2]).encode()):
        return None
    token = found.token
    if token.revoked_at is not None or token.expires_at <= timezone.now() or not token.user.is_active:
        return None
    return found


def touch_token(token: ApiToken) -> None:
    """Note that the token was used, at most once a minute."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


@transaction.atomic
def revoke_token(principal: Principal, token: ApiToken) -> None:
    """End a token at once; it can never work again."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    record_audit(principal, "revoke", "token", token.public_id)


def workspace_token(workspace: Workspace, public_id: str) -> ApiToken | None:
    """Return one token of the workspace, or None."""
    return ApiToken.objects.filter(workspace=workspace, public_id=public_id).first()

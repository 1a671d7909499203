"""The first person's way in: a one-time code shown on the console while no user exists."""

from __future__ import annotations

import hmac

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from mltrack.accounts.models import FirstRunCode, User, Workspace
from mltrack.accounts.services.tokens import hash_secret
from mltrack.accounts.services.workspaces import create_workspace

_LOCK = 5_461_001
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def is_open() -> bool:
    """Say whether nobody exists yet."""
    return not User.objects.exists()


@transaction.atomic
def issue_code() -> str | None:
    """Return a new one-time code in place of any earlier one, or None once a user exists."""
    if not is_open():
        return None
    code = "-".join(get_random_string(4, _ALPHABET) for _ in range(4))
    FirstRunCode.objects.all().delete()
    FirstRunCode.objects.create(code_hash=hash_secret(code))
    return code


@transaction.atomic
def redeem_code(*, code: str, email: str, password: str, name: str, workspace_name: str) -> tuple[User, Workspace]:
    """Make the first user and their workspace. The code works once, and only while no user exists.

    Raises ValidationError by field; two people at once are told apart by an advisory lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    kept = FirstRunCode.objects.filter(used_at__isnull=True).first()
    given = hash_secret(code.strip().upper())
    if kept is None or not is_open() or not hmac.compare_digest(kept.code_hash.encode(), given.encode()):
        raise ValidationError({"code": "This is not the code that MLTrack printed when it started."})
    validate_as("password", password, User(email=email, name=name))
    user = User.objects.create_user(email, password, name=name.strip()[:150], is_superuser=True, is_staff=True)
    workspace, _ = create_workspace(user, name=workspace_name)
    FirstRunCode.objects.filter(pk=kept.pk).update(used_at=timezone.now())
    return user, workspace


def validate_as(field: str, password: str, user: User) -> None:
    """Check a password by Django's validators and raise what they say under the field's name."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error

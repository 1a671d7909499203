"""What a person says of themselves."""

from __future__ import annotations

from mltrack.accounts.models import User


def rename(user: User, name: str) -> None:
    """Keep a person's name, without spaces at its ends."""
    User.objects.filter(pk=user.pk).update(name=name.strip())

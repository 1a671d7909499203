"""In what condition a question to a connection is, whatever its answers become."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from projects.models import Connection


class Asked(Protocol):
    """What is kept of a question that pulls ask."""

    paused: bool
    error_code: str
    error_text: str
    warning: str
    last_ok: datetime | None


def condition_at(connection: Connection, source: Asked) -> tuple[str, str]:
    """Return in what condition a question to a connection is, and why in words."""
    if source.paused:
        return "paused", _("Paused.")
    if source.error_code:
        return "failing", source.error_text
    if connection.last_error_code:
        return "failing", connection.last_error_text
    if connection.paused:
        return "paused", _("Its connection is paused.")
    if source.last_ok is None:
        return "new", _("The first pull is on its way.")
    return "ok", source.warning

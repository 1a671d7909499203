"""Moments in a URL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kpis.services.fields import Fields


def asked_moment(params: Mapping[str, str], name: str) -> datetime | None:
    """Return the moment of a query parameter, None without it. Raises ValidationError for what is no moment."""
    fields = Fields({name: params.get(name, "")}, (name,))
    found = fields.moment(name)
    fields.finish()
    return found

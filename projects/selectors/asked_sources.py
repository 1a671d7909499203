"""Sources as people see them, whatever their answers become: in what condition, and what could not be read of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from projects.models import AskedSource, RejectedRecord

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with its condition: ok, new, failing, paused or upload. `next_pull` is None where none is planned."""

    source: AskedSource
    condition: str
    words: str
    next_pull: datetime | None
    rejected: Sequence[RejectedRecord]

    @property
    def is_upload(self) -> bool:
        """Say whether files are given to it by hand."""
        return self.source.connection is None


def rows_of(sources: Sequence[AskedSource], most_rejected: int) -> list[SourceRow]:
    """Return sources with what the newest so many rejected rows of their connections say of them, in one query."""
    connections = {each.connection.pk for each in sources if each.connection is not None}
    rejected: dict[str, list[RejectedRecord]] = {}
    found = RejectedRecord.objects.filter(connection__in=connections).order_by("-last_seen", "-pk")
    for each in found[:most_rejected] if sources else []:
        rejected.setdefault(each.external_id.split(" ", 1)[0], []).append(each)
    return [_row(each, rejected.get(each.public_id, [])) for each in sources]


def condition_of(source: AskedSource) -> tuple[str, str]:
    """Return in what condition a source is, and why in words."""
    connection = source.connection
    if connection is None:
        return "upload", _("Files are given by hand.")
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


def _row(source: AskedSource, rejected: Sequence[RejectedRecord]) -> SourceRow:
    condition, words = condition_of(source)
    planned = source.connection.next_due if source.connection and condition != "paused" else None
    return SourceRow(source, condition, words, planned, rejected[:SHOWN])

"""What the answer of a pull leaves on a source, whatever its rows become: an error, how far it is read, odd rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from projects.connectors.reading_records import ReadingsPage, RejectedRow
from projects.models import AskedSource, Connection, RejectedRecord
from projects.services.asked_sources import AnySource
from projects.services.pages import Stored
from projects.services.rejections import note_rejected


def source_asked(sources: QuerySet[AnySource], page: ReadingsPage) -> AnySource | None:
    """Return, held, the source that a page answers; None where it was changed, is paused or gone meanwhile."""
    return (
        sources.filter(public_id=page.query, version=page.version, paused=False).select_for_update(of=("self",)).first()
    )


def note_problem(source: AskedSource, code: str, text: str) -> Stored:
    """Keep why a source brought nothing."""
    is_new = (source.error_code, source.error_text) != (code, text)
    if is_new:
        ours = type(source)._default_manager.filter(pk=source.pk)
        ours.update(error_code=code[:40], error_text=text[:2000])
    return Stored(0, 0, changed=is_new)


def note_answer(source: AskedSource, page: ReadingsPage, newest: datetime | None) -> None:
    """Keep how far the source was read; an answer that may not be whole is asked for again with the next pull."""
    if not page.ends:
        return
    source.last_ok = timezone.now()
    source.error_code = source.error_text = ""
    source.warning = page.warning
    source.digest = page.digest
    if newest is not None and not page.warning:
        source.read_until = max(filter(None, (source.read_until, newest)))
    source.save(update_fields=["last_ok", "error_code", "error_text", "warning", "digest", "read_until"])


def note_odd(connection: Connection, source: AskedSource, odd: Sequence[RejectedRow], page: ReadingsPage) -> int:
    """Keep the list of rejected rows true; of a source that was read whole those that are mended go.

    Call it before `note_answer`: it compares the page with what was read before.
    """
    stem = f"{source.public_id} "
    known: list[str] = []
    is_same = page.digest != "" and page.digest == source.digest
    if page.ends and not is_same and (source.read_until is None or page.digest):
        kept = RejectedRecord.objects.filter(connection=connection, external_id__startswith=stem)
        known = list(kept.values_list("external_id", flat=True))
    reasons = {f"{stem}{each.place}"[:300]: each.reason for each in odd}
    return note_rejected(connection, reasons, known) if reasons or known else 0

"""Result files of other libraries as observations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from mltrack.accounts.access import Principal
from projects.models import Initiative, ObservedKind, ObservedSeries
from projects.progress.observed import ObservedValue
from projects.progress.observed_files.found import FileRead, FileRefused
from projects.progress.observed_files.pandera import METHOD
from projects.progress.observed_files.reading import FORMATS, read_file
from projects.services.observation_input import AHEAD
from projects.services.observations import Recorded, keep_values
from projects.services.texts import whole_text


@dataclass(frozen=True, slots=True)
class FileRecorded:
    """The values that were read of a file with what became of each, and in words what was not read."""

    values: list[ObservedValue]
    recorded: list[Recorded]
    unread: list[str]
    more_unread: int


def record_file(
    principal: Principal,
    initiative: Initiative,
    *,
    format: str,
    document: Any,
    time: datetime | None = None,
    reference: str = "",
) -> FileRecorded:
    """Keep what a result file tells, as of `time` or now, all or nothing; a repeated file corrects.

    `format` is one of `FORMATS`, `document` its parsed JSON. Raises ValidationError({field: text}), also where nothing
    in it can be read.
    """
    found, begins = _read(format, document, time, reference)
    values = found.values
    if begins:
        values = values + _passed(initiative, begins, found)
    if not values:
        text = "Nothing in this document can be read" + (f": {found.unread[0]}." if found.unread else ".")
        raise ValidationError({"document": text})
    return FileRecorded(values, keep_values(principal, initiative, values), found.unread, found.more_unread)


def _read(kind: str, document: Any, time: datetime | None, reference: str) -> tuple[FileRead, str]:
    errors: dict[str, str] = {}
    now = timezone.now()
    if kind not in FORMATS:
        errors["format"] = f"A format is one of {', '.join(FORMATS)}."
    if time is not None and time > now + AHEAD:
        errors["time"] = f"time lies in the future: it is {now:%Y-%m-%d %H:%M} UTC."
    wrong = whole_text(reference, 200)
    if wrong:
        errors["reference"] = f"This {wrong}."
    if errors:
        raise ValidationError(errors)
    try:
        return read_file(kind, document, time or now, reference.strip())
    except FileRefused as error:
        raise ValidationError({"document": str(error)}) from error


def _passed(initiative: Initiative, begins: str, found: FileRead) -> list[ObservedValue]:
    """Return the checks that failed before and are not named any more: they have passed."""
    named = {each.name for each in found.values}
    kept = ObservedSeries.objects.filter(initiative=initiative, kind=ObservedKind.QUALITY, segment="")
    names = kept.filter(name__startswith=begins, observations__method=METHOD).values_list("name", flat=True).distinct()
    passed = sorted(set(names) - named)
    return [
        ObservedValue("quality", name, found.time, 1.0, method=METHOD, threshold=1.0, reference=found.reference)
        for name in passed
    ]

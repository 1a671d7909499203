"""The formats by name, and reading a file of one. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from projects.progress.observed_files import evidently, great_expectations, metrics, pandera
from projects.progress.observed_files.found import FileRead

READERS: Final[dict[str, Callable[[Any, FileRead], str | None]]] = {
    "evidently": evidently.read,
    "great_expectations": great_expectations.read,
    "pandera": pandera.read,
    "dvc": metrics.read,
}
FORMATS: Final = tuple(READERS)


def read_file(kind: str, document: Any, time: datetime, reference: str = "") -> tuple[FileRead, str]:
    """Return what a document of a format tells as of a moment, and how the names begin of checks that it tells whole.

    A check with such a name that the document does not name has passed; an empty text says that of none. Raises
    FileRefused for a document of another shape, KeyError for another format.
    """
    found = FileRead(time, reference)
    return found, READERS[kind](document, found) or ""

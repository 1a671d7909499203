"""The formats of files of annotations, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from projects.connectors.label_files.argilla import read_argilla
from projects.connectors.label_files.cvat import read_cvat
from projects.connectors.label_files.doccano import read_doccano
from projects.connectors.label_files.records import LabelFile, LabelFileError
from projects.connectors.label_files.tables import read_csv, read_jsonl

FORMATS: Final[Mapping[str, str]] = {
    "csv": "CSV",
    "jsonl": "JSON lines",
    "cvat": "CVAT for images 1.1",
    "doccano": "doccano JSONL",
    "argilla": "Argilla records",
}
READERS: Final[Mapping[str, Callable[[bytes], LabelFile]]] = {
    "csv": read_csv,
    "jsonl": read_jsonl,
    "cvat": read_cvat,
    "doccano": read_doccano,
}


def read_label_file(raw: bytes, kind: str, question: str = "") -> LabelFile:
    """Read a file of one of `FORMATS`; `question` names the one of Argilla's that counts. Raises LabelFileError."""
    found = read_argilla(raw, question) if kind == "argilla" else READERS[kind](raw)
    if not found.labels and not found.open_tasks:
        raise LabelFileError("The file holds no annotation.")
    return found

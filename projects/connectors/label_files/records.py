"""What a file of annotations holds, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST_LABELS: Final = 200_000
"""Annotations, and tasks that nobody labeled, of one file."""


class LabelFileError(ValueError):
    """Why a file cannot be read, in words; `place` says where (`line 3`), "" for the file as a whole."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.text, self.place = message, place


@dataclass(frozen=True, slots=True)
class FileLabel:
    """One annotator's label of a task as it was read, at a `place` of the file.

    Who and when are None where the file does not say; a label of None takes back what the annotator said.
    """

    place: str
    task: Any
    label: Any
    annotator: Any = None
    time: Any = None
    batch: Any = None


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The labels of a file in its order, and the tasks that nobody labeled, each with its place.

    `annotator` and `time` are what the file as a whole says of labels that do not say it themselves.
    """

    labels: Sequence[FileLabel]
    open_tasks: Sequence[tuple[str, Any]] = field(default_factory=tuple)
    annotator: str | None = None
    time: str | None = None

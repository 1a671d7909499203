"""Exports of CVAT as "CVAT for images 1.1": XML, or the archive that it comes in.

Source: docs.cvat.ai, "XML annotation format", version 1.1 (CVAT 2). An image is a task. Its label is the names of its
tags where it has any, else of its shapes, each once; neither where nor how many. What CVAT marks as `auto` is a
model's and no label. The file says who has the task or job (`assignee`) and when it was written (`dumped`), not who
drew a shape and when. Files for video have tracks instead of images, and are refused.

Entities and document types are refused before anything of them is read, so nothing expands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from projects.connectors.label_files.archives import is_archive, members
from projects.connectors.label_files.records import FileLabel, LabelFile, LabelFileError
from projects.connectors.label_files.texts import bounded
from projects.connectors.texts import joined_label

SHAPES: Final = frozenset({"box", "polygon", "polyline", "points", "cuboid", "ellipse", "mask", "skeleton"})
AUTOMATIC: Final = "auto"
VIDEO: Final = "This is a file for video: export the task as CVAT for images 1.1, which splits tracks by frames."
_ASSIGNEES: Final = frozenset({("meta", "task", "assignee", "username"), ("meta", "job", "assignee", "username")})
_DUMPED: Final = ("meta", "dumped")
_ROOT: Final = "annotations"
_DEEPEST: Final = 16
_LONGEST: Final = 250


def read_cvat(raw: bytes) -> LabelFile:
    """Read a file, or an archive of one or more. An image without a label is a task that is open.

    Raises LabelFileError.
    """
    files = members(raw, ".xml") if is_archive(raw) else [("", raw)]
    read = [_read(content, name if len(files) > 1 else "") for name, content in files]
    labels = [label for each in read for label in each.labels]
    open_tasks = [task for each in read for task in each.open_tasks]
    bounded(len(labels) + len(open_tasks))
    return LabelFile(
        labels,
        open_tasks,
        next((each.assignee for each in read if each.assignee), None),
        max((_moment(each.dumped) for each in read if each.dumped), default=None),
    )


def _read(raw: bytes, name: str) -> _Reading:
    found, parser = _Reading(f"{name}.xml, " if name else ""), expat.ParserCreate()
    parser.StartDoctypeDeclHandler = found.refuse
    parser.EntityDeclHandler = found.refuse
    parser.StartElementHandler = lambda tag, attributes: found.begin(tag, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    try:
        parser.Parse(raw, True)
    except LabelFileError:
        raise
    except (expat.ExpatError, LookupError, ValueError):
        raise LabelFileError("This is not XML.", f"{found.where}line {parser.CurrentLineNumber}") from None
    return found


def _moment(text: str) -> str:
    """Return a moment of CVAT as ISO 8601: it writes a blank where others write T."""
    return text.strip().replace(" ", "T", 1)


@dataclass(slots=True)
class _Reading:
    """What was read of one file so far."""

    where: str
    labels: list[FileLabel] = field(default_factory=list)
    open_tasks: list[tuple[str, str]] = field(default_factory=list)
    assignee: str = ""
    dumped: str = ""
    path: list[str] = field(default_factory=list)
    image: str = ""
    place: str = ""
    tags: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)

    def refuse(self, *_: object) -> None:
        """Raise LabelFileError for a document type or an entity."""
        raise LabelFileError("The file declares a document type, which CVAT never does.")

    def begin(self, tag: str, attributes: dict[str, str], line: int) -> None:
        """Take an element's beginning."""
        place = f"{self.where}line {line}"
        if not self.path and tag != _ROOT:
            raise LabelFileError("This is no file of CVAT: it does not begin with annotations.", place)
        if len(self.path) >= _DEEPEST:
            raise LabelFileError("The file nests too deep.", place)
        if self.path == [_ROOT] and tag == "track":
            raise LabelFileError(VIDEO, place)
        if self.path == [_ROOT] and tag == "image":
            self._image(attributes, place)
        elif self.path == [_ROOT, "image"] and (tag == "tag" or tag in SHAPES):
            self._label(tag, attributes, place)
        self.path.append(tag)

    def end(self, tag: str) -> None:
        """Take an element's end."""
        self.path.pop()
        if self.path != [_ROOT] or tag != "image":
            return
        label = joined_label(self.tags or self.shapes)
        if label:
            self.labels.append(FileLabel(self.place, self.image, label))
        else:
            self.open_tasks.append((self.place, self.image))
        bounded(len(self.labels) + len(self.open_tasks))

    def text(self, piece: str) -> None:
        """Take a piece of text, which may be any part of it."""
        inner = tuple(self.path[1:])
        if inner in _ASSIGNEES:
            self.assignee = (self.assignee + piece)[:_LONGEST]
        elif inner == _DUMPED:
            self.dumped = (self.dumped + piece)[:_LONGEST]

    def _image(self, attributes: dict[str, str], place: str) -> None:
        self.image, self.place, self.tags, self.shapes = attributes.get("name", ""), place, [], []
        if not self.image:
            raise LabelFileError("The image has no name.", place)

    def _label(self, tag: str, attributes: dict[str, str], place: str) -> None:
        name = " ".join(attributes.get("label", "").split())
        if not name:
            raise LabelFileError(f"The {tag} has no label.", place)
        if attributes.get("source") != AUTOMATIC:
            (self.tags if tag == "tag" else self.shapes).append(name)

"""Archives as tools export them: some files of a ZIP, inflated up to a limit."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from projects.connectors.label_files.records import LabelFileError

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 50_000_000
"""What the files that are read may hold together."""
_ENCRYPTED: Final = 1


def is_archive(raw: bytes) -> bool:
    """Say whether bytes begin as a ZIP does."""
    return raw[:4] == b"PK\x03\x04"


def members(raw: bytes, ending: str) -> list[tuple[str, bytes]]:
    """Return the files with a name that ends so, as name without folder and ending, and content, in their order.

    Raises LabelFileError for an archive that is damaged, encrypted or too large, and for one without such a file.
    """
    found: list[tuple[str, bytes]] = []
    try:
        with ZipFile(BytesIO(raw)) as archive:
            listed = archive.infolist()
            if len(listed) > MOST_FILES:
                raise LabelFileError(f"The archive holds more than {MOST_FILES:,} files.")
            left = MOST_BYTES
            for each in (each for each in listed if each.filename.endswith(ending) and not each.is_dir()):
                content = _content(archive, each, left)
                left -= len(content)
                found.append((PurePosixPath(each.filename).name.removesuffix(ending), content))
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, LabelFileError):
            raise
        raise LabelFileError("The archive is damaged.") from None
    if not found:
        raise LabelFileError(f"The archive holds no file whose name ends in {ending}.")
    return found


def _content(archive: ZipFile, each: ZipInfo, most: int) -> bytes:
    """Return a file's bytes, whatever size the archive says it has."""
    if each.flag_bits & _ENCRYPTED:
        raise LabelFileError("The archive is encrypted.")
    with archive.open(each) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise LabelFileError(f"The archive holds more than {MOST_BYTES:,} bytes of annotations.")
    return content

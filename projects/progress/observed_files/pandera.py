"""pandera: `SchemaErrors.message` of a lazy validation, bare or as {"schema": name, "errors": message}. Pure.

It tells what failed and nothing of what passed. So the schema as a whole is a quality, 1 where there is no error, and
each failing check is one, 0. A check that is not named any more has passed: the service that keeps the file says so.
"""

from __future__ import annotations

from typing import Any, Final

from projects.progress.observed_files.found import FileRead, FileRefused, list_of, mapping_of, plain

METHOD: Final = "pandera"
_PARTS: Final = ("SCHEMA", "DATA")
_WORDS: Final = 'This is no SchemaErrors.message: send it bare, or {"schema": name, "errors": message or null}.'


def read(document: Any, found: FileRead) -> str:
    """Read the errors into `found` and return how the names of this schema's checks begin. Raises FileRefused."""
    given = mapping_of(document)
    wrapped = "errors" in given
    errors = (given["errors"] or {}) if wrapped else document
    if not isinstance(errors, dict) or not set(errors) <= set(_PARTS) or not (wrapped or errors):
        raise FileRefused(_WORDS)
    if wrapped and (not isinstance(given.get("schema"), str) or not given["schema"].strip()):
        raise FileRefused("Name the schema: " + _WORDS)
    failures = [
        mapping_of(each)
        for part in _PARTS
        for group in mapping_of(errors.get(part)).values()
        for each in list_of(group)
    ]
    schema = plain(str(given["schema"]) if wrapped else str(next(iter(failures), {}).get("schema")), 60)
    seen: set[str] = set()
    for each in failures:
        name = _name(schema, each)
        if name not in seen:
            seen.add(name)
            found.keep("quality", name, 0, method=METHOD, threshold=1)
    found.keep("quality", f"{schema} schema", 0 if failures else 1, method=METHOD, threshold=1)
    return f"{schema}: "


def _name(schema: str, failure: dict[str, Any]) -> str:
    column, check = failure.get("column"), failure.get("check")
    return plain(f"{schema}: {'' if column == schema else column or ''} {check or 'check'}")

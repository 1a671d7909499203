"""JSON pointers (RFC 6901), and the errors of a request flattened to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict

MAX_ERRORS: Final = 100
_LONGEST_KEY: Final = 100
_LONGEST_DETAIL: Final = 300
_OWN = "non_field_errors"


class FieldError(TypedDict):
    """One fault: where (a JSON pointer into the body, or `/name` of a query parameter), which, and in words."""

    pointer: str
    code: str
    detail: str


def to_pointer(path: Sequence[str | int]) -> str:
    """Return the pointer of a path: ("metrics", "a/b") is `/metrics/a~1b`. Long keys are cut at 100 characters."""
    return "".join("/" + _escape(str(part)) for part in path)


def _escape(key: str) -> str:
    shown = key.encode("utf-8", "backslashreplace").decode()
    shown = shown if len(shown) <= _LONGEST_KEY else shown[:_LONGEST_KEY] + "…"
    return shown.replace("~", "~0").replace("/", "~1")


def field_errors(detail: Any) -> list[FieldError]:
    """Flatten the nested detail of a REST framework ValidationError; at most 100 are kept."""
    found: list[FieldError] = []
    for error in _walk(detail, ()):
        found.append(error)
        if len(found) == MAX_ERRORS:
            break
    return found


def _walk(detail: Any, path: tuple[str | int, ...]) -> Iterator[FieldError]:
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _walk(inner, path if key == _OWN else (*path, key))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from _walk(inner, (*path, index) if nested else path)
    else:
        yield field_error(path, str(getattr(detail, "code", "invalid") or "invalid"), str(detail))


def field_error(path: Sequence[str | int], code: str, detail: str) -> FieldError:
    """Return one error; the words are cut at 300 characters, because they may repeat what was sent."""
    shown = detail.encode("utf-8", "backslashreplace").decode()
    if len(shown) > _LONGEST_DETAIL:
        shown = shown[:_LONGEST_DETAIL] + "…"
    return {"pointer": to_pointer(path), "code": code, "detail": shown}

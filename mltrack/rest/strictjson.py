"""JSON as RFC 8259 means it, bounded before it is parsed: depth, digits, values, duplicates, odd characters."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from mltrack.rest.pointers import to_pointer

MAX_DEPTH: Final = 32
MAX_VALUES: Final = 1_000_000
MAX_DIGITS: Final = 40

_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ONE_DIGIT = bytes.maketrans(b"123456789E", b"000000000e")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile("[\ud800-\udfff]")


class JSONRefused(ValueError):
    """Why a text is not taken. `code` is for programs, `pointer` a JSON pointer where the place is known."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.pointer = code, detail, pointer


def loads(raw: bytes) -> Any:
    """Parse UTF-8 JSON.

    Raises JSONRefused for what is not JSON (NaN and Infinity are not), for nesting over 32, over a million
    values, numbers of more than 40 digits or beyond a double, duplicate keys, NUL and lone surrogates.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise JSONRefused("not_utf8", "The body is not UTF-8.") from None
    _check_size(raw)
    parsed = _parse(text, _hides_a_number(raw))
    if _SUSPECT_ESCAPE.search(text):
        _check_strings(parsed)
    return parsed


def _check_size(raw: bytes) -> None:
    if raw.count(b",") + raw.count(b":") > MAX_VALUES:
        raise JSONRefused("too_many_values", f"The body holds more than {MAX_VALUES:,} values.")
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
        _check_depth(raw)


def _check_depth(raw: bytes) -> None:
    """Peel the innermost brackets off, level by level, by string operations that cost no step per bracket.

    What is left of a text that is not JSON is for the parser to refuse, unless it could nest too deep there.
    """
    brackets = _outside_texts(raw).translate(_ONE_KIND, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        peeled = brackets.replace(b"[]", b"")
        if len(peeled) == len(brackets):
            break
        brackets = peeled
    if b"[]" in brackets or brackets.count(b"[") > MAX_DEPTH:
        raise JSONRefused("too_deep", f"The body is nested deeper than {MAX_DEPTH} levels.")


def _outside_texts(raw: bytes) -> bytes:
    """Return what stands outside quotes: without escapes, every second part between quotes."""
    return b"".join((_ESCAPE.sub(b"", raw) if b"\\" in raw else raw).split(b'"')[::2])


def _hides_a_number(raw: bytes) -> bool:
    """Say whether a number may be too long or too large; cheap, and now and then wrong about a text."""
    shape = raw.translate(_ONE_DIGIT)
    return b"0" * (MAX_DIGITS + 1) in shape or b"e000" in shape or b"e+000" in shape


def _parse(text: str, suspect: bool) -> Any:
    numbers: dict[str, Any] = {"parse_int": _bounded_int, "parse_float": _bounded_float} if suspect else {}
    try:
        return json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant, **numbers)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise JSONRefused("not_json", f"The body is not JSON: {error.msg} at {place}.") from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise JSONRefused("duplicate_key", f"The key {twice[:100]!r} is there twice.")
    return found


def _no_constant(token: str) -> NoReturn:
    raise JSONRefused("not_json", f'{token} is not JSON; a metric may be the string "NaN" or "Infinity".')


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise JSONRefused("number_too_long", f"A number has more than {MAX_DIGITS} digits.")
    return int(digits)


def _bounded_float(digits: str) -> float:
    number = float(digits)
    if len(digits) > 4 * MAX_DIGITS or math.isinf(number):
        raise JSONRefused("number_too_large", f"The number {digits[:50]} does not fit a double.")
    return number


def _check_strings(parsed: Any) -> None:
    """Refuse NUL and lone surrogates, which PostgreSQL cannot store; walks without recursion."""
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), parsed)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, str):
            _check_string(path, value)
        elif isinstance(value, list):
            todo.extend(((*path, index), item) for index, item in enumerate(value))
        elif isinstance(value, dict):
            for key, item in value.items():
                _check_string(path, key)
                todo.append(((*path, key), item))


def _check_string(path: tuple[str | int, ...], value: str) -> None:
    if "\x00" in value:
        raise JSONRefused("nul_character", "A text holds the character U+0000.", to_pointer(path))
    if _SURROGATE.search(value):
        raise JSONRefused("lone_surrogate", "A text holds half a surrogate pair.", to_pointer(path))

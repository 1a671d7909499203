"""The bounded JSON reader."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltrack.rest.strictjson import JSONRefused, loads


def refused(raw: bytes) -> JSONRefused:
    with pytest.raises(JSONRefused) as caught:
        loads(raw)
    return caught.value


scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
documents = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=30,
)


@given(documents, st.booleans())
def test_what_can_be_stored_is_read_as_json_reads_it(document: Any, ascii_only: bool) -> None:
    raw = json.dumps(document, ensure_ascii=ascii_only).encode()
    assert loads(raw) == json.loads(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        loads(raw)
    except JSONRefused as error:
        refusal = (error.code, error.detail)
        assert all(refusal)


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity"])
def test_bare_specials_are_not_json(token: str) -> None:
    assert refused(b'{"metrics": {"loss": %s}}' % token.encode()).code == "not_json"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [33, 1_000, 100_000])
def test_deep_nesting_is_refused_whether_closed_or_not(opening: bytes, depth: int) -> None:
    assert refused(opening * depth).code == "too_deep"
    closing = b"]" if opening == b"[" else b"}"
    assert refused(opening * depth + b"1" + closing * depth).code == "too_deep"


def test_thirty_two_levels_are_taken() -> None:
    found = loads(b"[" * 32 + b"]" * 32)
    for _ in range(31):
        found = found[0]
    assert found == []


def test_brackets_within_texts_are_no_levels() -> None:
    text = '[[[["\\"{{[[' * 5 + "[" * 100
    assert loads(json.dumps({"a": text, "b": ["]" * 50]}).encode()) == {"a": text, "b": ["]" * 50]}


@pytest.mark.parametrize("raw", [b"[" * 40, b"[" * 32 + b"]" * 20, b"[]" * 40, b"]" * 50 + b"[" * 50, b"[[}]" * 20])
def test_unbalanced_brackets_are_refused_one_way_or_the_other(raw: bytes) -> None:
    assert refused(raw).code in ("too_deep", "not_json")


@given(st.integers(1, 40), st.integers(0, 3))
def test_the_limit_holds_with_siblings_at_each_level(depth: int, siblings: int) -> None:
    document: Any = 1
    for level in range(depth):
        document = {"k": document} if level % 2 else [[] for _ in range(siblings if level else 0)] + [document]
    raw = json.dumps(document).encode()
    if depth > 32:
        assert refused(raw).code == "too_deep"
    else:
        assert loads(raw) == document


def test_many_flat_objects_are_no_levels() -> None:
    assert loads(b"[" + b",".join([b'{"a":[1]}'] * 5_000) + b"]") == [{"a": [1]}] * 5_000


@pytest.mark.parametrize("raw", [b'{"a": 1, "a": 1}', b'[{"x": {"k": 1, "k": 2}}]', b'{"\\u0061": 1, "a": 2}'])
def test_a_key_twice_is_refused_by_name(raw: bytes) -> None:
    error = refused(raw)
    assert error.code == "duplicate_key"
    assert "'k'" in error.detail or "'a'" in error.detail


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (b'{"name": "a\\u0000b"}', "nul_character", "/name"),
        (b'{"a/b": [1, {"~": "\\u0000"}]}', "nul_character", "/a~1b/1/~0"),
        (b'{"tags": {"k\\u0000": 1}}', "nul_character", "/tags"),
        (b'{"name": "\\ud800"}', "lone_surrogate", "/name"),
        (b'["\\udc00\\ud800"]', "lone_surrogate", "/0"),
        (b'"\\uDBFF"', "lone_surrogate", ""),
    ],
)
def test_what_postgresql_cannot_store_is_refused_with_its_place(raw: bytes, code: str, pointer: str) -> None:
    error = refused(raw)
    assert (error.code, error.pointer) == (code, pointer)


def test_paired_surrogates_and_escaped_escapes_are_texts() -> None:
    assert loads(b'["\\ud83d\\ude00", "\\\\u0000", "\\\\ud800"]') == ["😀", "\\u0000", "\\ud800"]


@pytest.mark.parametrize("raw", [b"\xff", b'"\xed\xa0\x80"', b'"\xc3"', "{}".encode("utf-16"), b'"\xc0\x80"'])
def test_only_utf8_is_read(raw: bytes) -> None:
    assert refused(raw).code == "not_utf8"


@pytest.mark.parametrize(
    "raw", [b"", b" ", b"\xef\xbb\xbf{}", b"{", b'{"a" 1}', b"[1,]", b"01", b"1.", b"+1", b"'a'", b'"\x00"', b'"\n"']
)
def test_what_is_not_json_says_where(raw: bytes) -> None:
    error = refused(raw)
    assert error.code == "not_json"
    assert "line 1, column" in error.detail or "line 2" in error.detail


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"1" * 41, "number_too_long"),
        (b"-" + b"9" * 100_000, "number_too_long"),
        (b"1e400", "number_too_large"),
        (b"-1E+999", "number_too_large"),
        (b"[1.5, 1e309]", "number_too_large"),
        (b"0." + b"1" * 5_000, "number_too_large"),
    ],
)
def test_absurd_numbers_are_refused(raw: bytes, code: str) -> None:
    assert refused(raw).code == code


def test_large_but_honest_numbers_are_read() -> None:
    assert loads(b"[1e308, 1e-400, 9223372036854775808, -0.0]") == [1e308, 0.0, 2**63, -0.0]


def test_digits_within_a_text_are_no_number() -> None:
    assert loads(b'{"digest": "%s", "e": "1e999"}' % (b"7" * 64)) == {"digest": "7" * 64, "e": "1e999"}


def test_a_million_values_are_too_many() -> None:
    assert refused(b"[" + b"{}," * 1_000_001 + b"{}]").code == "too_many_values"


@pytest.mark.parametrize(
    "raw",
    [b'"' + b'\\"' * 2_000_000, b'["' * 900_000, b'{"a":"' * 900_000, b"[" * 4_000_000, b'"\\' * 2_000_000],
    ids=["escaped quotes", "lists of open texts", "objects", "brackets", "backslashes"],
)
def test_hostile_bodies_are_refused_in_linear_time(raw: bytes) -> None:
    started = time.process_time()
    refused(raw)
    assert time.process_time() - started < 3

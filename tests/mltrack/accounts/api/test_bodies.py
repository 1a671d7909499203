"""Bodies of every kind: never a 5xx, never stored and then unreadable."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.mltrack.accounts.api.callers import Callers
from tests.mltrack.accounts.api.test_access import is_problem

NOTE = {"key": "a"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "not_json"),
        (b'{"key": NaN}', "not_json"),
        (b'{"key": "a", "metrics": {"loss": Infinity}}', "not_json"),
        (b'{"key": "a", "key": "b"}', "duplicate_key"),
        (b'{"key": "a", "text": "\\u0000"}', "nul_character"),
        (b'{"key": "a", "tags": {"x": "\\ud800"}}', "lone_surrogate"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
        (b'{"key": "a", "weight": 1e999}', "number_too_large"),
        (b'{"key": "a", "weight": ' + b"9" * 5_000 + b"}", "number_too_long"),
        (b'{"key": "\xff"}', "not_utf8"),
        ('{"key": "a"}'.encode("utf-16"), "not_utf8"),
    ],
)
def test_what_is_not_strict_json_is_400(callers: Callers, raw: bytes, code: str) -> None:
    body = is_problem(callers.owner.call("post", "notes/", raw), 400, code)
    assert body["errors"][0]["code"] == code


def test_the_place_of_a_nul_is_told(callers: Callers) -> None:
    raw = b'{"key": "a", "tags": {"a/b": "x\\u0000"}}'
    assert callers.owner.call("post", "notes/", raw).json()["errors"][0]["pointer"] == "/tags/a~1b"


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/xml",
     "application/json; charset=latin-1", "nonsense", "*/*"],
)  # fmt: skip
def test_other_media_types_are_415(callers: Callers, media_type: str) -> None:
    answer = callers.owner.call("post", "notes/", b'{"key": "a"}', content_type=media_type)
    assert answer.status_code == 415, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_json_with_its_charset_is_taken(callers: Callers) -> None:
    answer = callers.owner.call("post", "notes/", NOTE, content_type="application/json; charset=UTF-8")
    assert answer.status_code == 201


def test_a_body_over_the_limit_is_413(callers: Callers, settings: Settings) -> None:
    settings.MLTRACK_MAX_BODY = 1_000
    is_problem(callers.owner.call("post", "notes/", b" " * 1_001), 413, "body_too_large")
    assert callers.owner.call("post", "notes/", json.dumps(NOTE).ljust(1_000)).status_code == 201


def test_a_body_over_what_django_allows_is_413_too(callers: Callers) -> None:
    is_problem(callers.owner.call("post", "notes/", b" " * 10_000_001), 413, "body_too_large")


def test_a_gzip_body_is_taken_up_to_the_limit(callers: Callers, settings: Settings) -> None:
    packed = gzip.compress(json.dumps(NOTE).encode())
    assert callers.owner.call("post", "notes/", packed, Content_Encoding="gzip").status_code == 201
    settings.MLTRACK_MAX_BODY = 100_000
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    is_problem(callers.owner.call("post", "notes/", bomb, Content_Encoding="gzip"), 413, "body_too_large")


@pytest.mark.parametrize(
    ("raw", "encoding", "status", "code"),
    [
        (b'{"key": "a"}', "gzip", 400, "bad_gzip"),
        (gzip.compress(b'{"key": "a"}', mtime=0)[:-3], "gzip", 400, "bad_gzip"),
        (gzip.compress(b'{"key": "a"}', mtime=0) * 2, "gzip", 400, "bad_gzip"),
        (b'{"key": "a"}', "br", 415, "unsupported_encoding"),
        (b'{"key": "a"}', "gzip, gzip", 415, "unsupported_encoding"),
    ],
)
def test_faulty_encodings_are_refused(callers: Callers, raw: bytes, encoding: str, status: int, code: str) -> None:
    is_problem(callers.owner.call("post", "notes/", raw, Content_Encoding=encoding), status, code)


@pytest.mark.parametrize("length", ["x", "1e3", "99999999999999999999"])
def test_an_odd_length_is_refused(callers: Callers, length: str) -> None:
    answer = Client(raise_request_exception=False).generic(
        "POST",
        "/api/v1/notes/",
        b"{}",
        "application/json",
        headers={"Authorization": f"Bearer {callers.owner.text}"},
        CONTENT_LENGTH=length,
    )
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"5", b'"x"', b"{}", b"[{}]"])
def test_another_shape_is_400(callers: Callers, raw: bytes) -> None:
    is_problem(callers.owner.call("post", "notes/", raw), 400, "invalid")


PAYLOADS: list[Any] = [
    None, True, False, 0, -1, 1.5, -0.0, 1e308, 2**31, 2**63, 10**39, "", " ", "x" * 100_000, "NaN", "null", "0", "\t",
    "\u202e", "😀" * 600, "'; DROP TABLE x; --", "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "%00",
    "\ufeff", "\x7f", "2026-01-01T00:00:00", "2026-03-29T02:30:00", "9999-12-31T23:59:59Z", "0000-00-00", "P1D",
    [], [[]], [None], ["a"] * 1_000, {}, {"": ""}, {"a": {"b": {}}}, {"$ne": None}, {"__class__": "x"}, {"a": [1]},
    {"k" * 1_000: 1}, {str(n): n for n in range(100)}, {"value": 1, "special": "nan"}, {"a": "NaN"}, {"a": True},
]  # fmt: skip
FIELDS = ["key", "text", "weight", "urgent", "at", "metrics", "tags", "part", "part/size", "metrics/m", "tags/t"]


@pytest.mark.parametrize("field", FIELDS)
def test_no_payload_breaks_a_field_or_what_is_read_later(callers: Callers, field: str) -> None:
    for payload in PAYLOADS:
        outer, _, inner = field.partition("/")
        body = {**NOTE, outer: {inner: payload} if inner else payload}
        answer = callers.owner.call("post", "notes/", json.dumps(body))
        assert answer.status_code in (201, 400), (field, payload, answer.content)
        if answer.status_code == 400:
            assert answer.json()["errors"], payload
            assert len(answer.content) < 50_000
        listed = callers.owner.call("get", "notes/?limit=200")
        assert listed.status_code == 200, (field, payload)
        json.loads(listed.content, parse_constant=lambda token: math.nan / 0)


def test_texts_come_back_as_they_were_sent(callers: Callers) -> None:
    text, tags = "žluť 😀 \u202e <b>&amp;", {"a/b": "\\u0000", "n": 5, "on": True, "f": 0.1}
    assert callers.owner.call("post", "notes/", {"key": "a", "text": text, "tags": tags}).status_code == 201
    found = callers.owner.call("get", "notes/a/").json()
    assert (found["text"], found["tags"]) == (text, tags)

"""Bodies: never more than allowed, JSON only."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator

import pytest

from mltrack.outbound import OutboundError
from mltrack.outbound.bodies import parse_json, read_bounded


def pieces(body: bytes, size: int = 7) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.parametrize(
    "encoding, body",
    [
        ("", b"plain text"),
        ("identity", b"plain text"),
        ("gzip", gzip.compress(b"plain text", mtime=0)),
        (" GZIP ", gzip.compress(b"plain text", mtime=0)),
        ("deflate", zlib.compress(b"plain text")),
        ("gzip", gzip.compress(b"plain ", mtime=0) + gzip.compress(b"text", mtime=0)),
    ],
)
def test_bodies_are_read_whole(encoding: str, body: bytes) -> None:
    assert read_bounded(pieces(body), encoding, 10) == b"plain text"


@pytest.mark.parametrize("encoding, body", [("", b"x" * 11), ("gzip", gzip.compress(b"x" * 11, mtime=0))])
def test_one_byte_too_many_is_refused(encoding: str, body: bytes) -> None:
    with pytest.raises(OutboundError) as caught:
        read_bounded(pieces(body), encoding, 10)
    assert caught.value.code == "too_large"


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    taken: list[int] = []

    def counted(body: bytes) -> Iterator[bytes]:
        for piece in pieces(body, 1000):
            taken.append(len(piece))
            yield piece

    bomb = gzip.compress(b"0" * 50_000_000)
    with pytest.raises(OutboundError):
        read_bounded(counted(bomb), "gzip", 100_000)
    assert len(taken) == 1


@pytest.mark.parametrize(
    "encoding, body",
    [("gzip", gzip.compress(b"plain text", mtime=0)[:-9]), ("gzip", b"no gzip"), ("br", b"x"), ("gzip, gzip", b"x")],
)
def test_damaged_and_unknown_encodings_are_refused(encoding: str, body: bytes) -> None:
    with pytest.raises(OutboundError) as caught:
        read_bounded(pieces(body), encoding, 1000)
    assert caught.value.code == "bad_answer"


def test_bare_nan_and_infinity_are_read() -> None:
    found = parse_json(b'{"a": NaN, "b": [Infinity, -Infinity]}')
    assert math.isnan(found["a"]) and found["b"] == [math.inf, -math.inf]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a": 1} x', b"<html>", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5_000, b"  <!doctype html>"],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(OutboundError) as caught:
        parse_json(body)
    assert caught.value.code == "not_json"

"""Reading answers: never more than allowed, and JSON only."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from mltrack.outbound.errors import OutboundError

_PLAIN = {"", "identity"}
_ZIPPED = {"gzip", "x-gzip", "deflate"}


def too_large(limit: int) -> OutboundError:
    """Return the error for an answer above `limit` bytes."""
    return OutboundError("too_large", f"The server's answer is larger than {limit:,} bytes.", permanent=True)


def _inflated(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(wbits=47)
    total = 0
    for chunk in chunks:
        while chunk:
            try:
                piece = inflater.decompress(chunk, limit - total + 1)
            except zlib.error as error:
                raise OutboundError("bad_answer", "The server's compressed answer is damaged.") from error
            total += len(piece)
            if total > limit:
                raise too_large(limit)
            yield piece
            chunk = inflater.unconsumed_tail
            if inflater.eof and inflater.unused_data:
                chunk, inflater = inflater.unused_data, zlib.decompressobj(wbits=47)
    if not inflater.eof:
        raise OutboundError("bad_answer", "The server's compressed answer ends too early.")


def read_bounded(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return the decompressed body of at most `limit` bytes.

    `encoding` is the Content-Encoding header. Raises OutboundError `too_large` or `bad_answer`.
    """
    encoding = encoding.strip().lower()
    if encoding in _ZIPPED:
        chunks = _inflated(chunks, limit)
    elif encoding not in _PLAIN:
        raise OutboundError("bad_answer", "The server's answer has an encoding that is not read here.")
    parts: list[bytes] = []
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise too_large(limit)
        parts.append(chunk)
    return b"".join(parts)


def parse_json(body: bytes) -> Any:
    """Return the parsed body; bare NaN and Infinity become floats. Raises OutboundError `not_json`.

    An HTML page, half a document, too deep nesting and numbers of thousands of digits are errors.
    """
    if body.lstrip()[:1] == b"<":
        raise OutboundError(
            "not_json",
            "The server answered with an HTML page instead of JSON. "
            "The base URL may lead to a sign-in page or to another service.",
        )
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OutboundError("not_json", "The server's answer is not whole, valid JSON.") from error

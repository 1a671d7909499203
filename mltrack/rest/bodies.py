"""Request bodies, read up to a limit: with a length, chunked, or compressed by gzip."""

from __future__ import annotations

import zlib
from typing import Any, Final

from django.http import HttpRequest, UnreadablePostError

from mltrack.rest.problems import Problem

_CHUNK: Final = 65_536
_GZIP: Final = 31


def read_body(request: HttpRequest, limit: int) -> bytes:
    """Return the whole body, inflated where `Content-Encoding` is gzip; `limit` counts inflated bytes.

    Raises Problem: 413 over the limit, 400 when it ends early or is not gzip, 411 when a chunked body cannot be
    read here, 415 for another encoding.
    """
    raw = _chunked(request, limit) if "chunked" in _header(request, "TRANSFER_ENCODING") else _sized(request, limit)
    encoding = _header(request, "CONTENT_ENCODING")
    if encoding in ("", "identity"):
        return raw
    if encoding == "gzip":
        return _inflate(raw, limit)
    raise Problem(415, "unsupported_encoding", "A body may be plain or gzip.")


class BodyStream:
    """A body with a length, read piece by piece; one that is cut off ends early."""

    def __init__(self, request: HttpRequest) -> None:
        """Raises Problem: 411 without a length, 400 for one that is no number, 415 for an encoded body."""
        if "chunked" in _header(request, "TRANSFER_ENCODING") or not request.META.get("CONTENT_LENGTH"):
            raise Problem(411, "length_required", "Send a Content-Length.")
        if _header(request, "CONTENT_ENCODING") not in ("", "identity"):
            raise Problem(415, "unsupported_encoding", "These bytes are sent as they are.")
        self._request, self.length = request, _length(request)

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer where the body ends or is cut off."""
        try:
            return _read(self._request, size)
        except Problem:
            return b""


def too_large(limit: int) -> Problem:
    """Return the 413 that names the limit in bytes."""
    return Problem(413, "body_too_large", f"The body is larger than {limit:,} bytes.")


def _header(request: HttpRequest, name: str) -> str:
    return str(request.META.get(f"HTTP_{name}", "")).strip().lower()


def _length(request: HttpRequest) -> int:
    try:
        return max(0, int(request.META.get("CONTENT_LENGTH") or 0))
    except ValueError:
        raise Problem(400, "bad_length", "Content-Length is not a number.") from None


def _sized(request: HttpRequest, limit: int) -> bytes:
    length = _length(request)
    if length > limit:
        raise too_large(limit)
    body = _read(request, length)
    if len(body) < length:
        raise Problem(400, "body_cut_off", "The body ended before its Content-Length.")
    return body


def _chunked(request: HttpRequest, limit: int) -> bytes:
    """Read a body without a length from the server's own stream; Django's takes it for empty."""
    environ: dict[str, Any] = getattr(request, "environ", {})
    if not environ.get("wsgi.input_terminated"):
        raise Problem(411, "length_required", "Send a Content-Length.")
    body = _read(environ["wsgi.input"], limit + 1)
    if len(body) > limit:
        raise too_large(limit)
    return body


def _read(stream: Any, length: int) -> bytes:
    parts: list[bytes] = []
    while length > 0:
        try:
            part = stream.read(min(_CHUNK, length))
        except (OSError, UnreadablePostError):
            raise Problem(400, "body_cut_off", "The body could not be read to its end.") from None
        if not part:
            break
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _inflate(raw: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    try:
        body = inflater.decompress(raw, limit + 1)
    except zlib.error:
        raise Problem(400, "bad_gzip", "The body is not gzip.") from None
    if len(body) > limit:
        raise too_large(limit)
    if not inflater.eof or inflater.unused_data:
        raise Problem(400, "bad_gzip", "The body is not one whole gzip member.")
    return body

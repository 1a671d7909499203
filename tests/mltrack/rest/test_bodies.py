"""Reading bodies from the stream that a server gives."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from mltrack.rest.bodies import read_body
from mltrack.rest.problems import Problem


def request(body: bytes, **environ: Any) -> WSGIRequest:
    return WSGIRequest({"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": BytesIO(body), **environ})


def refusal(body: bytes, **environ: Any) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        read_body(request(body, **environ), 10)
    return caught.value.status_code, caught.value.code


def test_a_body_is_read_to_its_length_and_no_further() -> None:
    assert read_body(request(b"abcdef", CONTENT_LENGTH="3"), 10) == b"abc"
    assert read_body(request(b"abcdef"), 10) == b""
    assert read_body(request(b"abcdef", CONTENT_LENGTH="-3"), 10) == b""


def test_a_body_that_ends_early_is_refused() -> None:
    assert refusal(b"abc", CONTENT_LENGTH="4") == (400, "body_cut_off")


def test_a_length_over_the_limit_is_refused_before_reading() -> None:
    given = request(b"", CONTENT_LENGTH="11")
    with pytest.raises(Problem) as caught:
        read_body(given, 10)
    assert (caught.value.status_code, "10 bytes" in caught.value.text) == (413, True)


def test_a_chunked_body_is_read_from_a_server_that_ends_it() -> None:
    chunked: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    assert read_body(request(b"0123456789", **chunked), 10) == b"0123456789"
    assert refusal(b"0123456789x", **chunked) == (413, "body_too_large")


def test_a_chunked_body_elsewhere_needs_a_length() -> None:
    assert refusal(b"{}", HTTP_TRANSFER_ENCODING="chunked") == (411, "length_required")


class Broken(BytesIO):
    def read(self, size: int | None = None) -> bytes:
        raise OSError("connection reset")


def test_a_broken_connection_is_no_crash() -> None:
    assert refusal(b"", **{"CONTENT_LENGTH": "3", "wsgi.input": Broken()}) == (400, "body_cut_off")

"""JSON pointers and the flattening of errors."""

from __future__ import annotations

import pytest
from rest_framework.exceptions import ErrorDetail, ValidationError

from mltrack.rest.pointers import field_errors, to_pointer


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ((), ""),
        (("a",), "/a"),
        (("m~n", "a/b", 0), "/m~0n/a~1b/0"),
        (("",), "/"),
        (("x" * 200,), "/" + "x" * 100 + "…"),
    ],
)
def test_pointers_follow_rfc_6901(path: tuple[str | int, ...], pointer: str) -> None:
    assert to_pointer(path) == pointer


def test_half_a_surrogate_in_a_key_can_be_written() -> None:
    assert to_pointer(["\ud800"]) == "/\\ud800"


def test_nested_errors_become_a_flat_list() -> None:
    detail = ValidationError(
        {
            "runs": [{}, {"metrics": {"a/b": [ErrorDetail("Bad.", "not_a_metric")]}}],
            "values": {"3": [ErrorDetail("Worse.", "wrong_type")]},
            "non_field_errors": ["Together they are wrong."],
        }
    ).detail
    assert field_errors(detail) == [
        {"pointer": "/runs/1/metrics/a~1b", "code": "not_a_metric", "detail": "Bad."},
        {"pointer": "/values/3", "code": "wrong_type", "detail": "Worse."},
        {"pointer": "", "code": "invalid", "detail": "Together they are wrong."},
    ]


def test_at_most_a_hundred_errors_with_short_words_are_kept() -> None:
    found = field_errors([{"a": ["x" * 5_000]}] * 1_000)
    assert len(found) == 100
    assert len(found[0]["detail"]) == 301
    assert found[99]["pointer"] == "/99/a"

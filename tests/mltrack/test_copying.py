"""COPY in binary: what goes in comes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from mltrack.copying import (
    NULL,
    copy_rows,
    integer_field,
    integers_field,
    json_field,
    moment_field,
    row_of,
    short_field,
    text_field,
    texts_field,
    truth_field,
)

pytestmark = pytest.mark.django_db
COPY = "COPY copied (number, word, document, at) FROM STDIN (FORMAT binary)"


@pytest.fixture(autouse=True)
def table(db: None) -> Iterator[None]:
    """A table of each type that is copied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE copied (number bigint UNIQUE, word varchar(9), document jsonb, at timestamptz)"
        )
        yield
        cursor.execute("DROP TABLE copied")


def row(number: int | None = 1, word: str = "", document: str = "{}", at: datetime | None = None) -> bytes:
    return row_of(4) + integer_field(number) + text_field(word) + json_field(document) + moment_field(at)


def kept() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, word, document::text, at FROM copied ORDER BY number")
        return list(cursor.fetchall())


def test_each_type_arrives_as_it_is() -> None:
    local = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-3)))
    copy_rows(COPY, [row(-(2**63), "a\tb\\N\n", '{"é": "\\u00e9"}', local), row(2**63 - 1, "🚀", "[1]", None)])
    assert kept() == [
        (-(2**63), "a\tb\\N\n", '{"é": "é"}', datetime(2000, 1, 1, 2, 59, 59, 999_999, tzinfo=UTC)),
        (2**63 - 1, "🚀", "[1]", None),
    ]


def test_null_is_null() -> None:
    copy_rows(COPY, [row(None), row_of(4) + NULL * 4])
    assert [each[0] for each in kept()] == [None, None]


def test_no_rows_are_no_rows() -> None:
    copy_rows(COPY, [])
    assert kept() == []


@pytest.mark.parametrize("bad", [row(word="x" * 10), row(word="\x00"), row(document="{"), row(document='"\\u0000"')])
def test_what_a_column_cannot_hold_is_refused_as_by_django(bad: bytes) -> None:
    with pytest.raises(DataError), transaction.atomic():
        copy_rows(COPY, [row(7), bad])
    assert kept() == []


def test_a_row_twice_is_refused_as_by_django() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(COPY, [row(7), row(7)])
    assert kept() == []


def test_a_number_of_more_than_64_bits_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        integer_field(2**63)


@pytest.mark.parametrize(
    ("short", "truth", "texts", "few", "many"),
    [
        (-(2**31), True, ["a", "", 'é,{}"'], [1, -(2**31)], [2**63 - 1, -(2**63)]),
        (2**31 - 1, False, ["x"], [0], [5]),
        (0, None, [], [], []),
    ],
)
def test_small_numbers_truths_and_arrays_arrive_as_they_are(
    short: int, truth: bool | None, texts: list[str], few: list[int], many: list[int]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE wide (a integer, b boolean, c varchar(9)[], d integer[], e bigint[])")
        fields = (short_field(short), truth_field(truth), texts_field(texts))
        copy_rows(
            "COPY wide FROM STDIN (FORMAT binary)",
            [row_of(5) + b"".join(fields) + integers_field(few, 4) + integers_field(many)],
        )
        cursor.execute("SELECT * FROM wide")
        assert cursor.fetchall() == [(short, truth, texts, few, many)]
        cursor.execute("DROP TABLE wide")


@pytest.mark.parametrize(("number", "width"), [(2**31, 4), (2**63, 8)])
def test_a_number_that_an_array_cannot_hold_is_an_overflow(number: int, width: Literal[4, 8]) -> None:
    with pytest.raises(OverflowError):
        integers_field([number], width)

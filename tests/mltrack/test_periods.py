"""Dates with a resolution: read as people write them, shown as they were meant."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltrack.periods import parse_day, parse_period, period_words


@pytest.mark.parametrize(
    ("text", "day", "resolution"),
    [
        ("2027-03-31", date(2027, 3, 31), "day"),
        ("2028-02-29", date(2028, 2, 29), "day"),
        ("2028-02", date(2028, 2, 29), "month"),
        ("March 2027", date(2027, 3, 31), "month"),
        (" feb  2027 ", date(2027, 2, 28), "month"),
        ("Q1 2027", date(2027, 3, 31), "quarter"),
        ("2027-Q4", date(2027, 12, 31), "quarter"),
        ("q2/2027", date(2027, 6, 30), "quarter"),
        ("H1 2027", date(2027, 6, 30), "half"),
        ("h2 2027", date(2027, 12, 31), "half"),
        ("2027", date(2027, 12, 31), "year"),
    ],
)
def test_a_period_is_over_on_its_last_day(text: str, day: date, resolution: str) -> None:
    assert parse_period(text) == (day, resolution)


@pytest.mark.parametrize(
    "text", ["", "soon", "Q5 2027", "H3 2027", "2027-13", "2027-02-30", "Smarch 2027", "99999", "1969", "2200", "٢٠٢٧x"]
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"[A-Z].*\."):
        parse_period(text)


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)), st.sampled_from(["day", "month", "quarter", "half", "year"]))
def test_what_is_shown_is_read_as_the_same_period(day: date, resolution: str) -> None:
    words = period_words(day, resolution)
    end, read = parse_period(words)
    assert read == resolution
    assert end >= day
    assert period_words(end, read) == words


def test_no_date_is_no_words() -> None:
    assert period_words(None, "quarter") == ""


@pytest.mark.parametrize(
    ("value", "day"),
    [("2027-03-31", date(2027, 3, 31)), (date(1970, 1, 1), date(1970, 1, 1)), ("", None), (None, None)],
)
def test_a_day_is_a_date_or_its_text(value: object, day: date | None) -> None:
    assert parse_day(value) == day


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("soon", "This must be a date such as 2027-03-31."),
        (7, "This must be a date such as 2027-03-31."),
        (datetime(2027, 3, 31, tzinfo=UTC), "This must be a date such as 2027-03-31."),
        ("1969-12-31", "This date lies outside 1970 to 2199."),
        (date(2200, 1, 1), "This date lies outside 1970 to 2199."),
    ],
)
def test_another_day_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        parse_day(value)

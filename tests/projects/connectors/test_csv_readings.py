"""CSV as readings: forms of times and numbers, and files that mean harm; each wrong row is named by its line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.csv_link.links import place_of
from projects.connectors.csv_readings import MOST_BYTES, CSVForm, read_csv, read_moment, read_number

DAY = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("2027-03-31", "iso", DAY),
        ("2027-03-31T12:00:00Z", "iso", datetime(2027, 3, 31, 12, tzinfo=UTC)),
        ("2027-03-31 12:00", "iso", datetime(2027, 3, 31, 12)),  # noqa: DTZ001
        ("31.3.2027", "d.m.Y", DAY),
        ("31/03/2027", "d/m/Y", DAY),
        ("03/31/2027", "m/d/Y", DAY),
        ("2027/3/31", "Y/m/d", DAY),
        ("2027-03", "Y-m", date(2027, 3, 1)),
        ("1806494400", "unix", datetime(2027, 3, 31, 12, tzinfo=UTC)),
        ("1806494400000", "unix_ms", datetime(2027, 3, 31, 12, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_form_that_is_named(text: str, form: str, found: object) -> None:
    assert read_moment(text, form) == found


@pytest.mark.parametrize(
    ("text", "comma", "found"),
    [
        ("1234.5", False, 1234.5),
        ("1,234.5", False, 1234.5),
        ("1,5", False, None),
        ("12,34", False, None),
        ("1,5", True, 1.5),
        ("1.234,5", True, 1234.5),
        ("1\u202f234,5", True, 1234.5),
        ("1.5", True, None),
        ("12.5 %", False, 12.5),
        ("-3e2", False, -300.0),
        ("1e309", False, None),
        ("1e101", False, None),
        ("NaN", False, None),
        ("inf", False, None),
        ("1_000", False, None),
        ("١٢", False, None),
        ("0x10", False, None),
        ("=1+1", False, None),
        ("", False, None),
    ],
)
def test_numbers_are_read_or_refused_and_never_guessed(text: str, comma: bool, found: float | None) -> None:
    assert read_number(text, decimal_comma=comma) == found


def test_a_header_is_mapped_and_the_delimiter_told_by_it() -> None:
    form = CSVForm(
        time_column="Tag", value_column="Quote", segment_column="Land", time_form="d.m.Y", decimal_comma=True
    )
    text = '\ufeffTag;Land;Quote;Note\r\n31.03.2027;"Nord;Ost";8,4;x\r\n\r\n01.04.2027;Süd;;leer\r\n'
    found = read_csv(text.encode(), form)
    assert [(each.time, each.value, each.segment) for each in found.rows] == [(DAY, 8.4, "Nord;Ost")]
    assert found.faults == 0 and list(found.header) == ["Tag", "Land", "Quote", "Note"]


def test_each_wrong_row_is_named_by_its_line() -> None:
    rows = [
        "time,value,segment",
        "2027-01-01,1,a",
        "2027-01-01,2,a",
        "2027-01-02,1e309,a",
        "yesterday,1,a",
        "2027-01-03,1",
        "2027-01-04T00:00:00Z,1,a",
        "1812-01-01,1,a",
        "2027-01-05,1,\x07",
        "2027-01-06,1," + "s" * 121,
        '2027-01-07,1,"two\nlines"',
        "9999-12-31T23:59:59-14:00,1,a",
        "2027-01-08,4,a",
    ]
    found = read_csv("\n".join(rows).encode(), CSVForm(segment_column="segment"))
    assert [each.value for each in found.rows] == [1.0, 4.0]
    words = {each.place: each.reason for each in found.rejected}
    assert list(words) == [f"line {n}" for n in (3, 4, 5, 6, 7, 8, 9, 10, 12, 13)]
    assert "line 2 too" in words["line 3"] and "1e309" in words["line 4"] and "mixed" in words["line 7"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "no column"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"time,value\n2027-01-01,\x001", "NUL"),
        (b"<!doctype html><title>Sign in</title>", "shared"),
        (b"time,time,value\n", "several columns"),
        (b"when,value\n", "Its first line has: when, value"),
        (b'time,value\n2027-01-01,"1', "quotation"),
        (b"time,value\n" + b"x" * 200_000, "cannot be read"),
        (b"a" * (MOST_BYTES + 1), "larger"),
        (b"time,value\n" + b"".join(b"%d,1\n" % n for n in range(100_002)), "100,000"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(content: bytes, word: str) -> None:
    with pytest.raises(ConnectorError, match=word) as caught:
        read_csv(content, CSVForm(time_form="unix") if b"99999,1" in content else CSVForm())
    assert caught.value.code == "bad_file"


def test_of_many_wrong_rows_fifty_are_named_and_all_are_counted() -> None:
    found = read_csv(("time,value\n" + "x,y\n" * 500).encode(), CSVForm())
    assert len(found.rejected) == 50 and found.faults == 500 and not found.rows


SHEETS = "https://docs.google.com"
SHEET = "/spreadsheets/d/1abcdefghijklmnop"


@pytest.mark.parametrize(
    ("link", "base", "found"),
    [
        ("churn.csv", "https://files.example.org/x/", ("churn.csv", {})),
        ("https://files.example.org/x/a.csv?v=1", "https://files.example.org/x/", ("/a.csv", {"v": "1"})),
        (SHEETS + SHEET + "/edit#gid=7", SHEETS + "/", (SHEET + "/gviz/tq", {"tqx": "out:csv", "gid": "7"})),
        (SHEETS + SHEET + "/export?format=csv&gid=7", SHEETS, (SHEET + "/gviz/tq", {"tqx": "out:csv", "gid": "7"})),
        (SHEETS + SHEET, SHEETS, (SHEET + "/gviz/tq", {"tqx": "out:csv"})),
    ],
)
def test_links_are_asked_for_below_their_server(link: str, base: str, found: Any) -> None:
    assert place_of(link, base) == found


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example.org/a.csv",
        "http://files.example.org/x/a.csv",
        "//169.254.169.254/latest",
        "https://files.example.org/other/a.csv",
        "https://files.example.org/xylophone.csv",
        "https://me:secret@files.example.org/x/a.csv",
        "../secrets.csv",
        "https://[::1/a.csv",
        "file:///etc/passwd",
        "a\nb.csv",
        "a" * 2_001,
    ],
)
def test_links_that_lead_away_are_refused(link: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        place_of(link, "https://files.example.org/x/")
    assert caught.value.code == "bad_query"

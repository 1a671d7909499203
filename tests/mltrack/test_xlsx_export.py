"""Workbooks: what is text stays text, what is a number or a day is one, and what is cut is said."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from openpyxl.utils.escape import unescape

from mltrack import xlsx_export
from mltrack.cells import Cell, cell_text
from mltrack.xlsx_export import CUT, MOST_TEXT, write_xlsx
from tests.sheets import about, opened, table_rows

EAST = timezone(timedelta(hours=5, minutes=30))


def written(rows: Iterable[Sequence[Cell]], told: Sequence[tuple[str, Cell]] = ()) -> Any:
    """Return the workbook of rows, as another library reads it."""
    target = io.BytesIO()
    write_xlsx(target, rows, told)
    return opened(target.getvalue())


def cell(value: Cell) -> Any:
    """Return a cell as it arrives."""
    return list(written([("name",), (value,)])["Table"].iter_rows())[1][0]


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)",
        "=cmd|'/C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "{=1+1}",
        "1",
        "1e5",
        "007",
        "2026-11-02",
        "true",
        "https://example.org",
        "mailto:a@example.org",
        "internal:Table!A1",
        " x ",
        "a\nb",
        "_x0041_",
        "é🙂",
        "'=1",
    ],
)
def test_text_stays_the_text_that_it_is(text: str) -> None:
    found = cell(text)
    assert found.data_type in ("s", "inlineStr") and unescape(found.value) == text


@pytest.mark.parametrize("odd", ["a\x00b", "a\x0bb", "a\x1fb", "a\rb", "a\ud800b", "a\uffffb"])
def test_what_a_workbook_has_no_character_for_is_marked(odd: str) -> None:
    assert cell(odd).value == "a\ufffdb"


@pytest.mark.parametrize("number", [0, -3, 1.5, -1e-9, 1e300, 123_456_789_012_345, Decimal("2.50")])
def test_numbers_are_numbers(number: float) -> None:
    found = cell(number)
    assert found.data_type == "n" and found.value == pytest.approx(float(number), rel=1e-15)


@pytest.mark.parametrize(
    ("value", "text"),
    [(float("nan"), "nan"), (float("-inf"), "-inf"), (10**15, "1000000000000000"), (True, "yes"), (False, "no")],
)
def test_what_no_number_of_a_sheet_can_hold_is_text(value: float, text: str) -> None:
    assert cell(value).value == text


def test_days_and_moments_are_dates_in_utc() -> None:
    rows: list[Sequence[Cell]] = [
        ("a", "b", "c"),
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=EAST), date(1899, 12, 31)),
    ]
    assert list(table_rows(written(rows)))[1] == [
        date(2026, 3, 29),
        datetime(2026, 3, 28, 20, 0, tzinfo=UTC),
        "1899-12-31",
    ]


@pytest.mark.parametrize("letter", ["x", "🙂"])
def test_what_is_too_long_is_cut_and_said(letter: str) -> None:
    size = len(letter.encode("utf-16-le")) // 2
    fits, long = letter * (MOST_TEXT // size), letter * (MOST_TEXT // size + 1)
    book = written([("a", "b"), (fits, long)])
    kept, cut = list(table_rows(book))[1]
    assert kept == fits and str(cut).endswith(CUT) and len(str(cut).encode("utf-16-le")) <= 2 * MOST_TEXT
    assert about(book)["Cells longer than 32,767 characters, cut at their end"] == 1


def test_the_names_of_the_columns_stay_in_sight_with_a_filter() -> None:
    book = written([("key", "n"), ("A", 1), ("B", None)], [("Filter q", "=1+1")])
    sheet = book["Table"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B3")
    assert about(book) == {"Filter q": "=1+1", "Rows": 2}
    assert about(written([]))["Rows"] == 0


def test_rows_that_a_sheet_has_no_room_for_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_export, "MOST_ROWS", 3)
    book = written([("n",), *((n,) for n in range(5))])
    assert book.sheetnames == ["Table", "Table 2", "Table 3", "About"]
    assert list(table_rows(book)) == [["n"], [0], [1], [2], [3], [4]]
    assert book["Table 3"]["A1"].value == "n" and about(book)["Rows"] == 5


def test_nothing_of_the_maker_is_told() -> None:
    target = io.BytesIO()
    write_xlsx(target, [("a",)], [])
    with zipfile.ZipFile(target) as parts:
        assert not [name for name in parts.namelist() if "link" in name.lower() or "macro" in name.lower()]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (1.0, "1.0"),
        (Decimal("3.00"), "3"),
        (Decimal("1E+2"), "100"),
        ("x", "x"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00Z"),
    ],
)
def test_cells_as_text(value: Cell, text: str) -> None:
    assert cell_text(value) == text

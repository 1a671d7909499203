"""Cells that spreadsheets must not run."""

from __future__ import annotations

import pytest

from mltrack.csv_export import csv_lines, guarded


@pytest.mark.parametrize(
    "cell", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "\rx", "  =1+1", "＝1", "-1+cmd|' /C calc'!A0", "-inf", "+١"]
)
def test_what_a_spreadsheet_would_run_is_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("\t=1", "'\t'=1"),
        ("a;=1+1", "a;'=1+1"),
        ("a; \t@SUM(A1)", "a; \t'@SUM(A1)"),
        ("two\r\n=lines", "two\r\n'=lines"),
        ('a;"=1"', 'a;"\'=1"'),
        ("=1;=2", "'=1;'=2"),
        ("1;-2", "1;'-2"),
    ],
)
def test_what_a_spreadsheet_of_another_language_would_run_is_text(cell: str, shown: str) -> None:
    assert guarded(cell) == shown


def test_no_cell_takes_long() -> None:
    for odd in ("\t", "; ", ' "', ";\r\n"):
        assert len(guarded(odd * 200_000)) >= 200_000


@pytest.mark.parametrize("cell", ["", "churn", "-3.5", "+2", "-1e-9", "0", "2026-11-02T00:00:00Z", "a=b", "'=1"])
def test_what_is_harmless_stays(cell: str) -> None:
    assert guarded(cell) == cell


def test_lines_are_quoted_and_end_as_the_format_says() -> None:
    rows = [("time", "value"), ('say "hi"', "1,5"), ("=A1", "-2")]
    assert "".join(csv_lines(rows)) == 'time,value\r\n"say ""hi""","1,5"\r\n\'=A1,-2\r\n'

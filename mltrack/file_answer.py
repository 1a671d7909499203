"""Rows as a file that a spreadsheet shows and never runs: CSV, or XLSX where the address ends so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header

from mltrack.cells import Cell
from mltrack.csv_export import csv_lines
from mltrack.xlsx_export import write_xlsx

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def files(place: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """Return the two addresses of a table, `place.csv` and `place.xlsx`, both answered by one view."""
    return [path(f"{place}.csv", view, name=f"{name}_csv"), path(f"{place}.xlsx", view, name=f"{name}_xlsx")]


def file_answer(
    request: HttpRequest, rows: Iterable[Sequence[Cell]], name: str, *, is_secret: bool = False
) -> HttpResponseBase:
    """Answer rows, the names of the columns first, under a file name without its ending.

    A workbook says from where it is, unless the address `is_secret`.
    """
    if request.path.endswith(".xlsx"):
        return xlsx_answer(request, rows, name, is_secret=is_secret)
    return csv_answer(rows, name)


def csv_answer(rows: Iterable[Sequence[Cell]], name: str) -> StreamingHttpResponse:
    """Answer rows as CSV, streamed, every cell guarded."""
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or "attachment"
    return answer


def xlsx_answer(
    request: HttpRequest, rows: Iterable[Sequence[Cell]], name: str, *, is_secret: bool = False
) -> FileResponse:
    """Answer rows as XLSX, from a file on disk that ends with the answer."""
    with ExitStack() as unless_answered:
        target = unless_answered.enter_context(TemporaryFile())
        write_xlsx(target, rows, _about(request, name, is_secret))
        unless_answered.pop_all()
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _about(request: HttpRequest, name: str, is_secret: bool) -> list[tuple[str, Any]]:
    asked = [(f"Filter {key}", value) for key, values in request.GET.lists() for value in values if value]
    return [
        ("Table", name),
        *([] if is_secret else [("Address", request.build_absolute_uri(request.path))]),
        *(asked or [("Filter", "none")]),
        ("Made", f"{timezone.now():%Y-%m-%d %H:%M:%S}"),
        ("Time zone", "UTC"),
    ]

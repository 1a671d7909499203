"""Rows as a file that a spreadsheet shows and never runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from mltrack.csv_export import csv_lines


def csv_answer(rows: Iterable[Sequence[str]], name: str) -> StreamingHttpResponse:
    """Answer rows of text as CSV under a file name, every cell guarded."""
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer

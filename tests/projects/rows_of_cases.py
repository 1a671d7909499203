"""Rows of cases as clients send them, for tests of uploads."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np

from mltrack.accounts.access import Principal
from projects.models import EvaluationUpload, Initiative, UploadBlock
from projects.services.upload_counting import count_block
from projects.services.upload_input import UploadInput, parse_upload
from projects.services.upload_merging import merge_upload
from projects.services.uploads import begin_upload, receive

COLUMNS = ("id", "prediction", "label", "confidence", "region", "sex")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
Rows = Sequence[Sequence[str]]


def cases(count: int, seed: int = 0) -> list[tuple[str, ...]]:
    """Return rows in the order of COLUMNS; some abstain, and some have no region."""
    random = np.random.default_rng(seed)
    found: list[tuple[str, ...]] = []
    for number in range(count):
        confidence = random.beta(5, 2)
        label = "leave" if random.random() < 0.4 else "stay"
        other = "stay" if label == "leave" else "leave"
        predicted = label if random.random() < confidence else other
        told = "" if random.random() < 0.05 else f"{confidence:.3f}"
        where = str(random.choice(["north", "süd, west", ""]))
        found.append((f"c{number}", predicted, label, told, where, str(random.choice(["F", "M"]))))
    return found


def member(rows: Rows) -> bytes:
    """Return rows as one gzip member of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode(), 1, mtime=0)


def blocks_of(rows: Rows, size: int) -> list[bytes]:
    """Return the members of so many rows each."""
    return [member(rows[start : start + size]) for start in range(0, len(rows), size)]


def announced(rows: Rows, size: int, **more: Any) -> dict[str, Any]:
    """Return the body that announces rows in blocks."""
    told = [
        {"size": len(each), "rows": len(rows[place * size :][:size]), "sha256": sha256(each).hexdigest()}
        for place, each in enumerate(blocks_of(rows, size))
    ]
    columns: dict[str, Any] = {
        "columns": list(COLUMNS[:4]),
        "slice_columns": ["region"],
        "group_columns": ["sex"],
        "favourable": "stay",
        "dataset": {"name": "holdout", "digest": "d1"},
    }
    return {**columns, "blocks": told, **more}


def given(body: dict[str, Any]) -> UploadInput:
    """Return what a body announces."""
    found, faults = parse_upload(body, NOW, 10**9)
    assert found is not None, faults
    return found


def begin(principal: Principal, initiative: Initiative, body: dict[str, Any]) -> EvaluationUpload:
    """Begin an upload."""
    return begin_upload(principal, initiative, given(body))[0]


def send(upload: EvaluationUpload, data: bytes) -> list[int]:
    """Send all bytes and return the blocks that came."""
    upload.refresh_from_db()
    return list(receive(upload, upload.offset, len(data) - upload.offset, io.BytesIO(data[upload.offset :])))


def count_all(upload: EvaluationUpload, order: Sequence[int] | None = None) -> None:
    """Count the blocks, in the given order of their places, and record the evaluation."""
    numbers = list(UploadBlock.objects.filter(upload=upload).order_by("number").values_list("pk", flat=True))
    for place in order or range(len(numbers)):
        count_block(numbers[place])
    merge_upload(upload.pk)
    upload.refresh_from_db()

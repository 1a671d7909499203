"""What `label` sends: a snapshot, or a file's annotations in batches with keys that a second try repeats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.server import FakeServer, Reply

LABEL = ("label", "--initiative", "CHURN")
PATH = "POST /api/v1/initiatives/CHURN/"
HEAD = "task,annotator,label,time,other"


@pytest.fixture
def storing(server: FakeServer) -> FakeServer:
    server.routes = {
        f"{PATH}labeling/": Reply(201, {"total": 90, "labeled": 40, "skipped": None, "per_class": {}}),
        f"{PATH}annotations/batch/": Reply(body={"created": 2, "updated": 0, "unchanged": 1, "repeated": 0}),
    }
    return server


def test_a_snapshot(run: Run, storing: FakeServer, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    counts = ("--total", "90", "--labeled", "40", "--per-class", "a=b=30", "--per-class", "c=x")
    done = run(*LABEL, *counts, "--time", "2026-10-01T00:00:00Z", "--json", str(told))
    assert (done.exit, done.out) == (0, "stored: 90 total, 40 labeled\n")
    (body,) = storing.posted()
    assert body == {
        "total": 90,
        "labeled": 40,
        "reviewed": None,
        "skipped": None,
        "per_class": {"a=b": 30, "c": "x"},
        "time": "2026-10-01T00:00:00Z",
    }
    assert json.loads(told.read_text())["labeled"] == 40


def test_annotations_in_batches_with_lasting_keys(run: Run, storing: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "annotations.csv"
    rows = [f"t{number},ann,{'' if number % 2 else 'cat'},2026-10-01T00:00:00Z,x" for number in range(10_001)]
    file.write_text("\n".join([HEAD, *rows]))
    done = run(*LABEL, "--file", str(file))
    assert (done.exit, done.out) == (0, "stored: 4 created, 0 updated, 2 unchanged, 0 repeated\n")
    assert [len(body["annotations"]) for body in storing.posted()] == [10_000, 1]
    one = {"task": "t1", "annotator": "ann", "label": None, "time": "2026-10-01T00:00:00Z"}
    assert storing.posted()[0]["annotations"][1] == one
    run(*LABEL, "--file", str(file))
    keys = [call.headers["Idempotency-Key"] for call in storing.calls]
    assert keys[:2] == keys[2:] and len(set(keys)) == 2


def test_json_lines(run: Run, storing: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    row = {"task": "t", "annotator": "a", "label": None, "time": "2026-10-01T00:00:00Z", "batch": "b"}
    file.write_text(json.dumps(row))
    assert run(*LABEL, "--file", str(file)).exit == 0
    assert storing.posted() == [{"annotations": [row]}]


def test_a_tools_export_is_sent_as_it_is(run: Run, storing: FakeServer, tmp_path: Path) -> None:
    asked = f"{PATH}annotations/upload/?format=doccano&annotator=ann&question="
    storing.routes[asked] = Reply(body={"created": 2, "updated": 0, "unchanged": 0, "repeated": 0})
    file = tmp_path / "all.jsonl"
    file.write_bytes(b'{"id": 1, "label": ["\xc3\xa9"]}\n')
    done = run(*LABEL, "--file", str(file), "--format", "doccano", "--annotator", "ann")
    assert (done.exit, done.out) == (0, "stored: 2 created, 0 updated, 0 unchanged, 0 repeated\n")
    [call] = storing.calls
    assert call.body == file.read_bytes() and call.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs columns task, annotator, label, time"),
        ("task,label,time\nt,a,2026", "needs columns task, annotator, label, time; it has task, label, time"),
        (f"{HEAD}\nt,a,b", "nothing was sent: row 1 has 3 values where 5 are expected"),
    ],
)
def test_files_that_are_none(run: Run, storing: FakeServer, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    done = run(*LABEL, "--file", str(file))
    assert done.exit == 2 and words in done.err
    assert storing.posted() == []


def test_counts_or_a_file_are_needed(run: Run, storing: FakeServer) -> None:
    for some in ((), ("--total", "5")):
        done = run(*LABEL, *some)
        assert done.exit == 2 and "--file, or --total and --labeled" in done.err


@pytest.mark.parametrize(("status", "code"), [(400, 2), (401, 4), (403, 4)])
def test_refusals(run: Run, server: FakeServer, status: int, code: int) -> None:
    server.routes = {f"{PATH}labeling/": Reply(status, {"title": "No"})}
    assert run(*LABEL, "--total", "5", "--labeled", "2").exit == code

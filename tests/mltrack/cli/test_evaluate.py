"""`evaluate` reads rows in blocks, sends them in one body, and says what came of it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mltrack import cli
from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.server import FakeServer, Reply

PATH = "/api/v1/initiatives/CHURN/evaluations/"
ONE = f"{PATH}uploads/upl_1/"
HEAD = "id,prediction,label,confidence,region,sex,secret\n"
LINES = 'c1,stay,stay,0.9,"north, east",F,x\nc2,leave,stay,,south,M,x\n'
DONE = {"id": "evl_1", "n": 2, "accuracy": 0.5, "abstained": 1}


def state(name: str, **more: Any) -> Reply:
    return Reply(body={"id": "upl_1", "state": name, "offset": 0, "size": 9, "rows": 2, "counted": 0, **more})


def answering(server: FakeServer, *states: Reply, evaluation: Reply | None = None) -> None:
    """Let the server announce, take the bytes, and then tell these states one after the other."""
    server.script = [state("receiving"), *states, *([evaluation] if evaluation else [])]
    server.routes = {f"GET {PATH}evl_1/": Reply(404)}


def finished() -> tuple[Reply, Reply]:
    return state("counting"), state("done", evaluation=DONE)


def rows_sent(server: FakeServer) -> list[list[str]]:
    (body,) = [call.body for call in server.calls if call.method == "PATCH"]
    return list(csv.reader(io.StringIO(gzip.decompress(body).decode(), newline="")))


def evaluate(run: Run, *more: str, **options: Any) -> Any:
    return run("evaluate", "--initiative", "CHURN", "--commit", "abc", *more, **options)


def test_rows_are_announced_and_sent(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(HEAD + LINES)
    answering(server, *finished())
    done = evaluate(run, "--file=cases.csv", "--slice=region", "--group=sex", "--favourable=stay", "--purpose=shadow")
    assert done.exit == 0, done.err
    assert done.out == "evaluation evl_1: n 2, accuracy 0.5 over all cases, 1 abstained\n"
    post, patch = server.calls[0], server.calls[1]
    member = patch.body
    assert (post.method, post.path, patch.method, patch.path) == ("POST", f"{PATH}uploads/", "PATCH", ONE)
    assert patch.headers["Upload-Offset"] == "0"
    assert patch.headers["Content-Type"] == "application/offset+octet-stream"
    digest = hashlib.sha256((HEAD + LINES).encode()).hexdigest()
    assert post.body == {
        "commit": "abc",
        "purpose": "shadow",
        "favourable": "stay",
        "dataset": {"name": "cases.csv", "digest": f"sha256:{digest}"},
        "columns": ["id", "prediction", "label", "confidence"],
        "slice_columns": ["region"],
        "group_columns": ["sex"],
        "keep_cases": True,
        "blocks": [{"size": len(member), "rows": 2, "sha256": hashlib.sha256(member).hexdigest()}],
    }
    assert rows_sent(server) == [
        ["c1", "stay", "stay", "0.9", "north, east", "F"],
        ["c2", "leave", "stay", "", "south", "M"],
    ]


def test_every_option_reaches_the_server(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.txt").write_text("key,guess,truth,score\n1,a,a,1\n")
    answering(server, *finished())
    options = ["--format=csv", "--column-prediction=guess", "--column-label=truth", "--column-confidence=score"]
    options += ["--id=key", "--name=n", "--external-id=e", "--dataset=d@v1@x", "--run=r", "--model-version=m/1"]
    options += ["--scope=s", "--abstention=t", "--family=f", "--member=a/1", "--member=b/1", "--cost=2.5"]
    assert evaluate(run, "--file=cases.txt", *options, "--component=data=9f", "--no-cases").exit == 0
    body = dict(server.calls[0].body)
    del body["blocks"]
    assert body == {
        "commit": "abc",
        "name": "n",
        "external_id": "e",
        "dataset": {"name": "d@v1", "digest": "x"},
        "run": "r",
        "model_version": "m/1",
        "scope": "s",
        "abstention": "t",
        "family": "f",
        "members": ["a/1", "b/1"],
        "cost": 2.5,
        "components": {"data": "9f"},
        "columns": ["prediction", "label", "confidence"],
        "slice_columns": [],
        "group_columns": [],
        "keep_cases": False,
    }
    assert rows_sent(server) == [["a", "a", "1"]]


def test_json_lines_and_their_values(server: FakeServer, run: Run) -> None:
    answering(server, *finished())
    lines = [
        '{"correct": true, "confidence": 0.10, "g": 7}',
        '{"correct": false, "confidence": NaN, "g": null}',
        "",
        '{"correct": 1}',
    ]
    done = evaluate(run, "--file=-", "--format=jsonl", "--slice=g", stdin="\n".join(lines))
    assert done.exit == 0, done.err
    assert rows_sent(server) == [["1", "0.10", "7"], ["0", "", ""], ["1", "", ""]]
    assert "dataset" not in server.calls[0].body


@pytest.mark.parametrize("module", ["pyarrow", "duckdb"])
def test_parquet(server: FakeServer, run: Run, tmp_path: Path, module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not here")
    program = (
        "import duckdb; duckdb.sql(\"COPY (SELECT 'a' AS prediction, 'b' AS label, 0.5::DOUBLE AS confidence, 3 AS x)"
        " TO 'c.parquet'\")"
        if module == "duckdb"
        else "import pyarrow as p, pyarrow.parquet as q; q.write_table(p.table({'prediction': ['a'], 'label': ['b'],"
        " 'confidence': [0.5], 'x': [3]}), 'c.parquet')"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    answering(server, *finished())
    done = evaluate(run, "--file=c.parquet", "--slice=x")
    assert done.exit == 0, done.err
    assert rows_sent(server) == [["a", "b", "0.5", "3"]]


def test_parquet_without_a_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setenv("MLTRACK_TOKEN", "mlt_long_enough")
    line = ["evaluate", "--initiative=A", f"--file={tmp_path}/c.parquet", "--url=http://127.0.0.1:9", "--commit=a"]
    assert cli.main(line) == 2
    assert "Parquet needs pyarrow or duckdb" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text, words",
    [
        (HEAD + LINES + "c3,stay\n", "row 3 has 2 values where 7 are expected"),
        (HEAD + LINES + 'c3,"stay"x,stay,1,n,F,x\n', "row 3 cannot be read"),
        (HEAD, "has no rows"),
        ("", "has no rows"),
        ("prediction,prediction\n", "two columns of one name"),
        ("prediction,label\na,a\n", "has no column 'region'"),
        ("label,confidence,region,sex\n", "needs prediction and label, or correct"),
    ],
)
def test_a_malformed_file_sends_nothing(server: FakeServer, run: Run, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "cases.csv").write_text(text)
    done = evaluate(run, "--file=cases.csv", "--slice=region", "--group=sex")
    assert (done.exit, server.calls) == (2, [])
    assert words in done.err


@pytest.mark.parametrize("line, words", [("[1]", "row 2 cannot be read: it is not a JSON object"), ("{", "row 2")])
def test_a_malformed_line_sends_nothing(server: FakeServer, run: Run, line: str, words: str) -> None:
    done = evaluate(run, "--file=-", "--format=jsonl", stdin='{"correct": 1}\n' + line)
    assert (done.exit, server.calls, words in done.err) == (2, [], True), done.err


@pytest.mark.parametrize("options", [["--file=none.csv"], ["--file=x"], ["--file=x.csv", "--dataset=d"]])
def test_usage(server: FakeServer, run: Run, options: list[str]) -> None:
    done = evaluate(run, *options)
    assert (done.exit, server.calls) == (2, [])


def test_a_row_that_the_server_refuses_is_named(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("guess,label,score\na,a,7\n")
    error = {"code": "bad_row", "row": 1, "column": "confidence", "detail": "Row 1, confidence: too large."}
    answering(server, state("counting"), state("failed", error=error))
    done = evaluate(run, "--file=cases.csv", "--column-prediction=guess", "--column-confidence=score")
    assert done.exit == 2
    assert "nothing was kept: Row 1, confidence: too large. (The file calls this column score.)" in done.err


def test_a_broken_body_goes_on_where_the_server_says(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(HEAD + LINES)
    cut = Reply(fault="close")
    answering(server, cut, state("receiving", offset=3), *finished())
    done = evaluate(run, "--file=cases.csv")
    assert done.exit == 0, done.err
    first, second = [call for call in server.calls if call.method == "PATCH"]
    assert (second.headers["Upload-Offset"], second.body) == ("3", first.body[3:])
    assert "going on" in done.err


def test_an_upload_of_before_is_found_done(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(HEAD + LINES)
    server.script = [state("done", evaluation=DONE), Reply(body={**DONE, "operating_point": {"threshold": 0.7}})]
    done = evaluate(run, "--file=cases.csv", "--json=-")
    assert done.exit == 0
    assert json.loads(done.out)["operating_point"] == {"threshold": 0.7}
    assert "operating point: threshold 0.7" in done.err


def test_nothing_that_moves_ends(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(HEAD + LINES)
    server.routes = {f"POST {PATH}uploads/": state("counting"), f"GET {ONE}": state("counting")}
    done = evaluate(run, "--file=cases.csv", "--timeout=0.1")
    assert done.exit == 5
    assert "the same command goes on from here" in done.err


def test_a_refused_body_ends(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(HEAD + LINES)
    answering(server, Reply(403, {"detail": "no"}))
    assert evaluate(run, "--file=cases.csv").exit == 4


def test_long_rows_are_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "BLOCK_TEXT", 40)
    rows = [[f"{number:010d}"] for number in range(9)]
    parts = list(cli.members(rows))
    assert [n for n, _ in parts] == [2, 2, 2, 3]
    assert b"".join(gzip.decompress(each) for _, each in parts).split() == [row[0].encode() for row in rows]


def test_blocks_hold_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "BLOCK_ROWS", 4)
    assert [len(each) for each in cli.batches(iter(range(10)))] == [4, 4, 2]

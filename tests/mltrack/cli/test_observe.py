"""What `observe` sends, and what it says of the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mltrack import cli
from projects.progress.observed import KINDS
from projects.progress.observed_files.reading import FORMATS
from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.server import FakeServer, Reply

OBSERVE = ("observe", "--initiative", "CHURN")
VOLUME = (*OBSERVE, "--kind", "volume", "--name", "refills")
PATH = "POST /api/v1/initiatives/CHURN/observations/"
COUNTS = {"created": 1, "updated": 0, "unchanged": 2}


@pytest.fixture
def storing(server: FakeServer) -> FakeServer:
    server.routes = {
        f"{PATH}batch/": Reply(200, {**COUNTS, "results": []}),
        f"{PATH}files/": Reply(200, {**COUNTS, "observations": [], "unread": ["val/loss: nan"], "more_unread": 2}),
    }
    return server


def test_one_by_options(run: Run, storing: FakeServer, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    more = ("--segment", "IL", "--value", "12", "--time", "2026-11-28", "--n", "12", "--period-days", "1")
    done = run(*VOLUME, *more, "--method", "count", "--json", str(told))
    assert (done.exit, done.out) == (0, "stored: 1 created, 0 updated, 2 unchanged\n")
    (body,) = storing.posted()
    assert body == {
        "observations": [
            {
                "kind": "volume",
                "name": "refills",
                "segment": "IL",
                "value": 12.0,
                "time": "2026-11-28T00:00:00Z",
                "n": 12,
                "period_days": 1,
                "method": "count",
            }
        ]
    }
    assert json.loads(told.read_text()) == COUNTS


def test_nothing_came_is_zero_and_now(run: Run, storing: FakeServer) -> None:
    assert run(*VOLUME, "--value", "0").exit == 0
    (row,) = storing.posted()[0]["observations"]
    assert row["value"] == 0 and row["time"].endswith("+00:00")


def test_lines_on_standard_input_share_the_options(run: Run, storing: FakeServer) -> None:
    lines = '{"segment": "IL", "value": 3, "time": "2026-11-28"}\n{"segment": "IN", "value": 4, "name": "visits"}\n'
    done = run(*VOLUME, "--time", "2026-11-27T00:00:00Z", "--file", "-", stdin=lines)
    assert done.exit == 0
    assert storing.posted()[0]["observations"] == [
        {"kind": "volume", "name": "refills", "segment": "IL", "value": 3, "time": "2026-11-28T00:00:00Z"},
        {"kind": "volume", "name": "visits", "segment": "IN", "value": 4, "time": "2026-11-27T00:00:00Z"},
    ]


def test_a_result_file_is_sent_as_it_is(run: Run, storing: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"accuracy": 0.9, "val": {"loss": NaN}}')
    done = run(*OBSERVE, "--file", "metrics.json", "--format", "dvc", "--time", "2026-11-28", "--reference", "main")
    assert storing.posted() == [
        {
            "format": "dvc",
            "document": {"accuracy": 0.9, "val": {"loss": "NaN"}},
            "time": "2026-11-28T00:00:00Z",
            "reference": "main",
        }
    ]
    assert done.out.splitlines() == [
        "not read: val/loss: nan",
        "not read: 2 more",
        "stored: 1 created, 0 updated, 2 unchanged",
    ]


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        ((), "", "needs --file, or"),
        (("--value", "1", "--file", "-"), "[]", "needs --file, or"),
        (("--value", "nan"), "", "measures nothing"),
        (("--file", "-"), "[]", "observations as objects"),
        (("--file", "-"), "[3]", "observations as objects"),
        (("--file", "-"), '[{"name": "x", "value": NaN}]', "measures nothing"),
        (("--file", "-"), "no JSON", "is not JSON"),
    ],
)
def test_what_cannot_be_sent(run: Run, storing: FakeServer, arguments: tuple[str, ...], stdin: str, words: str) -> None:
    done = run(*OBSERVE, *arguments, stdin=stdin)
    assert done.exit == cli.USAGE and words in done.err
    assert storing.posted() == []


def test_another_answer_is_no_success(run: Run, server: FakeServer) -> None:
    server.routes = {f"{PATH}batch/": Reply(200, {"created": 1})}
    assert run(*VOLUME, "--value", "1").exit == cli.FAILED
    server.routes = {f"{PATH}batch/": Reply(400, {"detail": "value is a finite number", "errors": []})}
    assert run(*VOLUME, "--value", "1").exit == cli.USAGE


def test_the_words_are_the_servers() -> None:
    assert cli.KINDS == KINDS and cli.REPORTS == FORMATS

"""What `report` sends, and how it tells what became of each run."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.server import Call, FakeServer, Reply

REPORT = ("report", "--initiative", "CHURN")
ONE = (*REPORT, "--external-id", "ci-1")
PATH = "/api/v1/initiatives/CHURN/runs/batch/"


def answer(*states: str) -> Reply:
    rows = [{"external_id": f"ci-{i}", "state": state, "errors": []} for i, state in enumerate(states, 1)]
    return Reply(body={"results": rows})


@pytest.fixture
def storing(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """A server that creates whatever it is sent."""

    def reply(call: Call) -> Reply:
        server.calls.append(call)
        return answer(*["created"] * len(call.body["runs"]))

    monkeypatch.setattr(server, "reply", reply)
    return server


def sent(server: FakeServer) -> dict[str, Any]:
    (body,) = server.posted()
    (row,) = body["runs"]
    return dict(row)


def test_one_run_in_full(storing: FakeServer, run: Run) -> None:
    options = "--name Nightly --status failed --metric accuracy=0.91 --metric n=400 --param lr=1e-3 --param expr=a=b"
    more = "--tag team=risk --commit abc --dataset holdout=sha256:9f= --started-at 2026-01-02T03:04:05Z"
    assert run(*ONE, *options.split(), *more.split(), "--ended-at", "2026-01-02T04:00:00Z").exit == 0
    assert storing.calls[0].path == PATH
    assert sent(storing) == {
        "external_id": "ci-1",
        "name": "Nightly",
        "status": "failed",
        "started_at": "2026-01-02T03:04:05Z",
        "ended_at": "2026-01-02T04:00:00Z",
        "params": {"lr": "1e-3", "expr": "a=b"},
        "tags": {"team": "risk", "commit": "abc"},
        "metrics": {"accuracy": 0.91, "n": 400.0},
        "datasets": [{"name": "holdout", "digest": "sha256:9f="}],
    }


def test_defaults_are_now_finished_and_the_ci_commit(storing: FakeServer, run: Run) -> None:
    assert run(*ONE, GITHUB_SHA="f00").exit == 0
    row = sent(storing)
    assert (row["name"], row["status"], row["tags"], row["metrics"]) == ("ci-1", "finished", {"commit": "f00"}, {})
    assert row["started_at"] == row["ended_at"]
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(row["ended_at"])
    assert abs(age.total_seconds()) < 30
    assert "datasets" not in row


def test_running_run_has_no_end(storing: FakeServer, run: Run) -> None:
    assert run(*ONE, "--status", "running").exit == 0
    assert "ended_at" not in sent(storing)


def test_own_commit_tag_is_kept(storing: FakeServer, run: Run) -> None:
    assert run(*ONE, "--tag", "commit=mine", GITHUB_SHA="f00").exit == 0
    assert sent(storing)["tags"] == {"commit": "mine"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("NaN", "NaN"), ("nan", "NaN"), ("Infinity", "Infinity"), ("-inf", "-Infinity"), ("-0.5", -0.5), ("1e-9", 1e-9)],
)
def test_metric_values(storing: FakeServer, run: Run, text: str, value: object) -> None:
    assert run(*ONE, "--metric", f"eval/loss = x={text}").exit == 0
    assert sent(storing)["metrics"] == {"eval/loss = x": value}


def test_metrics_file_with_bare_tokens(storing: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"a": NaN, "b": -Infinity, "c": 3, "d": "Infinity", "e": 0.1}')
    assert run(*ONE, "--metrics-file", "m.json", "--metric", "e=0.2").exit == 0
    assert sent(storing)["metrics"] == {"a": "NaN", "b": "-Infinity", "c": 3.0, "d": "Infinity", "e": 0.2}


def test_metrics_from_standard_input(storing: FakeServer, run: Run) -> None:
    assert run(*ONE, "--metrics-file", "-", stdin='{"accuracy": 0.5}').exit == 0
    assert sent(storing)["metrics"] == {"accuracy": 0.5}


@pytest.mark.parametrize(
    "content",
    ['{"a": true}', '{"a": "high"}', '{"a": null}', '{"a": [1]}', '{"a": 1e999}', '{"a": 1_0}', "[1]", "{", "",
     '{"a": 1' + "0" * 400 + "}", '{"a": "1_000"}', "[" * 100_000],
)  # fmt: skip
def test_unusable_metrics_files(storing: FakeServer, run: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "m.json").write_text(content)
    done = run(*ONE, "--metrics-file", "m.json")
    assert (done.exit, storing.calls) == (2, [])
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--external-id", "a", "--metric", "accuracy"),
        ("--external-id", "a", "--metric", "accuracy=good"),
        ("--external-id", "a", "--metric", "accuracy=1e999"),
        ("--external-id", "a", "--metric", "a=1", "--metric", "a=2"),
        ("--external-id", "a", "--param", "=1"),
        ("--external-id", "a", "--status", "done"),
        ("--external-id", "a", "--metrics-file", "absent.json"),
        ("--external-id", "a", "--file", "absent.json"),
        ("--file", "absent.json"),
        ("--external-id", "a", "--timeout", "nan"),
        ("--external-id", "a", "--junit", "x.xml"),
    ],
)
def test_wrong_usage(storing: FakeServer, run: Run, options: tuple[str, ...]) -> None:
    done = run(*REPORT, *options)
    assert (done.exit, storing.calls) == (2, [])
    assert done.err


@pytest.mark.parametrize("form", ["array", "object", "lines", "single"])
def test_file_of_runs(storing: FakeServer, run: Run, tmp_path: Path, form: str) -> None:
    rows = [{"external_id": f"r{i}", "name": f"Ünï {i}", "metrics": {"accuracy": 0.5}} for i in range(2)]
    texts = {
        "array": json.dumps(rows, indent=1),
        "object": json.dumps({"runs": rows}),
        "lines": "\n".join(json.dumps(row) for row in rows) + "\n",
        "single": json.dumps(rows[0]),
    }
    (tmp_path / "runs.json").write_text(texts[form])
    assert run(*REPORT, "--file", "runs.json").exit == 0
    assert storing.posted() == [{"runs": rows[:1] if form == "single" else rows}]


def test_file_metrics_keep_null_and_special(storing: FakeServer, run: Run) -> None:
    text = '[{"external_id": "r", "metrics": {"gone": null, "loss": NaN}}]'
    assert run(*REPORT, "--file", "-", stdin=text).exit == 0
    assert sent(storing)["metrics"] == {"gone": None, "loss": "NaN"}


def test_nan_outside_metrics_is_refused(storing: FakeServer, run: Run) -> None:
    assert run(*REPORT, "--file", "-", stdin='[{"external_id": "r", "params": {"lr": NaN}}]').exit == 2
    assert storing.calls == []


def test_large_files_go_in_chunks(storing: FakeServer, run: Run, tmp_path: Path) -> None:
    rows = [{"external_id": f"r{i}"} for i in range(2001)]
    (tmp_path / "runs.json").write_text(json.dumps(rows))
    done = run(*REPORT, "--file", "runs.json")
    assert done.exit == 0
    assert [len(body["runs"]) for body in storing.posted()] == [1000, 1000, 1]
    assert [row for body in storing.posted() for row in body["runs"]] == rows
    assert len({call.headers["Idempotency-Key"] for call in storing.calls}) == 3
    assert "2001 of 2001 runs answered: 2001 created" in done.out


def test_heavy_runs_go_in_smaller_chunks(storing: FakeServer, run: Run, tmp_path: Path) -> None:
    rows = [{"external_id": f"r{i}", "params": {"text": "x" * 1_500_000}} for i in range(3)]
    (tmp_path / "runs.json").write_text(json.dumps(rows))
    assert run(*REPORT, "--file", "runs.json").exit == 0
    assert [len(body["runs"]) for body in storing.posted()] == [2, 1]


def test_states_are_counted_and_rejections_exit_2(server: FakeServer, run: Run, tmp_path: Path) -> None:
    reply = answer("created", "updated", "unchanged", "rejected")
    reply.body["results"][3]["errors"] = [{"pointer": "/metrics/a", "code": "too_long", "detail": "is too long"}]
    server.script = [reply]
    (tmp_path / "runs.json").write_text(json.dumps([{"external_id": f"ci-{i}"} for i in range(1, 5)]))
    done = run(*REPORT, "--file", "runs.json", "--json", "out.json")
    assert done.exit == 2
    assert done.out.splitlines() == [
        "4 of 4 runs answered: 1 created, 1 updated, 1 unchanged, 1 rejected",
        "rejected ci-4: /metrics/a is too long",
    ]
    assert json.loads((tmp_path / "out.json").read_text()) == reply.body


def test_what_was_stored_before_a_failure_is_told(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "runs.json").write_text(json.dumps([{"external_id": f"r{i}"} for i in range(1001)]))
    server.script = [answer(*["created"] * 1000), Reply(401, {"detail": "Expired."})]
    done = run(*REPORT, "--file", "runs.json")
    assert done.exit == 4
    assert "1000 of 1001 runs answered: 1000 created" in done.out


@pytest.mark.parametrize("body", [{}, {"results": []}, {"results": [1]}, {"results": "created"}])
def test_answer_must_cover_every_run(server: FakeServer, run: Run, body: object) -> None:
    server.script = [Reply(body=body)]
    assert run(*ONE).exit == 5


def test_json_on_standard_output_is_alone(storing: FakeServer, run: Run) -> None:
    done = run(*ONE, "--json", "-")
    assert json.loads(done.out)["results"][0]["state"] == "created"
    assert "1 created" in done.err

"""Every command of docs/ci.md runs, and ends with the verdict's exit code."""

from __future__ import annotations

import pytest

from tests.mltrack.cli.conftest import TOKEN
from tests.mltrack.cli.documents import document
from tests.mltrack.cli.server import CLI, FakeServer, Reply
from tests.mltrack.cli.snippets import ROOT, Snippet, run_snippets, snippets, steps

API = "/api/v1/initiatives/FRAUD/"
STORED = {"results": [{"external_id": "x", "state": "created", "errors": []}]}
ASKING = ["github", "gitlab", "curl", "shell"]
STORING = ["evaluate", "label"]
ALL = [*STORING, *ASKING]
UPLOAD = {"id": "upl_1", "offset": 0, "size": 9, "rows": 3, "counted": 0}
EVALUATED = {"id": "evl_1", "n": 3, "accuracy": 0.5, "abstained": 1}


@pytest.fixture
def mltrack(server: FakeServer) -> FakeServer:
    server.routes = {
        "GET /cli/mltrack.py": Reply(body=CLI.read_bytes()),
        "GET /api/v1/token/": Reply(body={"workspace": "demo", "scopes": ["read", "runs:write", "gate"]}),
        f"GET {API}": Reply(body={"key": "FRAUD"}),
        f"POST {API}runs/batch/": Reply(body=STORED),
        f"POST {API}gate/": Reply(body=document("ready")),
        f"POST {API}evaluations/uploads/": Reply(body={**UPLOAD, "state": "receiving"}),
        f"PATCH {API}evaluations/uploads/upl_1/": Reply(body={**UPLOAD, "state": "done", "evaluation": EVALUATED}),
        f"GET {API}evaluations/uploads/upl_1/": Reply(body={**UPLOAD, "state": "done", "evaluation": EVALUATED}),
        f"GET {API}evaluations/evl_1/": Reply(404),
        f"POST {API}annotations/batch/": Reply(body={"created": 3}),
        f"POST {API}labeling/": Reply(201, {"total": 5000, "labeled": 1200}),
    }
    return server


@pytest.mark.parametrize(("verdict", "code"), [("ready", 0), ("not_ready", 1), ("unknown", 3)])
def test_snippets_end_with_the_verdict(mltrack: FakeServer, verdict: str, code: int) -> None:
    mltrack.routes[f"POST {API}gate/"] = Reply(body=document(verdict))
    outcomes = run_snippets(mltrack.url, TOKEN, "FRAUD")
    assert [(o.name, o.exit) for o in outcomes] == [
        *((name, 0) for name in STORING),
        *((name, code) for name in ASKING),
    ], outcomes
    assert not any(TOKEN in outcome.out + outcome.err for outcome in outcomes)


def test_snippets_gate_what_they_reported(mltrack: FakeServer) -> None:
    run_snippets(mltrack.url, TOKEN, "FRAUD")
    runs = [body["runs"][0] for body in mltrack.posted() if "runs" in body]
    others = ("runs", "blocks", "annotations", "total")
    gates = [body for body in mltrack.posted() if not any(name in body for name in others)]
    assert [run["tags"]["commit"] for run in runs] == [gate["commit"] for gate in gates[:3]]
    assert [gate.get("dry_run") for gate in gates] == [None, None, None, True]
    assert len({run["external_id"] for run in runs}) == 3
    for run in runs:
        assert run["metrics"] == {"accuracy": 0.93, "coverage": 0.81, "n": 2400}
        assert run["params"] == {"threshold": "0.5"}


@pytest.mark.parametrize("path", ["runs/batch/", "gate/"])
def test_refused_token_fails_every_snippet(mltrack: FakeServer, path: str) -> None:
    mltrack.routes[f"POST {API}{path}"] = Reply(401, {"title": "No"})
    failed = {o.name for o in run_snippets(mltrack.url, TOKEN, "FRAUD") if o.exit}
    assert failed == (set(ASKING) if path == "gate/" else {"github", "gitlab", "curl"})


def test_every_fence_with_commands_is_named() -> None:
    page = (ROOT / "docs" / "ci.md").read_text()
    assert [snippet.name for snippet in snippets(page)] == ALL
    assert page.count("\n```") == 2 * len(ALL)


def test_expression_in_a_script_is_refused() -> None:
    text = "jobs: {a: {steps: [{run: 'echo ${{ github.head_ref }}'}]}}"
    with pytest.raises(AssertionError, match="injected"):
        steps(Snippet("github", "yaml", text), {})

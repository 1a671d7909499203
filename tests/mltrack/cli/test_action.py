"""action.yml: hostile inputs stay data, and the exit code is the client's."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.mltrack.cli.conftest import TOKEN
from tests.mltrack.cli.documents import document
from tests.mltrack.cli.server import FakeServer, Reply
from tests.mltrack.cli.snippets import ROOT, action_step, run_step

ATTACK = '"; touch stolen; $(touch stolen) `touch stolen` * && touch stolen #'


def start(server: FakeServer, folder: Path, **given: str) -> tuple[int, str]:
    inputs = {"url": server.url, "token": TOKEN, "initiative": "CHURN", **given}
    page = {"GITHUB_SHA": "abc", "GITHUB_STEP_SUMMARY": str(folder / "page.md")}
    done = run_step(action_step({key.replace("_", "-"): value for key, value in inputs.items()}), folder, page)
    assert TOKEN not in done.stdout + done.stderr
    return done.returncode, done.stderr


def test_inputs_reach_scripts_through_the_environment_alone() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    names = ["url", "token", "initiative", "command", "args", "model-version", "evaluation", "summary"]
    assert list(action["inputs"]) == names
    (step,) = action["runs"]["steps"]
    assert "${{" not in step["run"]
    assert sorted(step["env"].values()) == sorted(f"${{{{ inputs.{name} }}}}" for name in names)
    assert all(given["description"] for given in action["inputs"].values())


@pytest.mark.parametrize(("verdict", "code"), [("ready", 0), ("not_ready", 1), ("unknown", 3)])
def test_default_is_the_gate(server: FakeServer, tmp_path: Path, verdict: str, code: int) -> None:
    server.script = [Reply(body=document(verdict))]
    assert start(server, tmp_path)[0] == code
    assert server.posted() == [{"commit": "abc"}]
    assert (tmp_path / "page.md").read_text().startswith("### MLTrack")


def test_model_version_and_lines_of_arguments(server: FakeServer, tmp_path: Path) -> None:
    server.script = [Reply(body=document("ready"))]
    assert start(server, tmp_path, model_version="churn/7", args="--ref\nfix it * now\r\n\n--dry-run")[0] == 0
    expected = {"commit": "abc", "ref": "fix it * now", "model_version": "churn/7", "dry_run": True}
    assert server.posted() == [expected]


def test_an_evaluation_is_judged_by_name(server: FakeServer, tmp_path: Path) -> None:
    server.script = [Reply(body=document("ready"))]
    assert start(server, tmp_path, evaluation="nightly 7")[0] == 0
    assert server.posted() == [{"commit": "abc", "evaluation": "nightly 7"}]


@pytest.mark.parametrize("command", ["report", "evaluate", "doctor"])
def test_an_evaluation_is_for_the_gate_alone(server: FakeServer, tmp_path: Path, command: str) -> None:
    code, err = start(server, tmp_path, command=command, evaluation="evl_1", args="--file=rows.csv")
    assert code == 2
    assert "--evaluation" in err
    assert server.calls == []


def test_summary_can_be_left_out(server: FakeServer, tmp_path: Path) -> None:
    server.script = [Reply(body=document("ready"))]
    assert start(server, tmp_path, summary="false")[0] == 0
    assert not (tmp_path / "page.md").exists()


@pytest.mark.parametrize(
    "name", ["initiative", "command", "args", "model_version", "evaluation", "summary", "url", "token"]
)
def test_hostile_input_runs_nothing(server: FakeServer, tmp_path: Path, name: str) -> None:
    server.script = [Reply(body=document("ready"))]
    code, _ = start(server, tmp_path, **{name: ATTACK})
    assert not (tmp_path / "stolen").exists()
    assert code == {"command": 2, "args": 2, "url": 2, "token": 4}.get(name, 0)


@pytest.mark.parametrize("initiative", ["--help", "-h", "--dry-run"])
def test_initiative_is_never_an_option(server: FakeServer, tmp_path: Path, initiative: str) -> None:
    assert start(server, tmp_path, initiative=initiative)[0] == 2
    assert server.calls[0].path == f"/api/v1/initiatives/{initiative}/gate/"


def test_missing_token_blocks(server: FakeServer, tmp_path: Path) -> None:
    code, err = start(server, tmp_path, token=" ")
    assert code == 4
    assert "fork" in err

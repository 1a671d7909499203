"""The commands of docs/ci.md, taken from the page and run as CI would run them.

A snippet is a fence that follows `<!-- snippet: name -->`. GitHub's workflow becomes its `run` steps and, for this
action, the script of action.yml with the inputs in the environment; GitLab's job becomes its script lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).parents[3]
FENCE = re.compile(r"^<!-- snippet: ([a-z-]+) -->\n```([a-z]+)\n(.*?)^```$", re.M | re.S)
TRAIN = """import json
json.dump({"accuracy": 0.93, "coverage": 0.81, "n": 2400}, open("metrics.json", "w"))
"""
PREDICTIONS = """id,prediction,label,confidence,region,sex
c1,stay,stay,0.9,north,F
c2,leave,stay,0.6,south,M
c3,,leave,,south,F
"""
ANNOTATIONS = """task,annotator,label,time
t1,ann,stay,2026-10-01T09:00:00Z
t1,bob,leave,2026-10-01T09:05:00Z
t2,ann,,2026-10-02T09:00:00+02:00
"""


@dataclass(frozen=True)
class Snippet:
    name: str
    language: str
    text: str


@dataclass(frozen=True)
class Step:
    """One shell script with the environment that CI adds for it."""

    script: str
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a snippet ended: the exit code of its last step run, and what all steps printed."""

    name: str
    exit: int
    out: str
    err: str


def snippets(page: str) -> list[Snippet]:
    """The named fences of a Markdown page, in order."""
    return [Snippet(*match.groups()) for match in FENCE.finditer(page)]


def steps(snippet: Snippet, values: dict[str, str]) -> list[Step]:
    """A snippet's scripts; `values` fill the `${{ … }}` of a GitHub workflow. KeyError for one not given."""
    if snippet.language == "bash":
        return [Step(snippet.text)]
    data = yaml.safe_load(snippet.text)
    if "jobs" in data:
        return [step for job in data["jobs"].values() for step in github_steps(job, values)]
    return [Step("\n".join(["set -e", *job["script"]])) for job in data.values()]


def github_steps(job: dict[str, list[dict[str, object]]], values: dict[str, str]) -> Iterator[Step]:
    for step in job["steps"]:
        uses = str(step.get("uses", ""))
        if "/mltrack@" in uses:
            given = step["with"]
            assert isinstance(given, dict)
            yield action_step({key: filled(str(value), values) for key, value in given.items()})
        elif "run" in step:
            assert "${{" not in str(step["run"]), "an expression in a script can be injected into"
            yield Step(str(step["run"]))
        else:
            assert uses.startswith("actions/checkout@"), f"unknown action {uses}"


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ *([a-zA-Z_.-]+) *\}\}", lambda match: values[match[1]], text)


def action_step(given: dict[str, str]) -> Step:
    """The script of action.yml as the runner starts it. KeyError for an unknown or missing input."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    unknown = given.keys() - action["inputs"].keys()
    if unknown:
        raise KeyError(*unknown)
    inputs = {
        f"inputs.{k}": given[k] if v.get("required") else given.get(k, v.get("default"))
        for k, v in action["inputs"].items()
    }
    (step,) = action["runs"]["steps"]
    env = {name: filled(text, inputs) for name, text in step["env"].items()}
    return Step(step["run"], {**env, "GITHUB_ACTION_PATH": str(ROOT)})


def run_step(step: Step, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As the runners do: bash, the checkout as working folder, stop at the first failing line."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        ["bash", "-e", "-c", step.script],
        cwd=folder,
        env={**kept, **env, **step.env},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def run_snippet(snippet: Snippet, url: str, token: str, initiative: str) -> Outcome:
    """Run one snippet in a fresh folder; a failing step ends it, as it ends a job."""
    unique = uuid.uuid4().hex
    text = snippet.text.replace("CHURN", initiative).replace("0a1b2c3", unique).replace("curl-1", f"curl-{unique}")
    values = {
        "vars.MLTRACK_URL": url,
        "secrets.MLTRACK_TOKEN": token,
        "github.run_id": unique,
        "github.run_attempt": "1",
    }
    env = {"MLTRACK_URL": url, "MLTRACK_TOKEN": token}
    if snippet.name == "github":
        env = {"GITHUB_SHA": unique, "GITHUB_REF": "refs/heads/main"}
    if snippet.name == "gitlab":
        env |= {"CI_COMMIT_SHA": unique, "CI_COMMIT_REF_NAME": "main", "CI_JOB_ID": unique}
    out, err, code = "", "", 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "train.py").write_text(TRAIN)
        (folder / "predictions.csv").write_text(PREDICTIONS)
        (folder / "annotations.csv").write_text(ANNOTATIONS)
        if snippet.name == "github":
            env["GITHUB_STEP_SUMMARY"] = str(folder / "summary.md")
        for step in steps(Snippet(snippet.name, snippet.language, text), values):
            done = run_step(step, folder, env)
            out, err, code = out + done.stdout, err + done.stderr, done.returncode
            if code:
                break
    return Outcome(snippet.name, code, out, err)


def run_snippets(url: str, token: str, initiative: str) -> list[Outcome]:
    """Run every snippet of docs/ci.md against a running server.

    The token needs the scopes read, runs:write, evaluations:write, labels:write and gate. The last command of each
    snippet but `evaluate` and `label` asks the gate, so that its exit code is the verdict's: 0, 1 or 3.
    """
    page = (ROOT / "docs" / "ci.md").read_text()
    return [run_snippet(snippet, url, token, initiative) for snippet in snippets(page)]

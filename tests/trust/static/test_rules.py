"""The rules that read the code: each has an example that it finds, and none is switched off by its paths."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
RULES = ROOT / ".semgrep" / "house.yml"
EXAMPLES = (ROOT / ".semgrep" / "house.py").read_text()
NAMES = [rule["id"] for rule in yaml.safe_load(RULES.read_text())["rules"]]
# Where each rule must bite, with a line that breaks it.
PLANTED = {
    "every-field": ("projects/api/shapes/planted.py", "fields = '__all__'"),
    "form-of-any-site": ("kpis/views/planted.py", "from django.views.decorators.csrf import csrf_exempt"),
    "keywords-into-a-query": ("kpis/selectors/planted.py", "def f(rows, asked): return rows.filter(**asked)"),
    "another-door-to-the-network": ("projects/connectors/planted.py", "import requests"),
    "order-from-a-request": ("kpis/views/order.py", "def f(rows, request): return rows.order_by(request.GET['s'])"),
    "rows-in-a-view": ("mltrack/accounts/views/planted.py", "def f(Run): return Run.objects.all()"),
    "statement-made-of-texts": ("kpis/services/planted.py", "def f(c, t): c.execute(f'SELECT * FROM {t}')"),
    "text-called-safe": ("kpis/views/text.py", "from django.utils.safestring import mark_safe"),
    "time-without-a-zone": ("kpis/scoring/planted.py", "import datetime\nnow = datetime.datetime.now()"),
    "words-of-a-stranger-run": ("mltrack/planted.py", "import pickle\ndef f(body): return pickle.loads(body)"),
}


def found_by_semgrep(folder: Path) -> dict[str, set[str]]:
    """Return the files in which each rule finds something, from a scan of a folder without the network."""
    command = ["semgrep", "scan", "--json", "--quiet", "--no-git-ignore", "--metrics=off", "--disable-version-check"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*command, "--config", str(RULES), "."], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True
    )
    findings: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    found: dict[str, set[str]] = {}
    for each in findings:
        found.setdefault(each["check_id"].rpartition(".")[2], set()).add(each["path"])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_a_bad_and_a_good_example(name: str) -> None:
    for mark in ("ruleid", "ok"):
        assert re.search(rf"# {mark}: {name}\n", EXAMPLES), (mark, name)


def test_every_rule_is_planted() -> None:
    assert set(PLANTED) == set(NAMES)


def test_paths_that_a_rule_leaves_out_exist() -> None:
    rules = yaml.safe_load(RULES.read_text())["rules"]
    left_out = {path for rule in rules for path in rule.get("paths", {}).get("exclude", [])}
    assert [path for path in left_out if not (ROOT / path).exists()] == []


@pytest.mark.slow
def test_planted_holes_are_found_where_they_would_stand(tmp_path: Path) -> None:
    for path, line in PLANTED.values():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"{line}\n")
    found = found_by_semgrep(tmp_path)
    assert {name: PLANTED[name][0] in found.get(name, set()) for name in NAMES} == dict.fromkeys(NAMES, True)


def bandit(path: Path) -> str:
    """Return what bandit says of a folder, with the settings of the house."""
    command = [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--configfile", str(ROOT / "pyproject.toml")]
    return subprocess.run([*command, str(path)], capture_output=True, text=True, check=False).stdout


def test_bandit_finds_what_is_planted(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("import hashlib, subprocess\nsubprocess.call('ls', shell=True)\n")
    assert "B602" in bandit(tmp_path)
    (tmp_path / "planted.py").write_text("names = ['a']\n")
    assert "Issue" not in bandit(tmp_path)

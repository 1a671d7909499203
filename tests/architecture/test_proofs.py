"""docs/reliability.md and SECURITY.md prove what they claim: every file, test and command that they name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = re.findall(r"\w[\w-]*", (re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M) or [""])[0])
PAGES = ("docs/reliability.md", "SECURITY.md")
QUOTED = re.compile(r"`([^`]+)`")


def rows(page: str) -> list[list[str]]:
    """Return the rows of all tables of a page, without heads and rules."""
    lines = [line for line in (ROOT / page).read_text().splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("promise", "claim") and not row[0].startswith("---")]


def proofs(row: list[str]) -> list[str]:
    """Return what the last cell of a row names."""
    return QUOTED.findall(row[-1])


def missing(proof: str) -> str:
    """Return why a proof cannot be run; empty where it can."""
    if proof.startswith("make "):
        return "" if proof.split()[1] in STEPS else "there is no such step"
    path, _, name = proof.partition("::")
    if not (ROOT / path).exists():
        return "there is no such file"
    if (ROOT / path).is_dir():
        return "" if list((ROOT / path).glob("test_*.py")) else "there are no tests"
    if not path.startswith("tests/"):
        return "it is no test"
    tree = ast.parse((ROOT / path).read_text())
    tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    tests = {each for each in tests if each.startswith("test_")}
    return "" if tests and (not name or name in tests) else "there is no such test"


@pytest.mark.parametrize("page", PAGES)
def test_every_claim_has_a_proof_that_exists(page: str) -> None:
    found = rows(page)
    assert len(found) >= 20
    wrong = {proof: why for row in found for proof in proofs(row) if (why := missing(proof))}
    assert wrong == {}
    assert [row[0] for row in found if not proofs(row)] == []


@pytest.mark.parametrize(
    ("proof", "why"),
    [
        ("tests/architecture/test_proofs.py::test_every_claim_has_a_proof_that_exists", ""),
        ("tests/architecture", ""),
        ("make test", ""),
        ("make rain", "there is no such step"),
        ("tests/architecture/test_nothing.py", "there is no such file"),
        ("tests/architecture/sources.py", "there is no such test"),
        ("tests/architecture/test_proofs.py::test_nothing", "there is no such test"),
        ("tests/browser/worlds.py", "there is no such test"),
        ("mltrack/up.py", "it is no test"),
        ("docs", "there are no tests"),
    ],
)
def test_a_proof_that_cannot_be_run_is_found(proof: str, why: str) -> None:
    assert missing(proof) == why

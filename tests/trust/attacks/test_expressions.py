"""No text of a user becomes a pattern of a regular expression, a format or a template."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.test import Client

from tests.browser.worlds import World

ROOT = Path(__file__).parents[3]
MODULES = {"re", "regex", "fnmatch"}
LOOKUPS = ("regex", "iregex")
BUILT = {"mltrack/logs/redaction.py": "from the names of secret fields, which are written beside it"}
SOURCES = sorted(each for part in ("mltrack", "projects", "kpis") for each in (ROOT / part).rglob("*.py"))


def unsafe(source: str) -> Iterator[int]:
    """Yield the line of each pattern that is not written in the code: `re.x(name)`, `field__regex=name`."""
    for node in (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)):
        yield from (node.lineno for given in _patterns(node) if not _is_written(given))


def _patterns(call: ast.Call) -> Iterator[ast.expr]:
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id in MODULES:
        yield from call.args[:1] if function.attr != "escape" else []
    for keyword in call.keywords:
        if "__" in (name := keyword.arg or "") and name.rpartition("__")[2] in LOOKUPS:
            yield keyword.value


def _is_written(value: ast.expr) -> bool:
    """Say whether a pattern is a constant, by itself or by a name in capitals."""
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id.isupper())


def test_every_pattern_is_written_in_the_code() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in SOURCES for line in unsafe(path.read_text())]
    assert len(SOURCES) > 150
    assert [each for each in found if each.rpartition(":")[0] not in BUILT] == []


@pytest.mark.parametrize(
    "planted", ["re.compile(asked)", "re.search(f'^{x}', y)", "runs.filter(name__regex=asked)", "re.sub(a + b, '', c)"]
)
def test_a_pattern_of_a_user_would_be_found(planted: str) -> None:
    assert list(unsafe(planted)) == [1]


NASTY = [
    "(a+)+$" * 30,
    "a" * 4000 + "!",
    "[" * 2000,
    "\\" * 2000,
    '"' * 3001,
    "-" * 3000,
    ":" * 3000,
    "a:" * 2000,
    "%" * 900,
]


ASKED = {
    "/w/demo/search/": ("q",),
    "/w/demo/": ("q", "sort"),
    "/w/demo/initiatives/BIOPSY/runs/": ("text", "metric", "commit", "order", "cursor"),
    "/w/demo/kpis/room/readings/": ("segment", "cursor"),
}


def test_what_is_searched_for_is_a_text(world: World, client: Client) -> None:
    for text, path in product(NASTY, ASKED):
        for name in ASKED[path]:
            began = time.monotonic()
            answer = client.get(path, {name: text})
            assert answer.status_code in (200, 302, 400), (path, name, answer.status_code)
            assert time.monotonic() - began < 5, (path, name, text[:20])


def test_a_pattern_finds_only_itself(world: World, client: Client) -> None:
    for pattern in (".*", "B.OPSY", "^", "%", "_", "B%Y"):
        page = client.get("/w/demo/search/", {"q": pattern}).content.decode()
        assert "/initiatives/BIOPSY/" not in page.partition("<main")[2], pattern

"""docs/settings.md lists exactly the variables that the product reads, with the defaults of the settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Read before installation, by the CI client on other machines, or by the operating system's own rules.
ELSEWHERE = {"mltrack/bootstrap.py", "mltrack/cli.py"}
FOREIGN = {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"}
READERS = {"get", "setdefault", "str", "bool", "int", "float", "list", "email_url"}


def sources() -> Iterator[Path]:
    """Yield the product's modules."""
    for package in ("mltrack", "projects", "kpis"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if str(path.relative_to(ROOT)) not in ELSEWHERE:
                yield path


def is_environment(node: ast.expr) -> bool:
    """Say whether an expression is `os.environ`, `environ` or the settings' reader."""
    return ast.unparse(node) in {"os.environ", "environ", "read"}


def names_read(tree: ast.AST) -> Iterator[tuple[str, str | None]]:
    """Yield each variable that a module reads, with its literal default where one is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
            if is_environment(node.func.value) and node.args and isinstance(node.args[0], ast.Constant):
                default = next((word.value for word in node.keywords if word.arg == "default"), None)
                literal = ast.literal_eval(default) if isinstance(default, ast.Constant) else None
                yield str(node.args[0].value), None if literal is None else written(literal)
        elif isinstance(node, ast.Subscript) and is_environment(node.value) and isinstance(node.slice, ast.Constant):
            yield str(node.slice.value), None
        elif (
            isinstance(node, ast.Compare)
            and is_environment(node.comparators[0])
            and isinstance(node.left, ast.Constant)
        ):
            yield str(node.left.value), None


def written(value: object) -> str:
    """Return a default as the table writes it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) or "empty"


def documented() -> dict[str, str]:
    """Return the table's variables with their defaults."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a variable stands in the table twice"
    return {name: default.strip("`") for name, default in rows}


def found() -> dict[str, str | None]:
    """Return what the code reads, with the settings' defaults."""
    everything: dict[str, str | None] = {}
    for path in sources():
        for name, default in names_read(ast.parse(path.read_text())):
            everything[name] = default or everything.get(name)
    return {name: default for name, default in everything.items() if name.isupper() and name not in FOREIGN}


def test_every_variable_is_documented() -> None:
    assert set(found()) - set(documented()) == set()


def test_no_documented_variable_is_imaginary() -> None:
    assert set(documented()) - set(found()) == set()


def test_the_defaults_are_those_of_the_code() -> None:
    table = documented()
    wrong = {name: (table[name], default) for name, default in found().items() if default and table[name] != default}
    assert wrong.keys() <= {"MLTRACK_STATIC_ROOT", "MLTRACK_ALLOWED_NETWORKS"}, wrong


def test_the_reader_sees_every_way_of_reading() -> None:
    code = (
        'import os\nos.environ.get("A")\nos.environ["B"]\nread.int("C", default=3)\n"D" in os.environ\nother.get("E")'
    )
    assert dict(names_read(ast.parse(code))) == {"A": None, "B": None, "C": "3", "D": None}

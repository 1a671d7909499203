"""Which files of the product the architecture tests read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("mltrack", "projects", "kpis")


@dataclass(frozen=True)
class Source:
    """One Python file: its path in the repository, text and syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the path relative to the repository, with forward slashes."""
        return self.path.relative_to(ROOT).as_posix()

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def handlers(self) -> Iterator[ast.ExceptHandler]:
        """Yield every exception handler."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ExceptHandler):
                yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has, decorators left out."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler catches everything and does not raise it again."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    return handler.type is None or getattr(handler.type, "id", "") in {"Exception", "BaseException"}


@cache
def sources() -> list[Source]:
    """Return the product's files without migrations."""
    files = [f for package in PACKAGES for f in sorted((ROOT / package).rglob("*.py")) if "migrations" not in f.parts]
    return [Source(f, text := f.read_text(), ast.parse(text)) for f in files]


def templates() -> list[Path]:
    """Return every HTML template."""
    return sorted((ROOT / "templates").rglob("*.html"))

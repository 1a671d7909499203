"""One stylesheet and one script per page without a build: small sources, joined when static files are collected.

Each script source communicates by DOM events alone, has no import or export, and gets a block scope of its own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

from mltrack import env

STATIC: Final = env.BASE_DIR / "static"
STYLES: Final = (
    "reset",
    "tokens",
    "base",
    "layout",
    "controls",
    "data",
    "judgement",
    "initiative",
    "runs",
    "evaluations",
    "versus",
    "tasks",
    "timeline",
    "analysis",
    "dashboards",
    "utilities",
)
SCRIPTS: Final = (
    "theme",
    "toast",
    "relative-time",
    "hotkeys",
    "command-palette",
    "inline-edit",
    "filter-bar",
    "bulk-select",
    "draft",
    "copy-link",
    "poll",
    "board",
    "task-moves",
    "task-undo",
    "task-queue",
    "quick-add",
    "chart",
    "chart-png",
    "print",
    "threshold",
    "full-screen",
    "focus",
)


def stylesheet() -> str:
    """Return all stylesheets in the order of their layers."""
    return "\n".join((STATIC / "css" / f"{name}.css").read_text() for name in STYLES)


def script() -> str:
    """Return all modules, each in its own block."""
    return "\n".join("{\n" + (STATIC / "js" / f"{name}.js").read_text() + "}" for name in SCRIPTS)


BUNDLES: Final[dict[str, Callable[[], str]]] = {"css/app.css": stylesheet, "js/app.js": script}


def folder() -> Path:
    """Return where the joined files are kept."""
    return env.home() / "bundles"


def write(path: str) -> Path:
    """Write one bundle when its text has changed, whole or not at all; return its file."""
    target = folder() / path
    text = BUNDLES[path]()
    if target.is_file() and target.read_text() == text:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False) as handle:
        handle.write(text)
    Path(handle.name).chmod(0o644)
    os.replace(handle.name, target)
    return target


class BundleFinder(BaseFinder):
    """Offers the bundles to collectstatic and to the development server."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Return no complaints: the sources are part of the checkout."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the file of a bundle, or an empty list for any other path."""
        if path not in BUNDLES:
            return []
        found = str(write(path))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each bundle with the storage that holds it."""
        storage = FileSystemStorage(location=folder())
        storage.prefix = ""  # type: ignore[attr-defined]
        for path in BUNDLES:
            write(path)
            yield path, storage

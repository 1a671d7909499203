"""A later start of `manage.py up`, with the sample workspace, until a page is served: what a person waits for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.results import Result
from benchmarks.sizes import Size
from benchmarks.stopwatch import seconds
from mltrack.embedded.places import prepare
from mltrack.embedded.postgres import Postgres
from tests.trees import Tree, eventually, open_folder

AIM_SECONDS = 5.0
MOST_SECONDS = 300.0
PAGE = "/accounts/login/"
IMPORTS = "import celery.app.base, django.core.handlers.wsgi, django.core.management, django.db.models, django.forms"


def measure(size: Size) -> list[Result]:
    """Return the seconds of the first start and, as medians of turns, of later ones and of their floor."""
    with open_folder() as folder:
        home = folder / "home"
        first = start(home)
        turns = [(start(home), imports() + postgres(home)) for _ in range(size.rounds)]
    took, floor = (median(side) for side in zip(*turns, strict=True))
    return [
        Result("start", "first start to a page", f"{first:.2f} s", "", None),
        Result("start", "later start to a page, s", f"{took:.2f} s", "", took, AIM_SECONDS),
        Result("start", "later start to a page", f"{took:.2f} s", f"imports, database {floor:.2f} s", took / floor),
    ]


def start(home: Path) -> float:
    """Start a tree, end it as Ctrl-C does, and return the seconds to its first page. Raises RuntimeError."""
    found: list[Tree] = []

    def serve() -> None:
        found.append(Tree(home, environ={"MLTRACK_DEMO": "1"}))
        tree = found[-1]
        eventually(lambda: tree.answers(PAGE) or tree.process.poll() is not None, MOST_SECONDS)

    try:
        took = seconds(serve)
        if found[-1].process.poll() is not None or found[-1].stop(30) != 0:
            raise RuntimeError(f"no page was served: {found[-1].words()}")
        return took
    finally:
        for each in found:
            each.destroy()


def imports() -> float:
    """Return the seconds in which this Python imports Django and Celery."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", IMPORTS], check=True))


def postgres(home: Path) -> float:
    """Return the seconds in which PostgreSQL alone starts on the same data."""
    server = Postgres(prepare(home), (home / "postgres_password").read_text().strip())
    try:
        return seconds(server.start)
    finally:
        server.stop()

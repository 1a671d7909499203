"""`python -m benchmarks [--tiny | --full] [NAME …]`: run the named benchmarks, or all, and print one table.

The exit code tells whether they ran, not whether an aim was met: times belong to the machine.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from benchmarks.grounds import open_grounds
from benchmarks.results import Result, table
from benchmarks.sizes import SIZES
from mltrack.env import BASE_DIR
from tests.databases import fresh_database

NAMES = (
    "pull",
    "ingest",
    "sources",
    "evaluate",
    "pages",
    "board",
    "judging",
    "labeling",
    "annotations",
    "forecasts",
    "value",
    "monitoring",
    "scale",
    "lighthouse",
    "memory",
    "sheets",
    "start",
)


def parsed(arguments: Sequence[str]) -> Namespace:
    """Return the names, the size and where else to write. Exits for a name that is unknown."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    for size in SIZES:
        parser.add_argument(f"--{size}", dest="size", action="store_const", const=size, default="quick")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(NAMES))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return options


def run(name: str, size: str, file: Path) -> list[Result]:
    """Run one benchmark and return its results. Raises CalledProcessError."""
    with fresh_database(f"bench_{name}") as url:
        command = [sys.executable, "-m", "benchmarks.one", name, size, str(file)]
        subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, cwd=BASE_DIR, check=True)
    return [Result(**each) for each in json.loads(file.read_text())]


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; return 1 where a benchmark broke."""
    options, broken, found = parsed(arguments), 0, list[Result]()
    with open_grounds() as home:
        for name in options.names or NAMES:
            print(f"{name} ({options.size}) …", flush=True)
            try:
                results = run(name, options.size, home / f"{name}.json")
            except subprocess.CalledProcessError as error:
                print(f"{name} broke: exit code {error.returncode}", flush=True)
                broken = 1
                continue
            print(table(results), flush=True)
            found.extend(results)
    print(f"\n{table(found)}")
    if options.json:
        options.json.write_text(json.dumps([each.cells() for each in found], ensure_ascii=False, indent=1))
    return broken


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))

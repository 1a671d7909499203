"""The memory of every process of `manage.py up`, at rest: pages that processes share are counted once."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.results import Result
from benchmarks.sizes import Size
from tests.trees import PARTS, Tree, open_folder

AIM_MB = 600.0
REST_SECONDS = 5.0


def measure(size: Size) -> list[Result]:
    """Return the proportional memory of the tree and of its parts, in MB. Only Linux tells it."""
    if not Path("/proc/self/smaps_rollup").exists():
        return [Result("memory", "all processes", "only Linux tells", "", None, AIM_MB)]
    with open_folder() as folder:
        tree = Tree(folder / "home", environ={"MLTRACK_STATIC_ROOT": os.environ["MLTRACK_HOME"] + "/collected"})
        try:
            tree.wait()
            time.sleep(REST_SECONDS)
            parts = {name: megabytes(tree.pids(name)) for name in PARTS}
            count, whole = len(tree.pids()), megabytes(tree.pids())
        finally:
            tree.stop()
            tree.destroy()
    found = [Result("memory", name, f"{used:.0f} MB", "", None) for name, used in parts.items()]
    return [*found, Result("memory", f"all {count} processes, MB", f"{whole:.0f} MB", "", whole, AIM_MB)]


def megabytes(pids: set[int]) -> float:
    """Return the proportional set size of processes; one that has just ended counts nothing."""
    return sum(map(_kilobytes, pids)) / 1024


def _kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

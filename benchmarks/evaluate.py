"""`mltrack evaluate` of a million rows against counting the same file with numpy in one process, and what it holds.

The floor reads the file with the csv module, which is faster than numpy.loadtxt here, and counts the same strata by
slice, group and level. Memory is the most that each process held above what it held at rest, every 20 ms; a client
rests when it has printed its help.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.results import Result
from benchmarks.rows import GROUPS, SLICES, counted, written
from benchmarks.sizes import Size
from benchmarks.worlds import make_world
from mltrack import env, roles
from projects.models import Evaluation
from projects.selectors.evaluations import tally_of
from tests.servers.processes import end, free_port, spawn, wait_for

AIM_TIMES, AIM_MB = 3.0, 300.0
ROWS: Final = {"tiny": 2_000}
CLIENT = env.BASE_DIR / "mltrack" / "cli.py"


@dataclass(frozen=True, slots=True)
class Trial:
    """One command: its seconds, its processor seconds with those of the product, and the memory of each part in MB."""

    seconds: float
    processor: float
    peaks: Mapping[str, float]


def measure(size: Size) -> list[Result]:
    """Return the time of an upload against the floor's, and the memory of each side."""
    rows = ROWS.get(size.name, 1_000_000)
    world = make_world(1)
    with tempfile.TemporaryDirectory(prefix="mltrack-bench-rows-") as folder, product() as (url, parts):
        file = written(Path(folder) / "cases.csv", rows)
        floors, ours = list[Trial](), list[Trial]()
        for turn in range(size.rounds):
            floors.append(timed([sys.executable, "-m", "benchmarks.rows", str(file)], {}, {}))
            told = {"MLTRACK_URL": url, "MLTRACK_TOKEN": world.token()}
            columns = [f"--slice={each}" for each in SLICES] + [f"--group={each}" for each in GROUPS]
            about = [
                f"--initiative={world.keys[0]}",
                f"--file={file}",
                f"--external-id=turn-{turn}",
                "--timeout=300",
                *columns,
            ]
            ours.append(timed([sys.executable, str(CLIENT), "evaluate", *about], told, parts))
        kept = list(Evaluation.objects.filter(n=rows))
        wrong = size.rounds - len(kept) + sum(tally_of(each) != counted(file) for each in kept)
    return results(rows, floors, ours, wrong)


def results(rows: int, floors: Sequence[Trial], ours: Sequence[Trial], wrong: int) -> list[Result]:
    """Return the rows of the table: the best times, and the most memory."""
    took, least = (min(each.seconds for each in trials) for trials in (ours, floors))
    mine, theirs = (min(each.processor for each in trials) for trials in (ours, floors))
    peaks = {name: max(each.peaks[name] for each in ours) for name in ours[0].peaks}
    return [
        Result("evaluate", f"{rows:,} rows", f"{took:.1f} s", f"numpy {least:.1f} s", took / least, AIM_TIMES),
        Result("evaluate", "processor seconds", f"{mine:.1f} s", f"numpy {theirs:.1f} s", mine / theirs),
        Result("evaluate", "evaluations that differ", str(wrong), "", wrong, 0),
        *(Result("evaluate", f"{name}, MB above rest", f"{mb:.0f} MB", "", mb, AIM_MB) for name, mb in peaks.items()),
    ]


def timed(line: list[str], more: dict[str, str], parts: dict[str, int]) -> Trial:
    """Run a command and return what it took, and what it and the parts of the product held above their rest."""
    environ = {**os.environ, **more, "PYTHONPATH": str(env.BASE_DIR)}
    rest = {"client": resident_at_rest(environ) if parts else 0.0} | {name: family(pid) for name, pid in parts.items()}
    spent = sum(map(processor, parts.values()))
    peaks = dict.fromkeys(rest, 0.0)
    begun = time.perf_counter()
    process = subprocess.Popen(line, env=environ, stdout=subprocess.DEVNULL)
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        for name, pid in {"client": process.pid, **parts}.items():
            peaks[name] = max(peaks[name], family(pid) - rest[name])
        time.sleep(0.02)
    took = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    if process.returncode:
        raise RuntimeError(f"{line[1:3]} ended with {process.returncode}")
    own = ended[2].ru_utime + ended[2].ru_stime
    return Trial(took, own + sum(map(processor, parts.values())) - spent, peaks)


def resident_at_rest(environ: dict[str, str]) -> float:
    """Return what the client holds before it reads anything."""
    program = f"import runpy, time; runpy.run_path({str(CLIENT)!r}); print('.', flush=True); time.sleep(9)"
    process = subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    held = resident(process.pid)
    process.kill()
    process.communicate()
    return held


@contextmanager
def product() -> Iterator[tuple[str, dict[str, int]]]:
    """Give the address of a web process, and the process id of each part: web, and a Celery worker of two children."""
    address, log = f"127.0.0.1:{free_port()}", env.home() / "evaluate.log"
    environ = {"PYTHONPATH": str(env.BASE_DIR)}
    web = spawn([sys.executable, *roles.web(address, 1)], log, environ)
    worker = spawn([sys.executable, *roles.worker("celery", 2)], log, environ)
    try:
        wait_for(f"http://{address}/healthz", web, log)
        time.sleep(5.0)
        yield f"http://{address}", {"web": web.pid, "workers": worker.pid}
    finally:
        end(worker)
        end(web)


def family(pid: int) -> float:
    """Return what a process and its children hold, in MB."""
    return sum(map(resident, [pid, *children(pid)]))


def processor(pid: int) -> float:
    """Return the processor seconds of a process and its living children."""
    return sum(map(_ticks, [pid, *children(pid)])) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, words[11:15]))


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB; one that has just ended holds nothing."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)

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
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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


def measure(size: Size) -> list[Result]:
    """Return the time of an upload against the floor's, and the memory of each side."""
    rows = ROWS.get(size.name, 1_000_000)
    world = make_world(1)
    with tempfile.TemporaryDirectory(prefix="mltrack-bench-rows-") as folder, product() as (url, parts):
        file = written(Path(folder) / "cases.csv", rows)
        floors, ours, peaks = list[float](), list[float](), list[dict[str, float]]()
        for turn in range(size.rounds):
            floors.append(timed([sys.executable, "-m", "benchmarks.rows", str(file)], {}))
            token = world.token()
            with watching(parts) as peak:
                line = [sys.executable, str(CLIENT), "evaluate", f"--initiative={world.keys[0]}", f"--file={file}"]
                line += [f"--slice={each}" for each in SLICES] + [f"--group={each}" for each in GROUPS]
                told = {"MLTRACK_URL": url, "MLTRACK_TOKEN": token}
                ours.append(timed([*line, f"--external-id=turn-{turn}"], told, peak))
            peaks.append(peak)
        wrong = sum(tally_of(each) != counted(file) for each in Evaluation.objects.filter(n=rows)[:1])
    took, least = min(ours), min(floors)
    kept = Evaluation.objects.filter(n=rows).count()
    return [
        Result("evaluate", f"{rows:,} rows", f"{took:.1f} s", f"numpy {least:.1f} s", took / least, AIM_TIMES),
        Result("evaluate", "evaluations that differ", str(wrong), f"{kept} kept", wrong + size.rounds - kept, 0),
        *(
            Result("evaluate", f"{name}, MB above rest", f"{most:.0f} MB", "", most, AIM_MB)
            for name in peaks[0]
            for most in [max(each[name] for each in peaks)]
        ),
    ]


def timed(line: list[str], more: dict[str, str], peak: dict[str, float] | None = None) -> float:
    """Run a command and return its seconds; with `peak`, note the most memory that the client held above its rest."""
    environ = {**os.environ, **more, "PYTHONPATH": str(env.BASE_DIR)}
    rest = resident_at_rest(environ) if peak is not None else 0.0
    begun = time.perf_counter()
    process = subprocess.Popen(line, env=environ, stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        if peak is not None:
            most = max(most, resident(process.pid))
        time.sleep(0.02)
    took = time.perf_counter() - begun
    if process.returncode:
        raise RuntimeError(f"{line[1:3]} ended with {process.returncode}")
    if peak is not None:
        peak["client"] = most - rest
    return took


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
    worker_line = ["-m", "celery", "-A", "mltrack", "worker", "--queues", "celery", "--concurrency", "2", "--quiet"]
    web = spawn([sys.executable, *roles.web(address, 1)], log, environ)
    worker = spawn([sys.executable, *worker_line, "--without-gossip", "--without-mingle"], log, environ)
    try:
        wait_for(f"http://{address}/healthz", web, log)
        time.sleep(5.0)
        yield f"http://{address}", {"web": web.pid, "workers": worker.pid}
    finally:
        end(worker)
        end(web)


@contextmanager
def watching(parts: dict[str, int]) -> Iterator[dict[str, float]]:
    """Fill a dict with the most that the processes of each part held above what they hold now."""
    rest = {name: family(pid) for name, pid in parts.items()}
    peak = dict.fromkeys(parts, 0.0)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            for name, pid in parts.items():
                peak[name] = max(peak[name], family(pid) - rest[name])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def family(pid: int) -> float:
    """Return what a process and its children hold."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return resident(pid) + sum(resident(int(each)) for each in children)


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB; one that has just ended holds nothing."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)

"""What the processes of the tree are: their command lines, and how each is told to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mltrack import env
from mltrack.embedded.processes import spawn
from mltrack.embedded.services import Services
from mltrack.supervisor import Part

WEB, WORKER, BEAT = "web", "worker", "beat"
ROLES: Final = (WEB, WORKER, BEAT)
PRIVATE_NETWORKS: Final = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
COUNTERS: Final = "PROMETHEUS_MULTIPROC_DIR"
_WEB_STEPS: Final = ((signal.SIGTERM, 5.0), (signal.SIGQUIT, 1.0))
_WORKER_STEPS: Final = ((signal.SIGTERM, 5.5), (signal.SIGQUIT, 1.0))
_WORKER_APP: Final = ("-m", "celery", "-A", "mltrack", "--quiet")
_BEAT_APP: Final = ("-m", "celery", "-A", "mltrack.scheduler", "--quiet")


def web(bind: str, workers: int) -> list[str]:
    """Return gunicorn's command line for an address like `127.0.0.1:8000`."""
    options = {
        "--bind": bind,
        "--workers": str(workers),
        "--worker-class": "gthread",
        "--threads": "8",
        "--timeout": "60",
        "--graceful-timeout": "4",
        "--keep-alive": "15",
        "--max-requests": "20000",
        "--max-requests-jitter": "2000",
        "--log-level": "warning",
        "--logger-class": "mltrack.logs.gunicorn.Logger",
    }
    flat = [part for pair in options.items() for part in pair]
    return ["-m", "gunicorn", "mltrack.wsgi", "--no-control-socket", *flat]


def worker(queue: str, most: int) -> list[str]:
    """Return the command line of a Celery worker of one queue: one process while idle, `most` under load."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    name = ("--hostname", f"{queue}@%h", "--queues", queue)
    return [*_WORKER_APP, "worker", *name, "--autoscale", f"{most},1", *quiet]


def beat() -> list[str]:
    """Return the command line of Celery's scheduler."""
    return [*_BEAT_APP, "beat", "--loglevel", "WARNING", "--pidfile", ""]


def commands(role: str, bind: str, web_workers: int) -> dict[str, list[str]]:
    """Return a role's processes by name. Pulls have a worker of their own: a hanging server delays nothing else."""
    if role == WEB:
        return {"web": web(bind, web_workers)}
    if role == WORKER:
        return {"worker": worker("celery", 2), "pulls": worker("pulls", 8)}
    return {"beat": beat()}


def part(name: str, command: list[str], environ: Mapping[str, str], logs: Path | None) -> Part:
    """Return a part that runs Python with `command`; its words go to a file in `logs`, else to the console."""
    death = signal.SIGQUIT if name == WEB else signal.SIGKILL
    # Only web processes answer for requests, so only they count in the folder.
    own = {key: value for key, value in environ.items() if name == WEB or key != COUNTERS}
    log = None if logs is None else logs / f"{name}.log"

    def start() -> subprocess.Popen[bytes]:
        return spawn([sys.executable, *command], log=log, environ=own, death_signal=death)

    return Part(name, start, _WEB_STEPS if name == WEB else _WORKER_STEPS)


def parts(roles: list[str], bind: str, environ: Mapping[str, str], logs: Path | None) -> list[Part]:
    """Return the parts of the roles, in their order."""
    workers = int(os.environ.get("WEB_CONCURRENCY") or (1 if logs else 2))
    found = {name: line for role in roles for name, line in commands(role, bind, workers).items()}
    return [part(name, line, environ, logs) for name, line in found.items()]


def service_parts(services: Services | None) -> list[Part]:
    """Return the embedded services, which run already, as parts to watch."""
    found = [services.broker, services.postgres] if services else []
    return [Part(each.name, each.spawn, each.stop_steps, each.process) for each in found if each is not None]


def environment(*, whole: bool, loopback: bool) -> dict[str, str]:
    """Return the children's environment.

    A whole tree on loopback serves the person at the keyboard, who may connect it to servers of their own
    network; elsewhere nothing but global addresses is allowed unless the operator says so. That person reads logs as
    text.
    """
    path = [str(env.BASE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}
    if whole:
        found["MLTRACK_LOG_FORMAT"] = found.get("MLTRACK_LOG_FORMAT") or "text"
    if whole and loopback:
        found.setdefault("MLTRACK_ALLOWED_NETWORKS", PRIVATE_NETWORKS)
    return found

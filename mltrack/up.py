"""The whole product as one process tree, or the roles of it that are named. Django stays in the children."""

from __future__ import annotations

import logging
import math
import shutil
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from mltrack import embedded, env, listening, roles
from mltrack.embedded.processes import ServiceError
from mltrack.logs.configuration import configure
from mltrack.orphans import end_with_parent
from mltrack.supervisor import Part, Supervisor

_FIRST_ANSWER_SECONDS = 60.0
logger = logging.getLogger("mltrack.supervisor")


def parser() -> ArgumentParser:
    """Return the command line: the roles, and where to listen."""
    found = ArgumentParser(prog="manage.py up", description=__doc__)
    for role in roles.ROLES:
        found.add_argument(f"--{role}", action="append_const", dest="roles", const=role, help=f"run the {role} role")
    found.add_argument("--bind", default=env.bind(), help="address to listen on (MLTRACK_BIND)")
    found.add_argument("--port", type=int, default=env.port(), help="port to listen on (PORT)")
    return found


def main(arguments: Sequence[str]) -> int:
    """Prepare, start, say where it is, and tend the tree until SIGTERM or Ctrl-C. Returns the exit code."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    options = parser().parse_args(arguments)
    options.whole = not options.roles
    options.roles = options.roles or list(roles.ROLES)
    if roles.WEB in options.roles:
        require_free(options.bind, options.port)
    try:
        embedded.require_folder(env.home())
        lines = prepared(options)
        configure()
        supervisor = Supervisor(say if options.whole else logger.warning)
        supervisor.listen()
        try:
            run(supervisor, options, lines)
        finally:
            supervisor.end()
    except KeyboardInterrupt:
        return 0
    except ServiceError as error:
        sys.exit(f"mltrack: {error}")
    return 0


def prepared(options: Namespace) -> list[str]:
    """Bring database and static files up to date in a child; return its words. Exits where that fails."""
    flags = [f"--{role}" for role in options.roles] + (["--whole"] if options.whole else [])
    done = subprocess.run(
        [sys.executable, str(env.BASE_DIR / "manage.py"), "prepare", *flags],
        stdout=subprocess.PIPE,
        preexec_fn=end_with_parent(signal.SIGKILL),
        env=roles.environment(whole=options.whole, loopback=False),
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.decode().splitlines()


def run(supervisor: Supervisor, options: Namespace, lines: list[str]) -> None:
    """Start the parts and watch them to the end."""
    services = embedded.running()
    logs = env.home() / "log" if options.whole else None
    loopback = listening.is_loopback(options.bind)
    environ = {**roles.environment(whole=options.whole, loopback=loopback), roles.COUNTERS: str(counters())}
    supervisor.add(roles.service_parts(services))
    parts = roles.parts(options.roles, listening.joined(options.bind, options.port), environ, logs)
    if roles.WEB in options.roles:
        url = f"http://{listening.joined(listening.reachable_name(options.bind), options.port)}/"
        begin(supervisor, parts, url + "healthz")
        lines = [f"MLTrack is at {url}", *lines]
        if not listening.answers(url + "healthz"):
            lines.append("It does not answer yet: the log of the web process says why.")
    else:
        supervisor.add(parts)
    if services is not None:
        lines += services.words()
    if options.whole and loopback:
        lines.append(f"Connections may reach {environ['MLTRACK_ALLOWED_NETWORKS']} (MLTRACK_ALLOWED_NETWORKS).")
    if logs is not None:
        lines.append(f"Logs are in {logs}. Ctrl-C ends everything; the data stays.")
    if not supervisor.stopping:
        say("\n".join(lines))
    supervisor.watch()


def begin(supervisor: Supervisor, parts: Sequence[Part], page: str) -> None:
    """Start web, and when it answers the others, for which nobody waits; at the latest after a minute."""
    later = [part for part in parts if part.name != roles.WEB]
    for part in later:
        part.due = math.inf
    supervisor.add(parts)
    supervisor.watch(_FIRST_ANSWER_SECONDS, until=lambda: listening.answers(page))
    for part in later:
        part.due = 0.0
    if not supervisor.stopping:
        supervisor.tend()


def counters() -> Path:
    """Return an empty folder for the counters of web processes: in the data folder, else among temporary files."""
    found = env.home() / "run" / "metrics"
    try:
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir(parents=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="mltrack-metrics-"))
    return found


def say(text: str) -> None:
    """Tell the person at the console, where one still listens."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return


def require_free(host: str, port: int) -> None:
    """Exit with one line where the port is taken or the address is not this machine's."""
    try:
        free = listening.becomes_free(host, port)
    except OSError as error:
        sys.exit(f"mltrack: cannot listen on {listening.joined(host, port)}: {error.strerror}.")
    if not free:
        sys.exit(f"mltrack: port {port} is taken; choose another: PORT={port + 1} make run")

"""Whole process trees for tests: `manage.py up` with a data folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mltrack.orphans import end_with_parent
from tests.servers.processes import free_port

MANAGE = Path(__file__).parent.parent / "manage.py"
PARTS = {
    "supervisor": "manage.py up",
    "web": "gunicorn mltrack.wsgi",
    "worker": "--queues celery",
    "pulls": "--queues pulls",
    "beat": "mltrack.scheduler",
    "postgres": "bin/postgres -D",
    "redis": "redis-server",
}
_FOREIGN = ("MLTRACK_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EMAIL_URL", "PYTEST_", "DJANGO_SETTINGS_MODULE")


def clean_environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without the tests' own services."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**kept, "MLTRACK_HOME": str(home), "MLTRACK_DEMO": "0", **(more or {})}


def without_redis(folder: Path) -> dict[str, str]:
    """Make an environment with everything but a redis-server; return its variables and, as `PYTHON`, its program."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = os.pathsep.join(dict.fromkeys(path for path in sys.path if path.endswith("-packages")))
    return {"PYTHON": str(folder / "bin" / "python"), "PYTHONPATH": packages, "PATH": str(folder / "bin")}


def eventually(question: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Ask until the answer is yes, or the time is over."""
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


class Tree:
    """A running `manage.py up`, the processes that belong to it, and what it printed."""

    def __init__(
        self,
        home: Path,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        interpreter: Sequence[str] = (sys.executable,),
        uid: int | None = None,
        port: int | None = None,
    ) -> None:
        """Start it, as another account where `uid` is given."""
        self.home, self.port = home, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = home.with_name(f"{home.name}.{time.monotonic_ns()}.out")
        self.mark = str(home)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*interpreter, str(MANAGE), "up", *arguments],
                env=clean_environment(home, {"PORT": str(self.port), **(environ or {})}),
                stdout=output,
                stderr=subprocess.STDOUT,
                user=uid,
                group=uid,
                extra_groups=None if uid is None else [],
                preexec_fn=end_with_parent(signal.SIGTERM),
            )

    def words(self) -> str:
        """Return what it has printed."""
        return self.output.read_text()

    def answers(self, path: str = "/healthz") -> bool:
        """Say whether the path answers 200."""
        try:
            request = urllib.request.Request(self.url + path, headers={"Host": "localhost"})
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait(self, seconds: float = 90.0) -> Tree:
        """Return when it serves and has said so."""
        ready = eventually(lambda: self.process.poll() is not None or "MLTrack is at" in self.words(), seconds)
        assert ready and self.process.poll() is None and self.answers(), (self.process.poll(), self.words())
        return self

    def pids(self, part: str = "") -> set[int]:
        """Return the processes of a part, or of the whole tree, wherever they hang now."""
        return {pid for pid, line in processes_of(self.mark).items() if PARTS.get(part, "") in line}

    def children(self, part: str) -> set[int]:
        """Return the processes of a part that it has forked itself."""
        found = self.pids(part)
        return {pid for pid in found if parent(pid) in found}

    def leaders(self, part: str) -> set[int]:
        """Return the processes of a part that the supervisor has started."""
        return self.pids(part) - self.children(part)

    def stop(self, seconds: float = 10.0) -> int:
        """End it as Ctrl-C or an operator does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def destroy(self) -> None:
        """Kill whatever is left."""
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.kill()
        self.process.wait(5)


def processes_of(mark: str) -> dict[int, str]:
    """Return the command lines of living processes that name the folder, in command line or environment."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            line, environ = read(entry / "cmdline"), read(entry / "environ")
            if line and (f"MLTRACK_HOME={mark}\n" in environ or f"{mark}/" in line):
                found[int(entry.name)] = line.replace("\n", " ")
    return found


def read(path: Path) -> str:
    """Return a file of /proc with its parts on lines, or an empty text where the process has gone."""
    try:
        return path.read_bytes().replace(b"\0", b"\n").decode(errors="replace")
    except OSError:
        return ""


def parent(pid: int) -> int:
    """Return the parent of a process, 0 where it has gone."""
    status = read(Path(f"/proc/{pid}/status"))
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:")), 0)


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give an empty folder that every account can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="mltrack-tree-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)

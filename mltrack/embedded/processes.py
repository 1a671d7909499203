"""Starting processes that never outlive the one that started them, as the account that suits them."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mltrack.orphans import end_with_parent, kill_group

_LOG_LIMIT = 5_000_000


class ServiceError(RuntimeError):
    """An embedded service cannot run; the text says why, for the person at the keyboard."""


@dataclass(frozen=True)
class Account:
    """The operating system's account that embedded services run as."""

    uid: int
    gid: int


def service_account(data: Path) -> Account | None:
    """Return the account of the services when this process is root, else None: PostgreSQL refuses root.

    It is the owner of `data` where that exists and is not root, so that a folder can pass from its
    owner to root; else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def spawn(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    log: Path | None = None,
    environ: Mapping[str, str] | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own. Output goes to the end of `log`, else to this process's."""
    output = None if log is None else open_log(log)
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            env=None if environ is None else dict(environ),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
            preexec_fn=end_with_parent(death_signal),
        )
    finally:
        if output is not None:
            os.close(output)


def open_log(path: Path) -> int:
    """Open a log for appending and return its descriptor; one that grew too large begins anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".old.log"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[int, float]]) -> None:
    """Send each signal of `steps` in turn and wait its seconds; SIGKILL to the whole group comes last."""
    for sign, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(sign)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    kill_group(process.pid)
    process.wait()


def command_line(pid: int) -> str:
    """Return the command line of a running process, or an empty text where there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        pass
    if sys.platform == "linux":
        return ""
    answer = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Ask `done` until it says yes or the time is over; return its last answer."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True


def tail(path: Path, lines: int = 4) -> str:
    """Return the last lines of a log, or an empty text."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""

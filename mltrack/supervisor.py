"""One process tree: starts parts, starts them again when they die, and ends all of them in time."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from mltrack.orphans import kill_group

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 5.0
Say = Callable[[str], None]


@dataclass
class Part:
    """A child of the tree. `stop_steps` are signals with the seconds that each is given."""

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    stop_steps: Sequence[tuple[int, float]]
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default_factory=time.monotonic)
    due: float = 0.0
    failures: int = 0

    def begin(self) -> None:
        """Start the process."""
        self.process, self.started, self.due = self.spawn(), time.monotonic(), 0.0

    def begin_when_due(self) -> None:
        """Start the process unless it runs or waits for its time."""
        if self.process is None and time.monotonic() >= self.due:
            self.begin()

    def ended(self) -> int | None:
        """Return the exit code of a process that has just ended, and forget it; None while it runs."""
        code = self.process.poll() if self.process else None
        if self.process and code is not None:
            kill_group(self.process.pid)
            self.process = None
        return code

    def postpone(self) -> float:
        """Plan the next start and return the pause: 0.5 s, doubled up to 30 s while it dies within 5 s of its start.

        What had been at work is wanted back at once; only what cannot begin is asked less and less often.
        """
        now = time.monotonic()
        self.failures = 0 if now - self.started > _STEADY_SECONDS else self.failures + 1
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** max(0, self.failures - 1))
        self.due = now + pause
        return pause


class Supervisor:
    """Watches parts until it is told to stop. Parts end together, except that later groups outlive earlier ones."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.groups: list[list[Part]] = []
        self._stop = False
        self._reader, self._writer = os.pipe()
        for descriptor in (self._reader, self._writer):
            os.set_blocking(descriptor, False)

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the word to stop, and wake up when a child ends."""
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._told)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def _told(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    @property
    def stopping(self) -> bool:
        """Say whether somebody asked for the end."""
        return self._stop

    def add(self, parts: Sequence[Part]) -> None:
        """Watch a group of parts, starting those that do not run and are due. Groups end in the reverse order."""
        self.groups.insert(0, list(parts))
        for part in parts:
            part.begin_when_due()

    def tend(self) -> None:
        """Notice who has ended, and start whoever is due."""
        for part in (part for group in self.groups for part in group):
            code = part.ended()
            if code is not None:
                self.say(f"{part.name} ended ({reason(code)}); it starts again in {part.postpone():g} s.")
            else:
                part.begin_when_due()

    def watch(self, seconds: float = float("inf"), until: Callable[[], bool] = lambda: False) -> None:
        """Tend the parts until told to stop, until the time is over, or until `until` says so."""
        end = time.monotonic() + seconds
        while not self._stop and time.monotonic() < end and not until():
            self.tend()
            select.select([self._reader], [], [], 0.2)
            drain(self._reader)

    def end(self) -> None:
        """End every part, group by group."""
        for group in self.groups:
            end_together(group)
        self.groups = []


def end_together(parts: Sequence[Part]) -> None:
    """Send each part its signals at its times, all at once; whatever is left is killed with its group."""
    living = {part.name: (part, part.process) for part in parts if part.process is not None}
    for step in range(max((len(part.stop_steps) for part in parts), default=0)):
        longest = 0.0
        for part, process in living.values():
            if step < len(part.stop_steps) and process.poll() is None:
                process.send_signal(part.stop_steps[step][0])
                longest = max(longest, part.stop_steps[step][1])
        until = time.monotonic() + longest
        while time.monotonic() < until and any(process.poll() is None for _, process in living.values()):
            time.sleep(0.02)
    for part, process in living.values():
        kill_group(process.pid)
        process.wait()
        part.process = None


def reason(code: int) -> str:
    """Return how a process ended, in words."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def drain(descriptor: int) -> None:
    """Read whatever signals wrote to wake the loop."""
    try:
        while os.read(descriptor, 512):
            pass
    except BlockingIOError:
        return

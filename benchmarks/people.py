"""Fifty people who read and pause: a closed loop, in which nobody asks again before being answered and thinking.

Everybody has a connection and a thread of their own and begins at a moment of their own. An error is a failure, and
is counted as one.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from statistics import quantiles

from benchmarks.caller import Caller

SEED = 7
WARM = 8


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many people who pause between `least` and `most` seconds after each answer, for so many seconds."""

    people: int
    least: float
    most: float
    seconds: float

    @property
    def words(self) -> str:
        """The loop in words."""
        return f"{self.people} people pausing {self.least:g}–{self.most:g} s for {self.seconds:g} s"


@dataclass
class Watched:
    """The seconds of each kind of page, and the failures."""

    times: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many pages were answered."""
        return sum(len(times) for times in self.times.values())


def p95(times: Sequence[float]) -> float:
    """Return the time that 19 of 20 stay under; the longest of fewer than two."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else max(times)


def watch(url: str, headers: Mapping[str, str], pages: Mapping[str, Sequence[str]], crowd: Crowd) -> Watched:
    """Let the crowd read the pages of each kind in turn, any of a kind; return what they saw.

    Every page is asked for a few times first: a server that has just begun reads its templates.
    """
    with Caller(url, headers) as caller, suppress(RuntimeError, OSError, HTTPException):
        for _ in range(WARM):
            for kind in pages.values():
                caller.get(kind[0])
    seen, lock = Watched({kind: [] for kind in pages}), threading.Lock()
    end = time.perf_counter() + crowd.seconds
    readers = [
        threading.Thread(target=_read, args=(url, headers, pages, crowd, end, random.Random(SEED + each), seen, lock))
        for each in range(crowd.people)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return seen


def _read(
    url: str,
    headers: Mapping[str, str],
    pages: Mapping[str, Sequence[str]],
    crowd: Crowd,
    end: float,
    dice: random.Random,
    seen: Watched,
    lock: threading.Lock,
) -> None:
    kinds = list(pages)
    turn = dice.randrange(len(kinds))
    time.sleep(dice.uniform(0, crowd.most))
    with Caller(url, headers) as caller:
        while time.perf_counter() < end:
            kind = kinds[turn % len(kinds)]
            turn += 1
            begun = time.perf_counter()
            try:
                caller.get(dice.choice(pages[kind]))
            except (RuntimeError, OSError, HTTPException) as error:
                with lock:
                    seen.failures.append(f"{kind}: {error}"[:300])
            else:
                with lock:
                    seen.times[kind].append(time.perf_counter() - begun)
            time.sleep(dice.uniform(crowd.least, crowd.most))

"""CI that posts all the time and never gives up: each post is repeated with its key until it is acknowledged."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.grounds import Grounds
from tests.chaos.names import KEYS
from tests.servers.client import Client, Reply

PASSING = frozenset([409, 503])
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Ledger:
    """What was acknowledged, how long it took, and every answer that no client should ever see."""

    runs: dict[tuple[str, str], float] = field(default_factory=dict)
    readings: dict[datetime, float] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    acknowledged: list[tuple[float, float]] = field(default_factory=list)
    """(when, how long in seconds) of each acknowledged post."""
    posters: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, word: str) -> None:
        with self.lock:
            self.answers[word] += 1

    def longest_silence(self, began: float, ended: float) -> float:
        """Return the longest time in seconds without any acknowledged post."""
        with self.lock:
            moments = sorted(moment for moment, _ in self.acknowledged if began <= moment <= ended)
        return max(late - early for early, late in zip([began, *moments], [*moments, ended]))


class Poster(threading.Thread):
    """One build job after another, of one initiative. Ends after the post that is under way."""

    def __init__(self, number: int, url: Callable[[], str], token: str, kpi: str, ledger: Ledger, seed: int) -> None:
        super().__init__(name=f"poster-{number}", daemon=True)
        self._number = number
        self._url, self._token = url, token
        self._kpi = kpi
        self._ledger = ledger
        self._chance = random.Random(f"{seed} {number}")
        self._made = 0
        self._read = 0
        self.done = threading.Event()
        self.pause = 0.05

    def run(self) -> None:
        """Post until told to be done."""
        while not self.done.is_set():
            self._made += 1
            if self._made % 4 == 0:
                self._post_readings()
            else:
                self._post_runs()
            time.sleep(self._chance.random() * 2 * self.pause)

    def finish(self, seconds: float) -> bool:
        """Wait until the last post is acknowledged; say whether it was."""
        self.done.set()
        self.join(seconds)
        return not self.is_alive()

    def _post_runs(self) -> None:
        key = KEYS[self._number % len(KEYS)]
        latest = self._chance.randrange(1, 12)
        names = {f"p{self._number}-{self._made * 8 - self._chance.randrange(24)}" for _ in range(latest)}
        values = {name: round(self._chance.random(), 9) for name in sorted(names)}
        runs = [{"external_id": name, "metrics": {"accuracy": value}} for name, value in values.items()]
        self._insist(f"/api/v1/initiatives/{key}/runs/batch/", {"runs": runs})
        with self._ledger.lock:
            self._ledger.runs.update({(key, name): value for name, value in values.items()})

    def _post_readings(self) -> None:
        found = {}
        for _ in range(self._chance.randrange(1, 20)):
            self._read += 1
            back = self._chance.randrange(min(self._read, 5))
            place = self._number * 100_000 + self._read - back
            found[_FIRST + timedelta(minutes=place)] = round(self._chance.random(), 9)
        body = {"times": [each.isoformat() for each in found], "values": list(found.values())}
        self._insist(f"/api/v1/kpis/{self._kpi}/readings/batch/", body)
        with self._ledger.lock:
            self._ledger.readings.update(found)

    def _insist(self, path: str, body: Any) -> None:
        """Repeat a post until it is acknowledged; note every answer that is neither that nor a word to come again."""
        key, began = f"{self._number}-{self._made}", time.monotonic()
        while True:
            try:
                reply = Client(self._url(), self._token, timeout=40.0).post(path, body, key)
            except (OSError, http.client.HTTPException) as error:
                self._ledger.count(type(error).__name__)
                time.sleep(0.2)
                continue
            self._ledger.count(str(reply.status))
            if 200 <= reply.status < 300:
                self._acknowledged(began)
                return
            self._judge(reply)
            time.sleep(0.2)

    def _acknowledged(self, began: float) -> None:
        now = time.monotonic()
        with self._ledger.lock:
            self._ledger.acknowledged.append((now, now - began))

    def _judge(self, reply: Reply) -> None:
        is_problem = reply.headers.get("Content-Type") == "application/problem+json"
        if reply.status not in PASSING or not is_problem or "Retry-After" not in reply.headers:
            with self._ledger.lock:
                self._ledger.wrong.append(f"{reply.status} {dict(reply.headers)} {reply.body[:500]!r}")


def begin_load(grounds: Grounds, ledger: Ledger, jobs: int, seed: int = 7) -> list[Poster]:
    """Start so many build jobs; finish each of them at the end."""
    world = grounds.world
    first, ledger.posters = ledger.posters, ledger.posters + jobs
    posters = [
        Poster(number, lambda: grounds.tree.url, world.token, world.kpi, ledger, seed)
        for number in range(first, first + jobs)
    ]
    for each in posters:
        each.start()
    return posters

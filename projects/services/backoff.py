"""How long to wait before the next pull. Pure; times in seconds."""

from __future__ import annotations

from typing import Final

BASE: Final = 5.0
CAP: Final = 3_600.0
BREAKER_FAILURES: Final = 5
BREAKER_CAP: Final = 900.0
MOST_ATTEMPTS: Final = 5
PAUSE_AFTER: Final = 3
HURRY: Final = 5.0
"""How long a host in good standing may take for an answer, before it is asked again as one that is slow."""
SLOW_AT_ONCE: Final = 4
"""How many pulls of connections that failed last run at once: half of a worker's processes, the rest stay free."""


def after_failure(failures: int, retry_after: float | None, chance: float) -> float:
    """Return the wait after the given number of failures in a row (1 is the first).

    Doubling from ten seconds to an hour, spread by half up and down (`chance` is uniform in 0–1), and never
    sooner than the server asked.
    """
    wait: float = min(CAP, BASE * 2.0 ** min(failures, 20)) * (0.5 + chance)
    return max(retry_after or 0.0, wait)


def after_success(interval: float, chance: float) -> float:
    """Return the interval, spread by a tenth up and down, so that connections do not pull in step."""
    return interval * (0.9 + 0.2 * chance)


def breaker_open(failures: int) -> float:
    """Return how long nothing is asked of a host that failed so often in a row; 0 below five."""
    if failures < BREAKER_FAILURES:
        return 0.0
    wait: float = min(BREAKER_CAP, 60.0 * 2.0 ** min(failures - BREAKER_FAILURES, 10))
    return wait


def must_pause(failures: int, permanent: bool) -> bool:
    """Say whether to stop asking: a failure that somebody must mend has come three times in a row."""
    return permanent and failures >= PAUSE_AFTER

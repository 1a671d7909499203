"""`make chaos SEED=7 MINUTES=10`: strike the whole product at random, drain, compare. Exit code 1 on any difference.

The order of the faults follows from the seed; what they meet does not, so that a second run of a seed may differ.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.faults import FAULTS, heal
from tests.chaos.grounds import Grounds
from tests.chaos.load import Ledger, begin_load
from tests.chaos.truth import differences, drain

POSTERS = 4
LONGEST_PAUSE = 6.0


def asked(environ: Mapping[str, str]) -> tuple[int, float]:
    """Return seed and minutes: `SEED`, by default a new one, and `MINUTES`, by default 10. Exits for other words."""
    try:
        return int(environ.get("SEED") or time.time_ns() % 100_000), float(environ.get("MINUTES") or 10)
    except ValueError:
        raise SystemExit("chaos: SEED is a whole number, MINUTES a number.") from None


def say(text: str) -> None:
    """Print a line with the time."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def strike(grounds: Grounds, chance: random.Random, seconds: float) -> None:
    """Strike for so long, one fault after the other with a pause between them."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        fault = chance.choice(FAULTS)
        say(f"{fault.__name__}: {fault(grounds, chance)}")
        time.sleep(chance.random() * LONGEST_PAUSE)


def play(grounds: Grounds, seed: int, minutes: float) -> list[str]:
    """Load, strike, drain; return what is wrong afterwards."""
    ledger = Ledger()
    posters = begin_load(grounds, ledger, POSTERS, seed)
    strike(grounds, random.Random(seed), minutes * 60)
    for mlflow in grounds.mlflows:
        mlflow.before.clear()
    heal(grounds)
    say("no more faults; draining")
    found = [] if grounds.is_back(90) else ["the product did not come back"]
    found += [f"{each.name} was never acknowledged" for each in posters if not each.finish(120)]
    found += drain(grounds) + differences(grounds, ledger)
    say(f"answers to posts: {dict(sorted(ledger.answers.items()))}")
    say(f"compared: {len(ledger.runs)} pushed runs, {len(ledger.readings)} readings, "
        f"{sum(len(each.runs) for each in grounds.mlflows)} runs of servers")  # fmt: skip
    return found


def main() -> int:
    """Run; return the exit code."""
    seed, minutes = asked(os.environ)
    say(f"SEED={seed} MINUTES={minutes:g}")
    with Grounds() as grounds:
        found = play(grounds, seed, minutes)
        if found:
            kept = Path(tempfile.mkdtemp(prefix="mltrack-chaos-"))
            grounds.keep_logs(kept)
            say(f"logs are in {kept}")
    for each in found:
        say(f"DIFFERENCE: {each}")
    say(f"SEED={seed}: " + (f"{len(found)} differences" if found else "exactly the truth"))
    return 1 if found else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(main())

"""When a number of pieces is done, if the coming periods are like the past ones: by exact convolution, without a seed.

Each coming period brings what one of the past periods of its kind brought, each as likely as any other and whatever the
others bring. Kinds are weekdays, or there is one kind, such as weeks. So the distribution of the sum is the convolution
of theirs. What the past does not hold, such as holidays to come, the forecast does not know.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Outputs = Sequence[int]
Floats = NDArray[np.float64]

HORIZON = 1_500
"""How many periods a forecast looks ahead; what takes longer has no credible date."""
SURE = 1 - 1e-12
MOST_PIECES = 5_000_000
NOTHING = 1e-25
"""Chances below this at either end are left out: all of them together are less than 1e-15."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The chance that all is done after each period: `done[0]` is that of the first one, and it never falls.

    `already` says that nothing was left to do. What is not reached within the horizon has no quantile.
    """

    done: tuple[float, ...] = ()
    already: bool = False

    def after(self, periods: int) -> float:
        """Return the chance that so many periods are enough, from 0 periods on."""
        if self.already:
            return 1.0
        return self.done[min(periods, len(self.done)) - 1] if periods > 0 and self.done else 0.0

    def quantile(self, chance: float) -> int | None:
        """Return the fewest periods that are enough with this chance (0 to 1), None beyond the horizon."""
        if self.already:
            return 0
        return next((place + 1 for place, done in enumerate(self.done) if done >= chance), None)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What periods have brought together: `chances[i]` is that of `low` + i pieces, `reached` that of enough."""

    low: int
    chances: Floats
    reached: float = 0.0


def finish(pieces: int, kinds: Sequence[Outputs], first: int = 0, horizon: int = HORIZON) -> Finish:
    """Return when so many pieces are done; period i brings what one of `kinds[(first + i) % len(kinds)]` brought.

    Without any output in the past nothing is ever done, and a kind that never came brings nothing. Raises ValueError
    for negative outputs, and for more than five million pieces: count these in larger units.
    """
    if pieces <= 0:
        return Finish(already=True)
    return finish_when(np.append(np.zeros(pieces), 1.0), kinds, first, horizon)


def finish_when(enough: Floats, kinds: Sequence[Outputs], first: int = 0, horizon: int = HORIZON) -> Finish:
    """Return when all is done, where `enough[s]` is the chance that s pieces suffice; the last is taken as certain."""
    _check(len(enough) - 1, [each for outputs in kinds for each in outputs])
    if not any(each for outputs in kinds for each in outputs):
        return Finish()
    chances = (
        sums.reached + float((sums.chances * enough[sums.low : sums.low + len(sums.chances)]).sum())
        for sums in _walk(len(enough) - 1, 0, kinds, first, horizon)
    )
    return _rising(chances)


def finish_growing(
    pieces: int, kinds: Sequence[Sequence[tuple[int, int]]], first: int = 0, horizon: int = HORIZON
) -> Finish:
    """Return when so many pieces are done if more are added as in the past: each period is an (output, added) of one.

    Finished is finished: what is added later is another piece of work. Where four times the pieces are waiting, the
    end counts as never. Raises ValueError as `finish` does.
    """
    _check(pieces, [output for periods in kinds for output, _ in periods])
    if pieces <= 0:
        return Finish(already=True)
    if not any(output for periods in kinds for output, _ in periods):
        return Finish()
    nets = [[output - added for output, added in periods] for periods in kinds]
    return _rising(sums.reached for sums in _walk(pieces, -3 * pieces, nets, first, horizon))


def sums_after(periods: int, most: int, kinds: Sequence[Outputs], first: int = 0) -> Floats:
    """Return the distribution of what so many periods bring: `[s]` for s pieces, all from `most` on in the last."""
    start = Sums(0, np.ones(min(1, most)), float(most == 0))
    last = deque(chain([start], _walk(most, 0, kinds, first, periods)), maxlen=1)[0]
    found = np.zeros(most + 1)
    found[last.low : last.low + len(last.chances)] = last.chances
    found[most] = last.reached
    return found


def _check(pieces: int, outputs: Sequence[int]) -> None:
    if pieces > MOST_PIECES or any(each < 0 for each in outputs):
        raise ValueError(f"Output is not negative, and at most {MOST_PIECES:,} pieces are forecast.")


def _rising(chances: Iterable[float]) -> Finish:
    """Put the chances of being done together, up to where it is next to certain."""
    done: list[float] = []
    for chance in chances:
        done.append(max(min(1.0, chance), done[-1] if done else 0.0))
        if done[-1] >= SURE:
            done[-1] = 1.0
            break
    return Finish(tuple(done))


def _walk(most: int, floor: int, kinds: Sequence[Outputs], first: int, periods: int) -> Iterator[Sums]:
    """Yield the sum after each period. It stays at `most` once it is there; what falls below `floor` is lost."""
    shares = [{output: n / len(outputs) for output, n in Counter(outputs).items()} or {0: 1.0} for outputs in kinds]
    sums = Sums(0, np.ones(min(1, most)), float(most == 0))
    for period in range(periods):
        sums = _step(sums, shares[(first + period) % len(shares)], most, floor)
        yield sums


def _step(sums: Sums, shares: dict[int, float], most: int, floor: int) -> Sums:
    """Convolve with the chances of one period's outputs; only sums that can occur are kept."""
    least, size = min(shares), len(sums.chances)
    after = np.zeros(size + max(shares) - least)
    for output, share in shares.items():
        after[output - least : output - least + size] += share * sums.chances
    low = sums.low + least
    start, end = max(0, floor - low), max(0, most - low)
    reached, kept = sums.reached + float(after[end:].sum()), after[start:end]
    likely = np.flatnonzero(kept > NOTHING)
    first, last = (int(likely[0]), int(likely[-1]) + 1) if likely.size else (0, 0)
    return Sums(low + start + first, kept[first:last], reached)

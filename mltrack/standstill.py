"""What stands still though it should work: the failure that makes no noise. See docs/operations.md."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from mltrack import heartbeats
from mltrack.heartbeats import BEAT, BROKER, PARTS

STALE_SECONDS: Final = 60.0
KEEP_SECONDS: Final = 5.0
GRACE_SECONDS: Final = 30.0
_STARTED: Final = time.monotonic()
_FED_BY: Final[Mapping[str, str]] = {BROKER: BEAT, **{part: BROKER for part in PARTS if part.startswith("queue:")}}


@dataclass(frozen=True, slots=True)
class Standstill:
    """A part that gives no sign of life: one of `heartbeats.PARTS`, its last sign and the seconds since, if any."""

    part: str
    since: datetime | None
    seconds: float | None


def still(ages: Mapping[str, float]) -> list[str]:
    """Return the parts that stand still, given the seconds since each one's last sign.

    Each is measured against what feeds it: a queue stands still when the broker took messages for a minute after
    the queue's last sign, the broker when the scheduler lived on for a minute without it. So a cause is named alone,
    and what merely waits for it is not.
    """
    return [part for part in PARTS if ages.get(part, inf) - _feed_age(ages, part) > STALE_SECONDS]


def _feed_age(ages: Mapping[str, float], part: str) -> float:
    """Return the age of what feeds a part; 0 for the first, and what can excuse a part that never gave a sign."""
    feed = _FED_BY.get(part)
    return 0.0 if feed is None else ages.get(feed, inf)


def find() -> list[Standstill]:
    """Return what stands still now, by one query. Raises the database's errors."""
    with connection.cursor() as cursor:
        signs = {part: (at, age) for part, at, age in heartbeats.read(cursor, settings.MLTRACK_LEASE_SECONDS)}
    names = still({part: age for part, (_, age) in signs.items()})
    return [Standstill(name, *signs.get(name, (None, None))) for name in names]


def record(part: str) -> None:
    """Note that a part is alive now."""
    with connection.cursor() as cursor:
        heartbeats.record(cursor, part)


@dataclass
class Memo:
    """What this process last found, for a few seconds, so that pages need not ask each time."""

    found: Sequence[Standstill] = ()
    until: float = field(default=0.0)


MEMO: Final = Memo()


def for_pages() -> Sequence[Standstill]:
    """Return what stands still, at most five seconds old. A process that has just begun gives the others time."""
    now = time.monotonic()
    if now >= MEMO.until:
        MEMO.found, MEMO.until = (find_or_nothing() if now - _STARTED > GRACE_SECONDS else ()), now + KEEP_SECONDS
    return MEMO.found


def find_or_nothing() -> Sequence[Standstill]:
    """Return what stands still; nothing where the database cannot say, which the page itself will tell."""
    try:
        return find()
    except (DatabaseError, InterfaceError):
        return ()

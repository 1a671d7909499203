"""Requests counted per minute: by token, and failed sign-ins by address. One upsert each, shared by all processes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from mltrack.accounts.models import ApiToken
from mltrack.accounts.services.throttle import count_request

FAILURES_PER_MINUTE: Final = 60
CODES_PER_MINUTE: Final = 10
NUDGES_PER_MINUTE: Final = 60
CALENDARS_PER_MINUTE: Final = 30
SHARES_PER_MINUTE: Final = 240
MISSED_SHARES_PER_MINUTE: Final = 20


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a caller stands in this minute; `reset` is in whole seconds, 1 to 60."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that tell the caller."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.reset),
        }


class TokenThrottle(BaseThrottle):
    """Allows `MLTRACK_THROTTLE_PER_MINUTE` requests of one token in a clock minute; 429 beyond."""

    rate: Rate | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request and leave its `Rate` on `request.rate`."""
        if not isinstance(request.auth, ApiToken):
            return True
        self.rate = _counted(f"token:{request.auth.public_id}", settings.MLTRACK_THROTTLE_PER_MINUTE)
        request.rate = self.rate  # type: ignore[attr-defined]
        return self.rate.used <= self.rate.limit

    def wait(self) -> float | None:
        """Return the seconds until the next minute."""
        return None if self.rate is None else float(self.rate.reset)


def count_failure(request: Request) -> Rate:
    """Count one failed authentication of the caller's address. Raises Throttled (429) beyond 60 in a minute.

    The address is the peer's; `X-Forwarded-For` counts only as far as `MLTRACK_PROXIES` says.
    """
    rate = _counted(f"address:{BaseThrottle().get_ident(request)}"[:120], FAILURES_PER_MINUTE)
    request.rate = rate  # type: ignore[attr-defined]
    if rate.used > rate.limit:
        raise Throttled(wait=rate.reset)
    return rate


def may_try_code(request: HttpRequest) -> bool:
    """Count one first-run code from the caller's address; say whether it may be looked at: ten in a minute are."""
    rate = _counted(f"first-run:{BaseThrottle().get_ident(request)}"[:120], CODES_PER_MINUTE)  # type: ignore[arg-type]
    return rate.used <= rate.limit


def may_nudge(connection_id: int) -> Rate:
    """Count one nudge of a connection, and return where it stands: sixty in a minute are enough."""
    return _counted(f"nudge:{connection_id}", NUDGES_PER_MINUTE)


def may_read_calendar(public_id: str) -> Rate:
    """Count one reading of a link for calendars, and return where it stands: thirty in a minute are enough."""
    return _counted(f"calendar:{public_id}", CALENDARS_PER_MINUTE)


def may_open_share(public_id: str) -> Rate:
    """Count one opening of a share link, or of a chart or file behind it, and return where it stands."""
    return _counted(f"share:{public_id}", SHARES_PER_MINUTE)


def count_missed_share(request: HttpRequest) -> Rate:
    """Count one share link that does not work from the caller's address, and return where it stands."""
    ident = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    return _counted(f"missed-share:{ident}"[:120], MISSED_SHARES_PER_MINUTE)


def _counted(key: str, limit: int) -> Rate:
    used, left = count_request(key)
    return Rate(limit, used, max(1, math.ceil(left)))

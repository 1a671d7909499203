"""Redis for Celery, read with care: an entry of a list that is no message is put aside and ends no worker.

Celery looks at messages (see `mltrack.messages`); kombu has opened their envelope before that, and believes it.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from types import NoneType
from typing import Any, Final

from kombu.transport import TRANSPORT_ALIASES, redis

_UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_ORDERS: Final = ".pidbox"
logger = logging.getLogger(__name__)


def is_envelope(entry: Any) -> bool:
    """Say whether an entry has what kombu takes from it: where it came from, its number, and how it is written."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("properties"), Mapping):
        return False
    properties = entry["properties"]
    place = properties.get("delivery_info")
    kinds = (entry.get("content-type"), entry.get("content-encoding"))
    return (
        _opens(entry.get("body"), properties.get("body_encoding"))
        and all(isinstance(each, str | NoneType) for each in kinds)
        and isinstance(place, Mapping)
        and {"exchange", "routing_key"} <= place.keys()
        and _is_number(properties.get("delivery_tag"))
        and isinstance(entry.get("headers"), Mapping | NoneType)
    )


def names_a_task(entry: Mapping[str, Any]) -> bool:
    """Say whether an envelope is addressed to a task, as all of ours are."""
    return isinstance((entry.get("headers") or {}).get("task"), str)


def _opens(body: Any, encoding: Any) -> bool:
    """Say whether a body can be taken out: bytes in base64, as all of ours, or plain text."""
    if not isinstance(body, str) or encoding not in (None, "base64"):
        return False
    try:
        base64.b64decode(body) if encoding else body.encode()
    except ValueError:
        return False
    return True


def _is_number(tag: Any) -> bool:
    return isinstance(tag, str) and tag.isascii() and tag.isprintable() and tag != ""


class Channel(redis.Channel):
    """A channel that goes on after an entry that it cannot read."""

    def _brpop_read(self, **options: Any) -> Any:
        return self._with_care(super()._brpop_read, **options)  # type: ignore[misc]

    def _receive(self) -> Any:
        return self._with_care(super()._receive)  # type: ignore[misc]

    def _with_care(self, read: Any, **options: Any) -> Any:
        """Read, and forget what is no JSON; a fault in what was handed on is no fault of the entry."""
        transport: Any = self.connection
        transport.handed_on = False
        try:
            return read(**options)
        except _UNREADABLE as error:
            if transport.handed_on:
                raise
            logger.warning("An entry of the broker that cannot be read was put aside: %s", type(error).__name__)
            return False


class Transport(redis.Transport):
    """Celery's way to Redis, for whole messages alone."""

    Channel = Channel
    handed_on = False

    def _deliver(self, message: Any, queue: str | None) -> None:
        """Hand an entry on to whoever reads the queue; orders to workers name no task."""
        if not is_envelope(message) or not (str(queue).endswith(_ORDERS) or names_a_task(message)):
            logger.warning("An entry of the queue %s that is no message was put aside.", queue)
            return
        self.handed_on = True
        super()._deliver(message, queue)


def read_with_care() -> None:
    """Let every connection to Redis of this process be one of these."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"

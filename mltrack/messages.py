"""Messages of the broker that are no calls of ours: put aside, instead of ending the worker that reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Final

from celery import Task
from celery.exceptions import InvalidTaskError
from celery.worker.strategy import default

FOLLOW_UPS: Final = ("callbacks", "errbacks", "chain", "chord")
_MALFORMED: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class CheckedTask(Task):  # type: ignore[type-arg]
    """A task whose messages are looked at before they are believed."""

    Strategy = "mltrack.messages:strategy"


def is_call(payload: Any) -> bool:
    """Say whether a message's content is `[args, kwargs, embed]` and calls nothing else afterwards."""
    if not isinstance(payload, list | tuple) or len(payload) != 3:
        return False
    args, kwargs, embed = payload
    fits = isinstance(args, list | tuple) and isinstance(kwargs, Mapping) and isinstance(embed, Mapping | NoneType)
    return fits and not any((embed or {}).get(name) for name in FOLLOW_UPS)


def is_sound(headers: Any) -> bool:
    """Say whether the headers that Celery calculates with are of their kinds."""
    if not isinstance(headers, Mapping) or not isinstance(headers.get("id"), str):
        return False
    limits = headers.get("timelimit") or (None, None)
    numbers = isinstance(limits, list | tuple) and all(isinstance(each, int | float | NoneType) for each in limits)
    return numbers and len(limits) == 2 and isinstance(headers.get("retries", 0), int | NoneType)


def settle_or_connect_anew(message: Any, consumer: Any) -> None:
    """Let the worker connect again when the broker is away at the moment at which this message is settled.

    Celery merely logs that. The message then counts as being worked on for ever, and a worker that takes no more than
    it works on never asks the broker again, so that it does not even notice that its connections have died.
    """

    def surely(settle: Callable[..., Any]) -> Callable[..., Any]:
        def settled(*details: Any, **named: Any) -> Any:
            try:
                return settle(*details, **named)
            except consumer.connection_errors:
                consumer.call_soon(break_off)
                raise

        return settled

    message.ack, message.reject = surely(message.ack), surely(message.reject)


def break_off() -> None:
    """Raise ConnectionError: in the worker's loop it ends the connections and begins them anew."""
    raise ConnectionError("The broker was away when a message was to be settled.")


def strategy(task: Any, app: Any, consumer: Any, **options: Any) -> Callable[..., Any]:
    """Return Celery's handler of this task's messages; what is no call is acknowledged, logged and forgotten.

    Without it a message of another form ends the worker, comes back, and ends the next one.
    """
    handle = default(task, app, consumer, **options)

    def handle_call(message: Any, *details: Any, **named: Any) -> Any:
        if not (is_sound(message.headers) and is_call(message.payload)):
            raise InvalidTaskError("This message is no call of a task.")
        settle_or_connect_anew(message, consumer)
        try:
            return handle(message, *details, **named)
        except _MALFORMED as error:
            raise InvalidTaskError(f"This message cannot be read: {error!r}") from error

    return handle_call

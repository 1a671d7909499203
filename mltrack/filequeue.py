"""Celery's queues as files, for a machine without Redis: each file is there whole or not at all.

kombu writes messages and bindings in place. Whoever reads at that moment finds half of one and ends; half of a binding,
left by a process that was killed, ends every process that looks at it from then on.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any, Final

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.transport.filesystem import exchange_queue_t
from kombu.utils.json import dumps, loads

SETTLE_SECONDS: Final = 0.05
"""How long a worker that may take nothing more waits, before it looks at what was done meanwhile."""
logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """A channel whose files appear, are taken and are replaced in one step each.

    A name that begins with a dot is being written or has been taken; nobody counts it.
    """

    def get_table(self, exchange: str) -> list[Any]:
        """Return the bindings of an exchange; none where they cannot be read: each process declares its own anew."""
        try:
            return list(super().get_table(exchange))
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        entry = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if entry not in table:
                self._write(self._bindings(exchange), [entry, *table])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **options: Any) -> None:
        virtual.Channel._delete(self, queue, exchange, routing_key, pattern, *args, **options)
        entry = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if entry in table:
                self._write(self._bindings(exchange), [each for each in table if each != entry])

    def _bindings(self, exchange: str) -> Path:
        path: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]
        return path

    def _put(self, queue: str, payload: Any, **options: Any) -> None:  # type: ignore[override]
        self._write(Path(self.data_folder_out) / f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg", payload)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Return the oldest message, which nobody else can take then. Raises Empty."""
        for path in self._waiting(queue):
            taken = path.with_name(f".{path.name}")
            try:
                path.rename(taken)
                content = taken.read_bytes()
                taken.unlink()
            except FileNotFoundError:
                continue
            try:
                return loads(content)
            except ValueError:
                logger.warning("A file of the queue %s that is no message was put aside.", queue)
        raise Empty

    def _purge(self, queue: str) -> int:
        waiting = self._waiting(queue)
        for path in waiting:
            path.unlink(missing_ok=True)
        return len(waiting)

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _waiting(self, queue: str) -> Sequence[Path]:
        """Return the files of the messages that wait in a queue, the oldest first."""
        folder = Path(self.data_folder_in)
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        return [folder / name for name in names if name.partition(".")[2] == f"{queue}.msg"]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process change bindings during the block."""
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with (self.control_folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)

    def _write(self, path: Path, content: Any) -> None:
        """Let a file appear whole. Raises ChannelError, which Celery's callers see as the broker being away."""
        fresh = path.with_name(f".{path.name}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(dumps(content))
            fresh.rename(path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise ChannelError(f"{path.parent} takes no file: {error.strerror}") from error


class Transport(filesystem.Transport):
    """Celery's way to the files."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Deliver one message. Raises TimeoutError after `timeout` seconds, and soon where no more may be taken.

        Celery settles what was done between two calls of this one: a worker that is full and waited here for the whole
        two seconds that it gives would take one message per process and two seconds.
        """
        full = any(each._consumers and not each.qos.can_consume() for each in self.channels or ())
        super().drain_events(connection, timeout=SETTLE_SECONDS if full else timeout, **options)


def write_whole() -> None:
    """Let every connection to queues of files of this process be one of these."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"

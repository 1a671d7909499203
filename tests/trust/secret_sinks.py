"""Where a secret must never turn up, as texts to search, and the search itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
import redis


@dataclass(frozen=True)
class Sink:
    """A named text. Secrets of the kinds in `shows` are there on purpose."""

    name: str
    text: str
    shows: Collection[str] = field(default=())


def spellings(secret: str) -> set[str]:
    """Return a secret in the ways in which it may be written."""
    plain = secret.encode()
    # Within other bytes (`user:secret`) the base64 of a text has three forms; its ends depend on what is beside it.
    inner = {base64.b64encode(b"\0" * shift + plain).decode()[4 if shift else 0 : -4] for shift in range(3)}
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], plain.hex(), *inner}


def leaks(sinks: Iterable[Sink], canaries: Mapping[str, Collection[str]]) -> list[str]:
    """Return `kind in sink` for each secret that is somewhere in the clear."""
    return [
        f"{kind} in {sink.name}"
        for sink in sinks
        for kind, secrets in canaries.items()
        if kind not in sink.shows and any(way in sink.text for secret in secrets for way in spellings(secret))
    ]


def tables(url: str) -> Iterator[Sink]:
    """Yield every table of a database as COPY writes it out."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            for (table,) in cursor.fetchall():
                rows = Rows()
                cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
                yield Sink(f"table {table}", "".join(rows), shows=("session",) if table == "django_session" else ())
    finally:
        connection.close()


class Rows(list[str]):
    """Takes what COPY writes."""

    def write(self, part: str | bytes) -> None:
        """Keep a part."""
        self.append(part if isinstance(part, str) else part.decode())


def broker(url: str) -> Iterator[Sink]:
    """Yield every key of a Redis with what it holds."""
    path = url.removeprefix("redis+socket://")
    client = redis.Redis(unix_socket_path=path) if path != url else redis.Redis.from_url(url)
    readers: Mapping[str, Any] = {
        "string": client.get,
        "list": lambda key: client.lrange(key, 0, -1),
        "set": client.smembers,
        "hash": client.hgetall,
        "zset": lambda key: client.zrange(key, 0, -1),
    }
    for key in client.scan_iter():
        kind = client.type(key)
        assert isinstance(kind, bytes)
        if kind == b"none":  # Taken by a worker since it was listed.
            continue
        yield Sink(f"redis {key!r}", f"{key!r} {readers[kind.decode()](key)!r}" + opened(readers[kind.decode()](key)))
    client.close()


def opened(held: Any) -> str:
    """Return the bodies of the messages in a list of the broker: they are written in base64."""
    found = ""
    for each in held if isinstance(held, list) else []:
        try:
            found += base64.b64decode(json.loads(each)["body"]).decode()
        except (ValueError, KeyError, TypeError):
            continue
    return found


def files(folder: Path, kind: str) -> Iterator[Sink]:
    """Yield the files below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield Sink(f"{kind} {path.name}", path.read_text(errors="replace"))

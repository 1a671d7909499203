"""PySpark in a virtual environment of its own, kept between test runs. It needs Java 17 or newer on the PATH."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

VERSION = "4.3.0"


def environment() -> Path:
    """Return the folder of PySpark's virtual environment; install it where it is missing."""
    cache = Path(os.environ.get("MLTRACK_TEST_CACHE") or Path.home() / ".cache" / "mltrack")
    folder, done = cache / f"spark-{VERSION}", cache / f"spark-{VERSION}" / "installed"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"spark-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            subprocess.run([str(folder / "bin" / "pip"), "install", "-q", f"pyspark=={VERSION}"], check=True)
            done.touch()
    return folder

"""A real Prometheus from Debian's archive, with a history that is written before it starts."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import end, free_port, spawn, wait_for

VERSION = "2.42.0"


def environment() -> Path:
    """Return the folder of the two programs; unpack Debian's package where they are missing."""
    cache = Path(os.environ.get("MLTRACK_TEST_CACHE") or Path.home() / ".cache" / "mltrack")
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"prometheus-{VERSION}"
    with (cache / f"prometheus-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "usr" / "bin" / "prometheus").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            subprocess.run(["apt-get", "download", "-q", "prometheus"], cwd=folder, check=True, capture_output=True)
            (package,) = folder.glob("prometheus_*.deb")
            subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
            package.unlink()
    return folder / "usr" / "bin"


@contextmanager
def serve(home: Path, metrics: Sequence[tuple[str, float, str]]) -> Iterator[str]:
    """Serve these samples, (name with labels, seconds since 1970, value), and yield the address."""
    programs, port = environment(), free_port()
    lines = sorted({f"# TYPE {name.split('{')[0]} gauge" for name, _, _ in metrics})
    lines += [f"{name} {value} {second:.0f}" for name, second, value in metrics]
    history, data = home / "history.txt", home / "data"
    history.write_text("\n".join([*lines, "# EOF", ""]))
    blocks = [str(programs / "promtool"), "tsdb", "create-blocks-from", "openmetrics", str(history), str(data)]
    subprocess.run(blocks, check=True, capture_output=True)
    settings, log = home / "prometheus.yml", home / "prometheus.log"
    settings.write_text("scrape_configs: []\n")
    command = [
        str(programs / "prometheus"),
        f"--config.file={settings}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    process = spawn(command, log, {})
    try:
        wait_for(f"http://127.0.0.1:{port}/-/ready", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)

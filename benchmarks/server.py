"""The product served as in production, on a free port of the loopback address."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mltrack import env, roles
from tests.servers.processes import end, free_port, spawn, wait_for


@contextmanager
def serve(workers: int = 1) -> Iterator[str]:
    """Give the address of a gunicorn with so many workers until the end of the block."""
    address = f"127.0.0.1:{free_port()}"
    log = env.home() / "served.log"
    path = os.pathsep.join([str(env.BASE_DIR), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    process = spawn([sys.executable, *roles.web(address, workers)], log, {"PYTHONPATH": path})
    try:
        wait_for(f"http://{address}/hello/", process, log)
        yield f"http://{address}"
    finally:
        end(process)

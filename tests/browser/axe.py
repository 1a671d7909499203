"""axe-core in a page: its findings as sentences."""

from __future__ import annotations

import subprocess
import tarfile
from functools import lru_cache
from pathlib import Path

from playwright.sync_api import Page

VERSION = "4.14.1"
CACHE = Path.home() / ".cache" / "mltrack" / f"axe-core-{VERSION}"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """
tags => Promise.race([
  axe.run(document, {runOnly: {type: "tag", values: tags}}),
  new Promise((_, fail) => setTimeout(() => fail(new Error("axe took longer than two minutes")), 120000)),
])
"""


@lru_cache(maxsize=1)
def source() -> str:
    """Return axe's script; fetched by npm once and kept in the cache folder."""
    script = CACHE / "axe.min.js"
    if not script.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", f"axe-core@{VERSION}", "--silent"], cwd=CACHE, check=True, stdout=subprocess.PIPE
        )
        with tarfile.open(CACHE / f"axe-core-{VERSION}.tgz") as tar:
            handle = tar.extractfile("package/axe.min.js")
            script.write_bytes(handle.read() if handle else b"")
    return script.read_text()


def violations(page: Page) -> list[str]:
    """Return one sentence per violated rule and element; empty where all is well."""
    page.evaluate(source())
    found = page.evaluate(RUN, list(RULES))
    return [
        f"{rule['id']}: {rule['help']} at {node['target'][0]}: {node.get('failureSummary', '')[:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]

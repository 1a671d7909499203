"""`python -m tests.servers.fetch`: fetch what the tests run against, each into its cache, where it is missing.

Tests fetch whatever they need by themselves; here it is done while the linters look, which take one processor.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from subprocess import CalledProcessError
from typing import Final

from tests.browser import axe, program
from tests.servers import label_studio, mlflow, prometheus, roundup

PARTS: Final[tuple[Callable[[], object], ...]] = (
    program.ensure,
    axe.source,
    mlflow.environment,
    label_studio.environment,
    roundup.environment,
    prometheus.environment,
    lambda: mlflow.environment(mlflow.VERSION_2),
)


def fetch(parts: tuple[Callable[[], object], ...] = PARTS) -> int:
    """Fetch each part and return how many failed: the tests that need one of those say why."""
    failed = 0
    for part in parts:
        try:
            part()
        except (OSError, CalledProcessError) as error:
            print(f"not fetched: {error}", file=sys.stderr)
            failed += 1
    return failed


if __name__ == "__main__":
    sys.exit(fetch())

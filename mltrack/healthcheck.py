"""`python -m mltrack.healthcheck`: exit 0 when the web process of this machine answers `/healthz`, else 1."""

from __future__ import annotations

import os
import sys

from mltrack.listening import answers

PATH = "/healthz"


def healthy() -> bool:
    """Ask once."""
    return answers(f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}{PATH}")


if __name__ == "__main__":
    sys.exit(0 if healthy() else 1)

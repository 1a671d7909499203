"""`python -m mltrack.healthcheck`: exit 0 when the web process of this machine answers `/healthz`, else 1."""

from __future__ import annotations

import os
import sys
import urllib.request


def host() -> str:
    """Return a host that the web process accepts: the first plain one of `MLTRACK_ALLOWED_HOSTS`."""
    given = (os.environ.get("MLTRACK_ALLOWED_HOSTS") or "").split(",")
    plain = [name.strip() for name in given if name.strip() and not name.strip().startswith((".", "*"))]
    return plain[0] if plain else "127.0.0.1"


def healthy() -> bool:
    """Ask once, for five seconds."""
    url = f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}/healthz"
    request = urllib.request.Request(url, headers={"Host": host()})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if healthy() else 1)

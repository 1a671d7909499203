"""Links to files: what a person copies from the browser, as what is asked of the server. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from projects.connectors.base import ConnectorError

LONGEST: Final = 2_000
_SHEET: Final = re.compile(
    r"^(?P<sheet>/spreadsheets/d/[A-Za-z0-9_-]{10,200})(?:/(?:edit|export|view|htmlview|gviz/tq).*)?/?$"
)


def place_of(link: str, base_url: str) -> tuple[str, dict[str, str]]:
    """Return the path below the base address and the parameters of a link, whole or a part after the base.

    A sheet of Google is asked for in the way that answers without a redirect. Raises ConnectorError `bad_query` for a
    link that leads elsewhere.
    """
    if not link.isprintable() or len(link) > LONGEST:
        raise _bad(f"A link is at most {LONGEST:,} printable characters.")
    try:
        parts, base = urlsplit(link), urlsplit(base_url)
        elsewhere = bool(parts.scheme or parts.netloc) and _origin(link) != _origin(base_url)
    except ValueError as error:
        raise _bad("The link cannot be read.") from error
    if elsewhere:
        raise _bad(f"The link leads away from {base_url}: connect its server too.")
    if parts.username is not None or any(each in ("..", ".") for each in parts.path.split("/")):
        raise _bad("The link may hold no user and no steps upwards.")
    params = dict(parse_qsl(parts.query, keep_blank_values=True))
    path, root = parts.path, base.path.rstrip("/")
    if parts.netloc:
        if not f"{path}/".startswith(f"{root}/"):
            raise _bad(f"The link does not lie below {base_url}.")
        path = path[len(root) :]
    sheet = _SHEET.match(root + "/" + path.lstrip("/")) if base.hostname == "docs.google.com" else None
    if sheet is not None:
        return _sheet(sheet["sheet"][len(root) :], params, parts.fragment)
    return path, params


def _sheet(path: str, params: dict[str, str], fragment: str) -> tuple[str, dict[str, str]]:
    tab = params.get("gid") or dict(parse_qsl(fragment)).get("gid", "")
    return f"{path}/gviz/tq", {"tqx": "out:csv", **({"gid": tab} if tab else {})}


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _bad(text: str) -> ConnectorError:
    return ConnectorError(text, permanent=True, code="bad_query")

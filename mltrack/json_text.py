"""Values as JSON text, by orjson where it can and by the standard library where it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson


def json_bytes(data: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """Return compact UTF-8 JSON. `default` makes a known value of an unknown one; TypeError where none can be made.

    NaN and infinities become null: one that slipped in would else make every list that holds it unreadable. Numbers of
    more than 64 bits stay whole, and half a surrogate pair is escaped.
    """
    try:
        return orjson.dumps(data, default=default, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        text = json.dumps(data, default=default, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")

"""Golden numbers: each file names its source, and says which numbers are published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "golden"


def golden(name: str) -> Any:
    """Return a golden file by its name without the ending."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

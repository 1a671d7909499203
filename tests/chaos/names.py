"""The names of what a chaos run works on. No Django: the process that strikes has none."""

from __future__ import annotations

from dataclasses import dataclass

KEYS = ("CHURN", "FRAUD", "PRICE")


@dataclass(frozen=True, slots=True)
class World:
    """What was made. `connections` are public ids, in the order of the servers."""

    token: str
    connections: list[str]
    kpi: str

"""A dashboard as it was composed, stored or shipped. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """One panel: `width` in columns of four, `settings` of its kind, and the public id of a stored one."""

    kind: str
    title: str
    width: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """A dashboard with its panels in order; a shipped one has version 0, no row (`pk`), and cannot be changed."""

    key: str
    name: str
    description: str
    panels: tuple[PanelSpec, ...]
    team: str = ""
    version: int = 0
    archived: bool = False
    pk: int | None = None

    @property
    def is_shipped(self) -> bool:
        """Say whether it comes with the product."""
        return self.version == 0

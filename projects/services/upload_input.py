"""Uploads of rows as a client announces them: JSON to what is to come. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from projects.progress.evaluations.layout import GROUP, PLAIN, SLICE, Layout
from projects.services.evaluation_input import DESCRIPTION, parse_description
from projects.services.item_input import Item
from projects.services.outcomes import Fault

OWN: Final = ("columns", "blocks", "keep_cases")
MOST_BLOCKS: Final = 10_000
MOST_BLOCK_BYTES: Final = 4_000_000
MOST_BLOCK_ROWS: Final = 65_536


@dataclass(frozen=True, slots=True)
class BlockInput:
    """Some whole rows: the size of their gzip member in bytes, its SHA-256, and how many rows it holds."""

    size: int
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class UploadInput:
    """What is to come. `description` is as `parse_description` takes it."""

    description: Mapping[str, Any]
    layout: Layout
    keep_cases: bool
    blocks: tuple[BlockInput, ...]

    @property
    def size(self) -> int:
        """All bytes."""
        return sum(each.size for each in self.blocks)

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(each.rows for each in self.blocks)

    @property
    def digest(self) -> str:
        """What tells this upload from others: description and content."""
        blocks = [[each.size, each.rows, each.sha256] for each in self.blocks]
        told = [self.description, self.layout.columns, self.keep_cases, blocks]
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def parse_upload(body: Any, now: datetime, most_bytes: int) -> tuple[UploadInput | None, list[Fault]]:
    """Return what an upload will bring, or None and everything that is wrong with it. `now` is aware."""
    described, faults = parse_description(body, now, OWN)
    if described is None:
        return None, faults
    item = Item(body)
    plain = item.texts("columns", len(PLAIN), 20)
    keep, blocks = body.get("keep_cases", True), _blocks(item)
    if not isinstance(keep, bool):
        item.refuse("keep_cases", "This is true or false.")
    if sum(each.size for each in blocks) > most_bytes:
        item.refuse("blocks", f"An upload is at most {most_bytes:,} bytes.", "too_large")
    if set(plain) - set(PLAIN):
        item.refuse("columns", f"Columns are of {', '.join(PLAIN)}; those of slices and groups follow them.")
    if item.faults:
        return None, item.faults
    slices, groups = described.columns.slices, described.columns.groups
    try:
        columns = (*plain, *(SLICE + each for each in slices), *(GROUP + each for each in groups))
        layout = Layout(columns, str(described.fields["favourable"]))
    except ValueError as error:
        return None, [Fault("/columns", "invalid", str(error))]
    description = {name: body[name] for name in DESCRIPTION if name in body}
    return UploadInput(description, layout, keep and "id" in plain, tuple(blocks)), []


def _blocks(item: Item) -> list[BlockInput]:
    given = item.given.get("blocks")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_BLOCKS:
        item.refuse("blocks", f"This is a list of 1 to {MOST_BLOCKS:,} blocks.")
        return []
    found = [
        _block(Item(each, f"/blocks/{place}", item.faults)) for place, each in enumerate(given) if _is_object(each)
    ]
    if len(found) < len(given):
        item.refuse("blocks", "A block is an object.")
    return [each for each in found if each is not None]


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _block(item: Item) -> BlockInput | None:
    before = len(item.faults)
    item.refuse_unknown(("size", "rows", "sha256"))
    size, rows = item.whole("size", 1, MOST_BLOCK_BYTES), item.whole("rows", 1, MOST_BLOCK_ROWS)
    digest = item.text("sha256", 64, empty=False)
    if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
        item.refuse("sha256", "This is 64 hexadecimal digits.")
    for name, value in {"size": size, "rows": rows}.items():
        if value is None and item.given.get(name) is None:
            item.refuse(name, "This is needed.", "required")
    if len(item.faults) > before or size is None or rows is None:
        return None
    return BlockInput(size, rows, digest)

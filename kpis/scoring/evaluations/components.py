"""What a candidate is made of, part by part, against what is in production; unknown is never the same.

A part may be told by several sources (what the evaluation states, its dataset, its run, a deployment). Two candidates
have the same part where every source that both have says the same digest; without a source in common nobody knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

PARTS: Final = ("data", "labels", "features", "code", "hyperparameters", "model", "threshold", "container")
SHORT: Final = 12
SOURCES: Final = {
    "stated": "stated with the evaluation",
    "dataset": "its dataset version",
    "commit": "its commit",
    "run": "its run",
    "registry": "its model version",
    "deployment": "its deployment",
    "point": "its operating point",
}
State = Literal["base", "same", "changed", "unknown"]
Digests = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Made:
    """A candidate by its parts: `{part: {source: digest}}`, without what is not known."""

    id: str
    label: str
    digests: Digests
    url: str = ""
    in_production: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One part of one candidate: the digest that stands for it, "" where none is known, and who says so."""

    part: str
    state: State
    digest: str = ""
    source: str = ""

    @property
    def short(self) -> str:
        """The digest cut to what a person compares at a glance."""
        bare = self.digest.rpartition(":")[2] if self.digest.startswith(("sha256:", "sha512:", "md5:")) else self.digest
        return bare[:SHORT]

    @property
    def told(self) -> str:
        """The whole digest and who says it, in words."""
        return f"{self.digest}, {SOURCES.get(self.source, self.source)}" if self.digest else "not known"


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate against production."""

    made: Made
    cells: tuple[Cell, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The parts that are not what production has."""
        return tuple(cell.part for cell in self.cells if cell.state == "changed")

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts of which nobody can say whether they changed."""
        return tuple(cell.part for cell in self.cells if cell.state == "unknown")


def matrix(production: Made | None, others: Sequence[Made]) -> tuple[Row, ...]:
    """Return production first, as it is, then the others against it; without production all is unknown."""
    base = () if production is None else (Row(production, tuple(_base(production, part) for part in PARTS)),)
    against = production.digests if production is not None else {}
    rest = [each for each in others if production is None or each.id != production.id]
    return (*base, *(Row(each, tuple(_cell(each, against, part) for part in PARTS)) for each in rest))


def _base(made: Made, part: str) -> Cell:
    source, digest = _first(made.digests.get(part, {}))
    return Cell(part, "base" if digest else "unknown", digest, source)


def _cell(made: Made, production: Digests, part: str) -> Cell:
    mine, theirs = made.digests.get(part, {}), production.get(part, {})
    common = [source for source in SOURCES if mine.get(source) and theirs.get(source)]
    moved = [source for source in common if mine[source] != theirs[source]]
    source, digest = _first(mine)
    if not common:
        return Cell(part, "unknown", digest, source)
    told = (moved or common)[0]
    return Cell(part, "changed" if moved else "same", mine[told], told)


def _first(told: Mapping[str, str]) -> tuple[str, str]:
    return next(((source, told[source]) for source in SOURCES if told.get(source)), ("", ""))


def params_digest(params: Mapping[str, object]) -> str:
    """Return a digest of hyperparameters that does not depend on their order; "" for none."""
    if not params:
        return ""
    canonical = json.dumps({name: str(params[name]) for name in params}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def digests_of(stated: Mapping[str, object], **told: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Put digests together: what the evaluation states by part, and `{source: digest}` for each part named.

    Empty ones are left out, and parts that are none of PARTS.
    """
    found: dict[str, dict[str, str]] = {}
    for part in PARTS:
        sources = {"stated": str(stated.get(part) or ""), **told.get(part, {})}
        kept = {source: digest for source, digest in sources.items() if digest}
        if kept:
            found[part] = kept
    return found

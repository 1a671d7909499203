"""A formula as a tree: numbers, named parts, and what is done with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Fact = Literal["coverage", "labels", "deployments"]
FACTS: Final[tuple[Fact, ...]] = get_args(Fact)
Sign = Literal["+", "-", "*", "/"]
Name = Literal["min", "max", "abs", "sum", "avg", "lag"]


@dataclass(frozen=True, slots=True)
class KpiPart:
    """The value of another KPI in a period, by its key. `place` is the character at which it is named."""

    key: str
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f'kpi("{self.key}")'


@dataclass(frozen=True, slots=True)
class FactPart:
    """A fact of an initiative in a period, by the initiative's key. `place` is the character at which it is named."""

    initiative: str
    fact: Fact
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f'fact("{self.initiative}", "{self.fact}")'


Part = KpiPart | FactPart


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    value: float


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of a value."""

    of: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """Two values, reckoned together."""

    sign: Sign
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of one period's values; with `periods`, of one value over so many periods up to this one.

    Of `lag` it is how many periods before this one the value is taken from.
    """

    name: Name
    args: tuple[Node, ...]
    periods: int = 0


Node = Number | KpiPart | FactPart | Negated | Operation | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return what a node is made of, from left to right."""
    if isinstance(node, Operation):
        return node.left, node.right
    if isinstance(node, Negated):
        return (node.of,)
    return node.args if isinstance(node, Call) else ()


def parts_of(node: Node) -> tuple[Part, ...]:
    """Return the KPIs and facts that a formula names, each once, from left to right."""
    return tuple(dict.fromkeys(each for each in _nodes(node) if isinstance(each, KpiPart | FactPart)))


def reach(node: Node) -> int:
    """Return how many periods before one its value looks back at most."""
    below = max(map(reach, children(node)), default=0)
    if not isinstance(node, Call) or not node.periods:
        return below
    return below + (node.periods if node.name == "lag" else node.periods - 1)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for each in children(node):
        yield from _nodes(each)

"""Reckoning a formula over a run of periods. What is missing, or divided by zero, gives a missing value. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Final

from kpis.scoring.formulas.grammar import LARGEST
from kpis.scoring.formulas.tree import Call, FactPart, KpiPart, Negated, Node, Number, Operation, Part, Sign

Series = list[float | None]


def reckoned(node: Node, parts: Mapping[Part, Sequence[float | None]], length: int) -> Series:
    """Return the value of each of `length` consecutive periods, oldest first; None where it cannot be told.

    `parts` gives each part's values for the same periods, in its own unit. A value beyond ±1e100 is none.
    """
    if isinstance(node, KpiPart | FactPart):
        return list(parts[node])
    if isinstance(node, Number):
        return [node.value] * length
    if isinstance(node, Negated):
        return [None if each is None else -each for each in reckoned(node.of, parts, length)]
    if isinstance(node, Operation):
        sides = zip(reckoned(node.left, parts, length), reckoned(node.right, parts, length), strict=True)
        return [_operated(node.sign, left, right) for left, right in sides]
    return _called(node, [reckoned(each, parts, length) for each in node.args], length)


def _operated(sign: Sign, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    return _kept(_SIGNS[sign](left, right))


def _called(node: Call, args: list[Series], length: int) -> Series:
    if node.name == "lag":
        return ([None] * node.periods + args[0])[:length]
    if node.periods:
        windows = [args[0][max(0, at - node.periods + 1) : at + 1] for at in range(length)]
        return [_all(node.name, each) if len(each) == node.periods else None for each in windows]
    return [_all(node.name, each) for each in zip(*args, strict=True)]


def _all(name: str, values: Sequence[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return _kept(_FUNCTIONS[name](known)) if len(known) == len(values) else None


def _kept(value: float) -> float | None:
    return value if abs(value) <= LARGEST else None


def _plus(left: float, right: float) -> float:
    return left + right


def _minus(left: float, right: float) -> float:
    return left - right


def _times(left: float, right: float) -> float:
    return left * right


def _over(left: float, right: float) -> float:
    return left / right


def _size(values: Sequence[float]) -> float:
    return abs(values[0])


_SIGNS: Final[Mapping[Sign, Callable[[float, float], float]]] = {"+": _plus, "-": _minus, "*": _times, "/": _over}
_FUNCTIONS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "min": min,
    "max": max,
    "sum": sum,
    "avg": fmean,
    "abs": _size,
}

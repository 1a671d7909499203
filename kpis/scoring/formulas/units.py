"""The unit of a formula from those of its parts, and where units are mixed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kpis.scoring.formulas.tree import Call, FactPart, KpiPart, Negated, Node, Number, Part, Sign


@dataclass(frozen=True, slots=True)
class UnitFound:
    """The unit of a formula, empty where it has none, and in sentences which units were added or compared."""

    unit: str
    odd: tuple[str, ...] = ()


# How often each unit is a factor; below zero it divides. None is a bare number, which takes the unit beside it.
_Powers = Counter[str] | None


def unit_found(node: Node, units: Mapping[Part, str]) -> UnitFound:
    """Return the unit that a formula's values have when its parts have these; a part without one has an empty one."""
    odd: list[str] = []
    return UnitFound(_words(_powers(node, units, odd)), tuple(dict.fromkeys(odd)))


def _powers(node: Node, units: Mapping[Part, str], odd: list[str]) -> _Powers:
    if isinstance(node, Number):
        return None
    if isinstance(node, KpiPart | FactPart):
        return Counter({units[node]: 1} if units[node] else {})
    if isinstance(node, Negated):
        return _powers(node.of, units, odd)
    if isinstance(node, Call):
        return _alike([_powers(each, units, odd) for each in node.args], odd)
    left, right = _powers(node.left, units, odd), _powers(node.right, units, odd)
    return _scaled(node.sign, left, right) if node.sign in "*/" else _alike([left, right], odd)


def _alike(found: list[_Powers], odd: list[str]) -> _Powers:
    """Return the one unit of values that are added or compared; others than the first are noted."""
    known = [each for each in found if each is not None]
    for each in known[1:]:
        if each != known[0]:
            odd.append(f"{_words(known[0]) or 'no unit'} and {_words(each) or 'no unit'} are put together.")
    return known[0] if known else None


def _scaled(sign: Sign, left: _Powers, right: _Powers) -> _Powers:
    if left is None and right is None:
        return None
    found = Counter(left or {})
    for unit, power in (right or {}).items():
        found[unit] += power if sign == "*" else -power
    return Counter({unit: power for unit, power in found.items() if power})


def _words(powers: _Powers) -> str:
    above, below = _side(powers or {}, 1), _side(powers or {}, -1)
    return f"{above or '1'} / {below}" if below else above


def _side(powers: Mapping[str, int], sign: int) -> str:
    chosen = [(unit, power * sign) for unit, power in sorted(powers.items()) if power * sign > 0]
    return " · ".join(unit if power == 1 else f"{unit}^{power}" for unit, power in chosen)

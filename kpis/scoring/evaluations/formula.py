"""Formulas that people write, read without running them: numbers, names, + - * / **, min and max.

A formula is parsed to Python's syntax tree and walked over a list of allowed nodes; nothing of it is ever executed.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

LONGEST = 500
DEEPEST = 30
MOST_NODES = 200
LARGEST_EXPONENT = 10.0
LARGEST_NUMBER = 1e15
ALLOWED = re.compile(r"[A-Za-z0-9_ .,+\-*/()]*")
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max}
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda one, two: one + two,
    ast.Sub: lambda one, two: one - two,
    ast.Mult: lambda one, two: one * two,
    ast.Div: lambda one, two: one / two,
    ast.Pow: lambda one, two: one**two,
}


class FormulaError(ValueError):
    """What is wrong with a formula; `position` counts its characters from 1, 0 where it is the whole."""

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__(f"At character {position}: {reason}" if position else reason)
        self.position = position


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read; `value` computes it."""

    text: str
    tree: ast.expr
    names: frozenset[str]

    def value(self, values: Mapping[str, float]) -> float:
        """Return the number for these values. Raises FormulaError where there is none, such as 1 / 0."""
        found = _value(self.tree, values)
        if not math.isfinite(found):
            raise FormulaError("The result is no finite number.")
        return found


def read_formula(text: str, names: Collection[str]) -> Formula:
    """Read a formula over these names. Raises FormulaError, which names the place and what is not known there."""
    if not text.strip():
        raise FormulaError("A formula is needed.")
    if len(text) > LONGEST:
        raise FormulaError(f"A formula has at most {LONGEST} characters.")
    known = ALLOWED.match(text)
    end = known.end() if known else 0
    if end < len(text):
        raise FormulaError(f"“{text[end]}” is not allowed.", end + 1)
    indent = len(text) - len(text.lstrip(" "))
    tree = _parsed(text[indent:], indent)
    nodes = [each for each in ast.walk(tree) if isinstance(each, ast.expr)]
    if len(nodes) > MOST_NODES:
        raise FormulaError(f"A formula has at most {MOST_NODES} parts.")
    _check(tree, frozenset(names), indent, 1)
    used = {each.id for each in nodes if isinstance(each, ast.Name)} - set(FUNCTIONS)
    return Formula(text, tree, frozenset(used))


def _parsed(text: str, indent: int) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        place = error.offset if error.offset and error.offset <= len(text) else len(text)
        raise FormulaError("This cannot be read as a formula.", place + indent) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError("This formula is nested too deeply.") from None


def _check(node: ast.expr, names: frozenset[str], indent: int, depth: int) -> None:
    """Raise FormulaError for the first part that a formula may not have."""
    place = node.col_offset + 1 + indent
    if depth > DEEPEST:
        raise FormulaError(f"A formula is nested at most {DEEPEST} deep.", place)
    for child in _children(node, names, place):
        _check(child, names, indent, depth + 1)


def _children(node: ast.expr, names: frozenset[str], place: int) -> list[ast.expr]:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            if not abs(value) <= LARGEST_NUMBER:
                raise FormulaError("A number lies within ±10¹⁵.", place)
            return []
        case ast.Name(id=name):
            if name not in names:
                raise FormulaError(f"“{name}” is not known. Known are {', '.join(sorted(names))}.", place)
            return []
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return [inner]
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            if isinstance(operator, ast.Pow):
                _check_exponent(right, place)
            return [left, right]
        case ast.Call(func=ast.Name(id=name), args=inner, keywords=[]) if name in FUNCTIONS and inner:
            return list(inner)
        case ast.Call(func=ast.Name(id=name)):
            raise FormulaError(f"“{name}(…)” is not allowed here: only min(…) and max(…) are, with values.", place)
    raise FormulaError("Only numbers, names, + - * / **, min and max are allowed.", place)


def _check_exponent(node: ast.expr, place: int) -> None:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    value = inner.value if isinstance(inner, ast.Constant) else None
    if type(value) not in (int, float) or not abs(float(str(value))) <= LARGEST_EXPONENT:
        raise FormulaError(f"An exponent is a number within ±{LARGEST_EXPONENT:g}.", place)


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=value):
            return float(str(value))
        case ast.Name(id=name):
            return float(values[name])
        case ast.UnaryOp(operand=inner):
            return -_value(inner, values)
        case ast.BinOp(left=left, op=operator, right=right):
            return _result(OPERATORS[type(operator)], _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=inner):
            return (
                FUNCTIONS[name](*[_value(each, values) for each in inner])
                if len(inner) > 1
                else _value(inner[0], values)
            )
    raise FormulaError("This formula cannot be computed.")


def _result(operator: Callable[[float, float], float], one: float, two: float) -> float:
    try:
        found = operator(one, two)
    except (ZeroDivisionError, OverflowError):
        raise FormulaError("The result is no finite number.") from None
    if isinstance(found, complex):
        raise FormulaError("A root of a negative number is no number here.")
    return found

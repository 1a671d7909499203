"""Reading a formula: Python's own parser makes the tree, of which only a few kinds of node are let through. Pure.

Nothing is ever run: a text becomes numbers, parts, four signs and six functions, or an error that names its place.
"""

from __future__ import annotations

import ast
import math
import warnings
from typing import Any, Final, get_args

from kpis.scoring.formulas.tree import (
    FACTS,
    Call,
    FactPart,
    KpiPart,
    Name,
    Negated,
    Node,
    Number,
    Operation,
    Sign,
    parts_of,
    reach,
)

LONGEST: Final = 1_000
DEEPEST: Final = 40
MOST_PARTS: Final = 20
MOST_PERIODS: Final = 400
LARGEST: Final = 1e100
NAMES: Final[tuple[Name, ...]] = get_args(Name)
_SIGNS: Final[dict[type[ast.operator], Sign]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_WANTED: Final = ("{} takes at least two values, or one value and periods=n.", "{} takes one value.")
_HOW: Final = 'A formula is made of numbers, + - * / ( ), kpi("…"), fact("…", "…"), and ' + ", ".join(NAMES) + "."


class FormulaError(ValueError):
    """What is wrong with a formula; `place` is the character at which, from 1 on, 0 for the whole."""

    def __init__(self, text: str, place: int = 0) -> None:
        super().__init__(f"At character {place}: {text}" if place else text)
        self.text, self.place = text, place


def read_formula(text: str) -> Node:
    """Return a formula as a tree that names at least one part. Raises FormulaError."""
    if len(text) > LONGEST:
        raise FormulaError(f"A formula has at most {LONGEST:,} characters; this has {len(text):,}.")
    found = _node(_parsed(text), 1)
    parts = parts_of(found)
    if not parts:
        raise FormulaError("A formula names at least one KPI or fact.")
    if len(parts) > MOST_PARTS:
        raise FormulaError(f"A formula names at most {MOST_PARTS} KPIs and facts; this names {len(parts)}.")
    if reach(found) > MOST_PERIODS:
        raise FormulaError(f"A formula looks back at most {MOST_PERIODS} periods; this looks back {reach(found)}.")
    return found


def _parsed(text: str) -> ast.expr:
    plain = "".join(" " if each.isspace() else each for each in text)
    if not plain.isascii() or not plain.isprintable() or "#" in plain:
        place = next((at for at, each in enumerate(plain, 1) if not " " <= each <= "~" or each == "#"), 0)
        raise FormulaError("This character means nothing in a formula.", place)
    if not plain.strip():
        raise FormulaError("A formula is needed.")
    shift = len(plain) - len(plain.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return _shifted(ast.parse(plain.strip(), mode="eval").body, shift)
    except SyntaxError as error:
        # Python's parser says 0 where the text ends too soon.
        place = shift + (error.offset or len(plain.strip()) + 1)
        raise FormulaError(f"This cannot be read. {_HOW}", place) from error
    except (MemoryError, RecursionError, ValueError) as error:
        raise FormulaError(f"This is nested too deeply: at most {DEEPEST} levels.") from error


def _shifted(body: ast.expr, by: int) -> ast.expr:
    for each in ast.walk(body):
        if isinstance(each, ast.expr):
            each.col_offset += by
    return body


def _node(found: ast.expr, depth: int) -> Node:
    if depth > DEEPEST:
        raise FormulaError(f"This is nested too deeply: at most {DEEPEST} levels.", _at(found))
    if isinstance(found, ast.Constant):
        return Number(_number(found))
    if isinstance(found, ast.UnaryOp) and isinstance(found.op, ast.USub):
        return Negated(_node(found.operand, depth + 1))
    if isinstance(found, ast.UnaryOp) and isinstance(found.op, ast.UAdd):
        return _node(found.operand, depth + 1)
    if isinstance(found, ast.BinOp) and type(found.op) in _SIGNS:
        return Operation(_SIGNS[type(found.op)], _node(found.left, depth + 1), _node(found.right, depth + 1))
    if isinstance(found, ast.Call) and isinstance(found.func, ast.Name):
        return _called(found, found.func.id, depth)
    raise FormulaError(f"This is no part of a formula. {_HOW}", _at(found))


def _called(found: ast.Call, name: str, depth: int) -> Node:
    if name == "kpi":
        return KpiPart(_texts(found, name, 1)[0], _at(found))
    if name == "fact":
        initiative, fact = _texts(found, name, 2)
        known = next((each for each in FACTS if each == fact), None)
        if known is None:
            raise FormulaError(f"There is no fact {fact[:60]}. There are: {', '.join(FACTS)}.", _at(found.args[1]))
        return FactPart(initiative, known, _at(found))
    function = next((each for each in NAMES if each == name), None)
    if function is None:
        raise FormulaError(f"There is no function {name[:60]}. {_HOW}", _at(found))
    return _function(found, function, depth)


def _function(found: ast.Call, name: Name, depth: int) -> Call:
    given = list(found.args)
    if any(isinstance(each, ast.Starred) for each in given):
        raise FormulaError("Write each value by itself.", _at(found))
    if name == "lag":
        if len(given) != 2 or found.keywords:
            raise FormulaError("Write lag(value, periods).", _at(found))
        return Call(name, (_node(given[0], depth + 1),), _count(given[1]))
    periods = 0
    for keyword in found.keywords:
        if keyword.arg != "periods" or name == "abs" or periods:
            raise FormulaError(_WANTED[name == "abs"].format(name), _at(found))
        periods = _count(keyword.value)
    fits = len(given) == 1 if name == "abs" or periods else len(given) >= 2
    if not fits:
        raise FormulaError(_WANTED[name == "abs"].format(name), _at(found))
    return Call(name, tuple(_node(each, depth + 1) for each in given), periods)


def _texts(found: ast.Call, name: str, count: int) -> tuple[str, ...]:
    texts = tuple(each.value for each in found.args if isinstance(each, ast.Constant) and isinstance(each.value, str))
    if len(texts) != count or len(found.args) != count or found.keywords or not all(texts):
        how = 'kpi("key")' if name == "kpi" else 'fact("initiative", "fact")'
        raise FormulaError(f"Write {how}.", _at(found))
    return texts


def _number(found: ast.Constant) -> float:
    value: Any = found.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormulaError(f"This is no number. {_HOW}", _at(found))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if abs(number) > LARGEST:
        raise FormulaError("A number lies within ±1e100.", _at(found))
    return number


def _count(found: ast.expr) -> int:
    value = found.value if isinstance(found, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PERIODS:
        raise FormulaError(f"The number of periods is a whole number from 1 to {MOST_PERIODS}.", _at(found))
    return value


def _at(found: ast.expr) -> int:
    return found.col_offset + 1

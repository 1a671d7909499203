"""Formulas that people write: what is allowed gives a number, everything else is refused with its place."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.formula import LONGEST, FormulaError, read_formula

VALUES = {"volume": 20_000.0, "coverage": 0.8, "accuracy": 0.95}


def value(text: str) -> float:
    return read_formula(text, VALUES).value(VALUES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("volume * coverage", 16_000),
        ("2 + 3 * 4 - 6 / 2", 11),
        ("(2 + 3) * -4", -20),
        ("2 ** 10", 1024),
        ("4 ** -0.5", 0.5),
        ("-2 ** 2", -4),
        ("min(1, 2, accuracy)", 0.95),
        ("max(7)", 7),
        ("max(0, volume - 30000)", 0),
        ("  1.5e3  ", 1500),
    ],
)
def test_arithmetic(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("volume * price", 10, "“price” is not known. Known are accuracy, coverage, volume."),
        ("__import__('os')", 12, "“'” is not allowed"),
        ("__import__(1)", 1, "only min(…) and max(…)"),
        ("volume.real", 1, "Only numbers, names"),
        ("1 if 1 else 2", 1, "Only numbers, names"),
        ("1 // 2", 1, "Only numbers, names"),
        ("+1", 1, "Only numbers, names"),
        ("1 and 2", 1, "Only numbers, names"),
        ("(1, 2)", 1, "Only numbers, names"),
        ("True", 1, "Only numbers, names"),
        ("1j", 1, "Only numbers, names"),
        ("max(*volume)", 5, "Only numbers, names"),
        ("min", 1, "“min” is not known"),
        ("max()", 1, "with values"),
        ("2 ** 11", 1, "An exponent is a number within ±10"),
        ("2 ** volume", 1, "An exponent is a number within ±10"),
        ("1e16", 1, "within ±10¹⁵"),
        ("volume *", 9, "cannot be read"),
        ("volume\n* 2", 7, "is not allowed"),
        ("lambda: 1", 7, "“:” is not allowed"),
        ("", 0, "A formula is needed"),
        ("1" * (LONGEST + 1), 0, "at most 500 characters"),
        ("1+" * 120 + "1", 0, "at most 200 parts"),
        ("-" * 40 + "1", 31, "at most 30 deep"),
    ],
)
def test_what_is_refused(text: str, position: int, words: str) -> None:
    with pytest.raises(FormulaError) as found:
        read_formula(text, VALUES)
    assert found.value.position == pytest.approx(position, abs=1 if "cannot be read" in words else 0)
    assert words in str(found.value)


@pytest.mark.parametrize("text", ["1 / 0", "1 / (volume - 20000)", "(0 - 8) ** 0.5", "(1e15 ** 10) ** 10", "0 ** -1"])
def test_what_has_no_number(text: str) -> None:
    with pytest.raises(FormulaError):
        value(text)


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        found = read_formula(text, VALUES)
    except FormulaError:
        return
    allowed = (ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.Call, ast.operator, ast.unaryop, ast.expr_context)
    assert all(isinstance(each, allowed) for each in ast.walk(found.tree))


PARTS = st.recursive(
    st.sampled_from(["coverage", "accuracy", "2", "0.5", "10"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
    max_leaves=12,
)


@given(PARTS)
def test_it_counts_as_python_does(text: str) -> None:
    expected = eval(text, {"__builtins__": {}}, VALUES)
    assert value(text) == pytest.approx(expected)

"""Formulas are reckoned period by period as Python reckons; what is missing or divided by zero stays missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.scoring.formulas.grammar import FormulaError, read_formula
from kpis.scoring.formulas.order import way_back
from kpis.scoring.formulas.reckoning import reckoned
from kpis.scoring.formulas.series import added, counts, levels
from kpis.scoring.formulas.tree import FactPart, KpiPart, Node, Part
from kpis.scoring.formulas.units import unit_found

A, B, F = KpiPart("a"), KpiPart("b"), FactPart("X", "coverage")
PARTS: dict[Part, list[float | None]] = {A: [1.0, 2.0, None, 4.0], B: [2.0, 0.0, 5.0, -8.0], F: [None, 0.5, 0.5, 0.75]}

CASES = (
    ('kpi("a")', [1, 2, None, 4]),
    ('kpi("a") + kpi("b")', [3, 2, None, -4]),
    ('kpi("a") - 1', [0, 1, None, 3]),
    ('kpi("a") * 0', [0, 0, None, 0]),
    ('kpi("a") / kpi("b")', [0.5, None, None, -0.5]),
    ('0 / (kpi("b") * 0)', [None, None, None, None]),
    ('-kpi("a")', [-1, -2, None, -4]),
    ('abs(kpi("b"))', [2, 0, 5, 8]),
    ('min(kpi("a"), kpi("b"), 1)', [1, 0, None, -8]),
    ('max(kpi("a"), kpi("b"))', [2, 2, None, 4]),
    ('sum(kpi("a"), kpi("b"))', [3, 2, None, -4]),
    ('avg(kpi("a"), kpi("b"))', [1.5, 1, None, -2]),
    ('lag(kpi("b"), 1)', [None, 2, 0, 5]),
    ('lag(kpi("b"), 9)', [None, None, None, None]),
    ('sum(kpi("b"), periods=2)', [None, 2, 5, -3]),
    ('avg(kpi("a"), periods=2)', [None, 1.5, None, None]),
    ('max(kpi("b"), periods=4)', [None, None, None, 5]),
    ('100 * (kpi("b") - lag(kpi("b"), 1)) / lag(kpi("b"), 1)', [None, -100, None, -260]),
    ('fact("X", "coverage") * 100', [None, 50, 50, 75]),
    ('kpi("b") * 1e100', [None, 0, None, None]),
)


@pytest.mark.parametrize(("text", "values"), CASES)
def test_a_formula_is_reckoned_by_period(text: str, values: list[float | None]) -> None:
    assert reckoned(read_formula(text), PARTS, 4) == values


SIGNS = {"+": float.__add__, "-": float.__sub__, "*": float.__mul__, "/": float.__truediv__}
FUNCTIONS: dict[str, Callable[[list[float]], float]] = {"min": min, "max": max, "sum": sum}
Pair = tuple[str, float | None]
NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


def _leaf(value: float) -> Pair:
    return (repr(value) if value >= 0 else f"({value!r})", value)


def _operated(drawn: tuple[Pair, str, Pair]) -> Pair:
    (left, x), sign, (right, y) = drawn
    value = None if x is None or y is None or (sign == "/" and y == 0) else SIGNS[sign](x, y)
    return f"({left} {sign} {right})", None if value is None or abs(value) > 1e100 else value


def _called(drawn: tuple[str, list[Pair]]) -> Pair:
    name, args = drawn
    values = [value for _, value in args if value is not None]
    value = FUNCTIONS[name](values) if len(values) == len(args) else None
    return f"{name}({', '.join(text for text, _ in args)})", value


LEAVES = st.one_of(NUMBERS.map(_leaf), st.sampled_from([('kpi("a")', 7.25), ('kpi("b")', None), ('kpi("c")', 0.0)]))
TREES = st.recursive(
    LEAVES,
    lambda each: st.one_of(
        st.tuples(each, st.sampled_from(sorted(SIGNS)), each).map(_operated),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(each, min_size=2, max_size=3)).map(_called),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_a_formula_equals_pythons_arithmetic(pair: Pair) -> None:
    text, value = pair
    known: dict[Part, list[float | None]] = {KpiPart("a"): [7.25], KpiPart("b"): [None], KpiPart("c"): [0.0]}
    tree = read_or_words(f'{text} + kpi("c")')
    assert "at most" in tree if isinstance(tree, str) else reckoned(tree, known, 1) == [value]


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("kpifact()'\"ab,.=+-*/ 0123e[]{}#:\n\\"), max_size=60))
def test_any_text_ends_as_a_formula_or_as_an_error(text: str) -> None:
    assert read_or_words(text)


def read_or_words(text: str) -> Node | str:
    """Return a formula's tree, or what is wrong with it."""
    try:
        return read_formula(text)
    except FormulaError as error:
        return error.text


UNITS: dict[Part, str] = {A: "€", B: "cases", F: ""}
UNIT_CASES = (
    ('kpi("a")', "€", ()),
    ('kpi("a") * 2 + 1', "€", ()),
    ('kpi("a") / kpi("b")', "€ / cases", ()),
    ('1 / kpi("b")', "1 / cases", ()),
    ('kpi("a") / kpi("b") * kpi("b")', "€", ()),
    ('kpi("a") * kpi("a")', "€^2", ()),
    ('kpi("a") * kpi("b") / 2', "cases · €", ()),
    ('avg(kpi("a"), periods=3)', "€", ()),
    ('fact("X", "coverage") * kpi("a")', "€", ()),
    ('kpi("a") + kpi("b")', "€", ("€ and cases are put together.",)),
    ('min(kpi("a"), fact("X", "coverage"))', "€", ("€ and no unit are put together.",)),
)


@pytest.mark.parametrize(("text", "unit", "odd"), UNIT_CASES)
def test_the_unit_follows_from_those_of_the_parts(text: str, unit: str, odd: tuple[str, ...]) -> None:
    found = unit_found(read_formula(text), UNITS)
    assert (found.unit, found.odd) == (unit, odd)


@pytest.mark.parametrize(
    ("start", "made_of", "way"),
    [
        ("a", {}, ()),
        ("a", {"a": ["b"], "b": ["c"]}, ()),
        ("a", {"a": ["a"]}, ("a", "a")),
        ("a", {"a": ["b"], "b": ["a"]}, ("a", "b", "a")),
        ("a", {"a": ["c", "b"], "b": ["d"], "c": ["d"], "d": ["a"]}, ("a", "b", "d", "a")),
        ("a", {"a": ["b"], "b": ["c"], "c": ["b"]}, ()),
    ],
)
def test_the_way_back_to_a_kpi_is_named(start: str, made_of: dict[str, list[str]], way: tuple[str, ...]) -> None:
    assert way_back(start, made_of) == way


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = [NOON + timedelta(days=n) for n in range(5)]


def test_levels_stand_until_the_next() -> None:
    events: list[tuple[datetime, float | None]] = [(DAYS[1], 0.5), (DAYS[2], None), (DAYS[3], 0.7)]
    ends = [DAYS[1], DAYS[2], DAYS[3], DAYS[4]]
    assert levels(events, ends) == [None, 0.5, None, 0.7]
    assert levels([], ends) == [None] * 4


def test_events_are_counted_from_when_they_could_happen() -> None:
    moments = [DAYS[1], DAYS[1] + timedelta(hours=1), DAYS[3]]
    assert counts(moments, DAYS[:4], DAYS[1:], DAYS[1]) == [None, 2.0, 0.0, 1.0]


def test_levels_of_several_are_added() -> None:
    events = [(DAYS[0], "x", 10.0), (DAYS[1], "y", 5.0), (DAYS[2], "x", 12.0)]
    assert [value for _, value in added(events)] == [10.0, 15.0, 17.0]

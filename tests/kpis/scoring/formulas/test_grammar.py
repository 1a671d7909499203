"""Formulas are read as they are meant, and whatever else is written is refused where it stands."""

from __future__ import annotations

import pytest

from kpis.scoring.formulas.grammar import DEEPEST, LONGEST, MOST_PARTS, FormulaError, read_formula
from kpis.scoring.formulas.tree import Call, FactPart, KpiPart, Negated, Number, Operation, parts_of, reach

A, B = KpiPart("a"), KpiPart("b")

READ = (
    ('kpi("a")', A),
    ("kpi('a')", A),
    (' \n kpi("a")\t', A),
    ('fact("CHURN", "coverage")', FactPart("CHURN", "coverage")),
    ('kpi("a") + kpi("b") * 2', Operation("+", A, Operation("*", B, Number(2.0)))),
    ('(kpi("a") + kpi("b")) * 2', Operation("*", Operation("+", A, B), Number(2.0))),
    ('kpi("a") - kpi("b") - 1', Operation("-", Operation("-", A, B), Number(1.0))),
    ('kpi("a") / 1e3', Operation("/", A, Number(1000.0))),
    ('-kpi("a")', Negated(A)),
    ('+kpi("a")', A),
    ('min(kpi("a"), 3)', Call("min", (A, Number(3.0)))),
    ('avg(kpi("a"), periods=4)', Call("avg", (A,), 4)),
    ('sum(kpi("a"), kpi("b"), 1)', Call("sum", (A, B, Number(1.0)))),
    ('abs(kpi("a"))', Call("abs", (A,))),
    ('lag(kpi("a"), 2)', Call("lag", (A,), 2)),
    ("kpi('a') +\nkpi('b')", Operation("+", A, B)),
)

REFUSED = (
    ("", 0, "is needed"),
    ("   ", 0, "is needed"),
    ("1 + 2", 0, "names at least one"),
    ("kpi('a') +", 11, "cannot be read"),
    ("kpi('a') ** 2", 1, "no part of a formula"),
    ("kpi('a') // 2", 1, "no part of a formula"),
    ("kpi('a') % 2", 1, "no part of a formula"),
    ("kpi('a') < 2", 1, "no part of a formula"),
    ("kpi('a') if 1 else 2", 1, "no part of a formula"),
    ("1 + kpi('a').value", 5, "no part of a formula"),
    ("1 + kpi('a')[0]", 5, "no part of a formula"),
    ("a", 1, "no part of a formula"),
    ("'a'", 1, "no number"),
    ("True + kpi('a')", 1, "no number"),
    ("2j * kpi('a')", 1, "no number"),
    ("kpi('a') + 1e101", 12, "within"),
    ("kpi('a') + 1e999", 12, "within"),
    ("kpi('a') + " + "9" * 400, 12, "within"),
    ("1,5 * kpi('a')", 1, "no part of a formula"),
    ("[kpi('a')]", 1, "no part of a formula"),
    ("lambda: kpi('a')", 1, "no part of a formula"),
    ("(x := kpi('a'))", 2, "no part of a formula"),
    ("__import__('os').system('id')", 1, "no part of a formula"),
    ("__import__('os')", 1, "no function __import__"),
    ("eval('1')", 1, "no function eval"),
    ("  pow(kpi('a'), 2)", 3, "no function pow"),
    ("kpi(a)", 1, 'Write kpi("key")'),
    ("kpi('a', 'b')", 1, 'Write kpi("key")'),
    ("kpi()", 1, 'Write kpi("key")'),
    ("kpi('')", 1, 'Write kpi("key")'),
    ("kpi(key='a')", 1, 'Write kpi("key")'),
    ("kpi(f'{1}')", 1, 'Write kpi("key")'),
    ("fact('CHURN')", 1, "Write fact("),
    ("fact('CHURN', 'money')", 15, "no fact money. There are: coverage, labels, deployments"),
    ("min(kpi('a'))", 1, "at least two values"),
    ("min()", 1, "at least two values"),
    ("avg(kpi('a'), kpi('b'), periods=3)", 1, "at least two values"),
    ("avg(kpi('a'), window=3)", 1, "periods=n"),
    ("abs(kpi('a'), 1)", 1, "one value"),
    ("abs(kpi('a'), periods=2)", 1, "one value"),
    ("max(*kpi('a'))", 1, "by itself"),
    ("avg(**kpi('a'))", 1, "periods=n"),
    ("lag(kpi('a'))", 1, "lag(value, periods)"),
    ("lag(kpi('a'), 0)", 15, "whole number from 1"),
    ("lag(kpi('a'), 1.5)", 15, "whole number from 1"),
    ("lag(kpi('a'), 401)", 15, "whole number from 1"),
    ("lag(kpi('a'), kpi('b'))", 15, "whole number from 1"),
    ("lag(kpi('a'), True)", 15, "whole number from 1"),
    ("lag(lag(kpi('a'), 400), 1)", 0, "looks back 401"),
    ("kpi('a') # 1", 10, "means nothing"),
    ("kpi('ä')", 6, "means nothing"),
    ("kpi('a') × 2", 10, "means nothing"),
    ("kpi('a\x00')", 7, "means nothing"),
    ("kpi('a'); 1", 9, "cannot be read"),
    ("kpi('a')" + " " * LONGEST, 0, "at most 1,000 characters"),
    ("+".join(f"kpi('k{n}')" for n in range(MOST_PARTS + 1)), 0, f"at most {MOST_PARTS}"),
    ("(" * 300 + "kpi('a')" + ")" * 300, None, ""),
    ("-" * 900 + "kpi('a')", None, "nested too deeply"),
    ("kpi('a')" + "+1" * DEEPEST, None, "nested too deeply"),
)


@pytest.mark.parametrize(("text", "tree"), READ)
def test_a_formula_is_read(text: str, tree: object) -> None:
    assert read_formula(text) == tree


@pytest.mark.parametrize(("text", "place", "words"), REFUSED)
def test_what_is_no_formula_is_refused_where_it_stands(text: str, place: int | None, words: str) -> None:
    with pytest.raises(FormulaError, match=r".") as caught:
        read_formula(text)
    assert words in caught.value.text
    assert place is None or caught.value.place == place
    assert str(caught.value).startswith(f"At character {caught.value.place}: ") == bool(caught.value.place)


def test_parts_are_told_once_from_left_to_right() -> None:
    found = read_formula('kpi("b") / fact("X", "labels") + min(kpi("a"), kpi("b"))')
    assert [str(each) for each in parts_of(found)] == ['kpi("b")', 'fact("X", "labels")', 'kpi("a")']


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("kpi('a') - 1", 0),
        ("lag(kpi('a'), 3)", 3),
        ("avg(kpi('a'), periods=4)", 3),
        ("lag(avg(kpi('a'), periods=4), 2) - lag(kpi('a'), 1)", 5),
    ],
)
def test_a_formula_says_how_far_it_looks_back(text: str, periods: int) -> None:
    assert reach(read_formula(text)) == periods

"""Filters as words, without a database."""

from __future__ import annotations

import pytest

from kpis.scoring.filters import TASKS, Term, parse_filters


def test_words_and_text() -> None:
    found = parse_filters('health:at-risk -state:paused,cancelled owner:@me "two words" churn')
    assert found.errors == ()
    assert [(term.word, term.values, term.negated) for term in found.terms] == [
        ("health", ("at_risk",), False),
        ("state", ("paused", "cancelled"), True),
        ("owner", ("@me",), False),
        ("", ("two words",), False),
        ("", ("churn",), False),
    ]


@pytest.mark.parametrize(
    "text, sign, number",
    [
        ("coverage:<80", "<", 0.8),
        ("coverage:<=0.8", "<=", 0.8),
        ("accuracy:>90.5%", ">", 0.905),
        ("accuracy:>=1", ">=", 1.0),
        ("accuracy:>1%", ">", 0.01),
    ],
)
def test_comparisons_take_percentages_and_ratios(text: str, sign: str, number: float) -> None:
    (term,) = parse_filters(text).terms
    assert term.sign == sign
    assert term.number == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_nothing_filters_nothing(text: str) -> None:
    assert parse_filters(text).terms == ()


def test_spellings_are_forgiven() -> None:
    (term,) = parse_filters("VERDICT:Not_Ready").terms
    assert term == Term("VERDICT:Not_Ready", "verdict", ("not_ready",))


@pytest.mark.parametrize(
    "text, says",
    [
        ("helth:at-risk", "no filter word"),
        ("health:red", "cannot be"),
        ("stage:", "after the colon"),
        ("stage:,", "after the colon"),
        ("coverage:80", "no comparison"),
        ("coverage:<１０", "no comparison"),
        ("coverage:<1e9", "no comparison"),
        ("a\x00b", "characters"),
        ("a " * 21, "at most 20 words"),
        ("x" * 401, "400 characters"),
    ],
)
def test_what_is_not_understood_is_an_error_in_words(text: str, says: str) -> None:
    assert says in " ".join(parse_filters(text).errors)


def test_a_chip_can_be_taken_off() -> None:
    found = parse_filters('health:at-risk "two words" churn')
    assert found.without(found.terms[1]) == "health:at-risk churn"


def test_tasks_have_words_of_their_own() -> None:
    found = parse_filters('type:data,none -is:blocked sprint:"Sprint 12" fit', TASKS)
    assert [(each.word, each.values, each.negated) for each in found.terms] == [
        ("type", ("data", "none"), False),
        ("is", ("blocked",), True),
        ("sprint", ("sprint 12",), False),
        ("", ("fit",), False),
    ]
    assert not found.errors
    wrong = parse_filters("health:at-risk type:coding accuracy:<80", TASKS)
    assert [each.split()[0] for each in wrong.errors] == ["“health”", "type", "“accuracy”"]

"""Filters as words: `health:at-risk owner:@me -state:paused coverage:<80 churn`. Parsed here, without a database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

VALUES: dict[str, tuple[str, ...]] = {
    "verdict": ("ready", "not-ready", "unknown"),
    "health": ("on-track", "at-risk", "off-track", "no-data"),
    "stage": ("framing", "data", "modeling", "integration", "production", "retired"),
    "state": ("active", "paused", "cancelled"),
    "criticality": ("experiment", "standard", "critical"),
    "is": ("archived", "pending", "overdue", "no-longer-ready"),
}
NUMBERS = ("accuracy", "coverage")
TASK_VALUES: dict[str, tuple[str, ...]] = {
    "status": ("todo", "doing", "done", "cancelled"),
    "type": (
        "framing", "data", "labeling", "training", "evaluation", "integration", "deployment", "monitoring", "none"
    ),
    "priority": ("none", "low", "medium", "high", "urgent"),
    "is": ("blocked", "overdue", "mirrored", "estimated"),
}  # fmt: skip
LONGEST = 400
MOST_TERMS = 20
TERM = re.compile(r'(-?)(?:([a-z_]+):("[^"]*"|\S*)|("[^"]*"|\S+))', re.IGNORECASE)
NUMBER = re.compile(r"^(<=|>=|<|>)(\d{1,3}(?:\.\d{1,6})?)%?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter. `word` is empty for plain text; `values` any of which may hold, unless `negated`.

    For accuracy and coverage `sign` compares with `number`, a ratio.
    """

    text: str
    word: str = ""
    values: tuple[str, ...] = ()
    negated: bool = False
    sign: str = ""
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a list: those with known values, those that compare numbers, those that take any text."""

    values: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.values, *self.numbers, *self.free)


PORTFOLIO = Vocabulary(VALUES, NUMBERS, ("owner", "kpi"))
TASKS = Vocabulary(TASK_VALUES, (), ("assignee", "sprint"))


@dataclass(frozen=True, slots=True)
class Filters:
    """The terms that were understood, all of which must hold, and for each of the others why not."""

    text: str = ""
    terms: tuple[Term, ...] = ()
    errors: tuple[str, ...] = ()

    def without(self, term: Term) -> str:
        """Return the filter's text without one term, for the cross on its chip."""
        return " ".join(each.text for each in self.terms if each is not term)


def parse_filters(text: str, vocabulary: Vocabulary = PORTFOLIO) -> Filters:
    """Return the filters of a text. What is not understood is an error in words, never dropped in silence."""
    text = text.strip()
    if len(text) > LONGEST:
        return Filters(text[:LONGEST], errors=(f"A filter has at most {LONGEST} characters.",))
    terms: list[Term] = []
    errors: list[str] = []
    for found in TERM.finditer(text):
        term = _term(found, vocabulary)
        if isinstance(term, Term):
            terms.append(term)
        else:
            errors.append(term)
    if len(terms) > MOST_TERMS:
        errors.append(f"A filter has at most {MOST_TERMS} words.")
    return Filters(text, tuple(terms), tuple(errors))


def _term(found: re.Match[str], vocabulary: Vocabulary) -> Term | str:
    word, rest = (found[2] or "").lower(), (found[3] or found[4] or "").strip('"')
    if "\x00" in rest or any("\ud800" <= letter <= "\udfff" for letter in rest):
        return "A filter holds characters that cannot be searched for."
    blank = Term(found[0], word, negated=bool(found[1]))
    if not word:
        return replace(blank, values=(rest,))
    if word in vocabulary.numbers:
        return _number(blank, rest)
    if word not in vocabulary.words:
        return f"“{word}” is no filter word; there are {', '.join(vocabulary.words)}."
    values = tuple(value for value in rest.lower().split(",") if value)
    if not values:
        return f"“{found[0]}” says nothing after the colon."
    return _known(replace(blank, values=values), vocabulary.values)


def _known(term: Term, known: Mapping[str, tuple[str, ...]]) -> Term | str:
    if term.word not in known:
        return term
    values = tuple(value.replace("_", "-") for value in term.values)
    unknown = [value for value in values if value not in known[term.word]]
    if unknown:
        return f"{term.word} cannot be “{unknown[0]}”; it is {', '.join(known[term.word])}."
    return replace(term, values=tuple(value.replace("-", "_") for value in values))


def _number(term: Term, text: str) -> Term | str:
    found = NUMBER.match(text)
    if not found:
        return f"“{term.text}” is no comparison; write {term.word}:<80 or {term.word}:>=0.9."
    number = float(found[2])
    return replace(term, sign=found[1], number=number / 100 if number > 1 or text.endswith("%") else number)

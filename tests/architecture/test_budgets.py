"""The budgets of the house: what is bounded is asserted, what is aimed at is told at the end of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import pytest

from tests.architecture.sources import ROOT, Source, is_broad, lines_of, sources, templates
from tests.architecture.test_house import LONGEST_FILE, LONGEST_FUNCTION, MAY_CATCH_ALL, ONE_FILE_BY_CONTRACT
from tests.architecture.test_templates import LONGEST as LONGEST_TEMPLATE

LONGEST_VIEW = 30
VIEWS = "/views/"


@dataclass(frozen=True)
class Budget:
    """A figure with the aim that it is compared with, and the bound that it may not pass, if any."""

    name: str
    value: float
    aim: float
    bound: float | None = None
    at_least: bool = False

    @property
    def within(self) -> bool:
        """Say whether the bound is kept."""
        return self.bound is None or self.value <= self.bound

    def line(self) -> str:
        """Return what people read."""
        reached = self.value >= self.aim if self.at_least else self.value <= self.aim
        aim = f"aim {'≥' if self.at_least else '≤'} {self.aim:g} {'reached' if reached else 'not reached'}"
        bound = "" if self.bound is None else f", bound {self.bound:g}"
        return f"{self.name}: {self.value:.3g} ({aim}{bound})"


def budgets() -> Sequence[Budget]:
    """Return every budget of the product's files as they are; migrations do not count, empty files do."""
    files = [len(source.text.splitlines()) for source in sources()]
    bounded = [len(s.text.splitlines()) for s in sources() if s.name not in ONE_FILE_BY_CONTRACT]
    functions = [lines_of(function) for source in sources() for function in source.functions()]
    pages = [len(path.read_text().splitlines()) for path in templates()]
    tests = sum(len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py"))
    broad = sum(map(len, map(broad_handlers, sources())))
    return (
        Budget("lines of a file, median", median(files), 55),
        Budget("lines of the longest file", max(bounded), LONGEST_FILE, LONGEST_FILE),
        Budget("lines of a function, median", median(functions), 8),
        Budget("lines of the longest function", max(functions), LONGEST_FUNCTION, LONGEST_FUNCTION),
        Budget("lines of the longest view", max(lines for _, lines in views()), LONGEST_VIEW, LONGEST_VIEW),
        Budget("lines of the longest template", max(pages), LONGEST_TEMPLATE, LONGEST_TEMPLATE),
        Budget("lines of tests per line of source", tests / sum(files), 1.3, at_least=True),
        Budget("handlers that catch everything", broad, sum(MAY_CATCH_ALL.values()), sum(MAY_CATCH_ALL.values())),
    )


def views() -> list[tuple[str, int]]:
    """Return the name and the lines of every function of the views, decorators left out."""
    return [
        (f"{source.name}:{function.lineno} {function.name}", lines_of(function))
        for source in sources()
        if VIEWS in source.name
        for function in source.functions()
    ]


def broad_handlers(source: Source) -> list[int]:
    """Return the lines of a file's handlers that catch everything and do not raise it again."""
    return [handler.lineno for handler in source.handlers() if is_broad(handler)]


def test_no_view_is_too_long() -> None:
    assert len(views()) > 100
    assert [f"{name}: {lines}" for name, lines in views() if lines > LONGEST_VIEW] == []


def test_the_bounds_hold_and_the_aims_are_told(tell: Callable[[str], None]) -> None:
    found = budgets()
    for each in found:
        tell(each.line())
    assert [each.line() for each in found if not each.within] == []


@pytest.mark.parametrize(
    ("budget", "within", "line"),
    [
        (Budget("lines", 31, 30, 30), False, "lines: 31 (aim ≤ 30 not reached, bound 30)"),
        (Budget("lines", 30, 30, 30), True, "lines: 30 (aim ≤ 30 reached, bound 30)"),
        (Budget("median", 69.5, 55), True, "median: 69.5 (aim ≤ 55 not reached)"),
        (Budget("tests", 1.07, 1.3, at_least=True), True, "tests: 1.07 (aim ≥ 1.3 not reached)"),
        (Budget("tests", 1.3, 1.3, at_least=True), True, "tests: 1.3 (aim ≥ 1.3 reached)"),
    ],
)
def test_a_budget_says_whether_it_is_kept(budget: Budget, within: bool, line: str) -> None:
    assert (budget.within, budget.line()) == (within, line)

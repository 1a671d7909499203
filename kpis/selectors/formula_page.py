"""A formula in words: what it names, each with its values, and what it gives, period by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone

from kpis.models import KPI
from kpis.scoring.calendar.units import morning, name_of
from kpis.scoring.formulas.grammar import read_formula
from kpis.scoring.formulas.tree import KpiPart, Part
from kpis.scoring.kpi_words import quantity, short_unit
from kpis.selectors.formula_parts import Derived, Named, derive, named_in
from kpis.selectors.period_table import rules_of
from kpis.selectors.periods import unit_of


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a formula: its name, its page, and its value in words, empty where it has none."""

    name: str
    url: str
    value: str


@dataclass(frozen=True, slots=True)
class MadeOf:
    """The formula of a derived KPI with its parts as they are in the period that `period` names."""

    text: str
    number: int
    period: str
    parts: tuple[PartLine, ...]
    value: str


@dataclass(frozen=True, slots=True)
class FormulaTable:
    """Periods, the newest first, each with the values of the parts and of the formula; an empty text is a gap."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]
    known: int


def made_of(kpi: KPI, start: date | None) -> MadeOf | None:
    """Return what a derived KPI is made of in the period that begins on `start`, by default the present one.

    None, without a query, for a KPI that is measured; else six queries at most.
    """
    if kpi.formula is None:
        return None
    tree, now = read_formula(kpi.formula.text), timezone.now()
    named = named_in(kpi, tree)
    since = now if start is None else min(now, morning(start, kpi.zone))
    found = derive(kpi, tree, named, now, since)
    first = found.starts[0] if found.starts else None
    parts = tuple(
        PartLine(_name(part, named), _url(part, named), _words(values[:1], named.unit_of(part)))
        for part, values in found.parts.items()
    )
    period = "" if first is None else name_of(first, unit_of(kpi), rules_of(kpi.workspace))
    return MadeOf(kpi.formula.text, kpi.formula.number, period, parts, _words(found.values[:1], kpi.unit))


def formula_table(kpi: KPI, found: Derived, named: Named) -> FormulaTable:
    """Return what a formula gave, as rows of words."""
    unit, rules = unit_of(kpi), rules_of(kpi.workspace)
    columns = [(values, named.unit_of(part)) for part, values in found.parts.items()]
    rows = [
        (
            name_of(start, unit, rules),
            tuple(_words(values[place : place + 1], unit_of_part) for values, unit_of_part in columns),
            _words(found.values[place : place + 1], kpi.unit),
        )
        for place, start in enumerate(found.starts)
    ]
    known = sum(each is not None for each in found.values)
    return FormulaTable(tuple(_name(part, named) for part in found.parts), tuple(reversed(rows)), known)


def _words(values: Sequence[float | None], unit: str) -> str:
    return "" if not values or values[0] is None else quantity(values[0], short_unit(unit))


def _name(part: Part, named: Named) -> str:
    if isinstance(part, KpiPart):
        return named.kpis[part.key].name
    return f"{named.initiatives[part.initiative].name}: {part.fact}"


def _url(part: Part, named: Named) -> str:
    if isinstance(part, KpiPart):
        found = named.kpis[part.key]
        return reverse("kpis:kpi", args=[found.workspace.key, found.key])
    initiative = named.initiatives[part.initiative]
    return reverse(_TABS[part.fact], args=[initiative.workspace.key, initiative.key])


_TABS = {"coverage": "kpis:initiative", "labels": "kpis:labeling", "deployments": "kpis:delivery"}

"""Words of a fairness audit in templates."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.scoring.evaluations.audit import Table
from kpis.scoring.evaluations.audit_words import NAMES, PARITIES, UNDEFINED, four_fifths_words, multiplicity
from kpis.scoring.evaluations.rival_words import span
from kpis.scoring.proportions import Interval
from kpis.selectors.evaluation_fairness import GAPS, Before

register = template.Library()

SHORT: Final = {
    "coverage": _("Coverage"),
    "error_rate": _("Errors"),
    "selection_rate": _("Selection"),
    "equalized_odds": _("Equalized odds"),
}
METHODS: Final = {
    "declared": _("declared with a target before the data were known"),
    "late": _("declared with a target after the data were known"),
    "fixed_sequence": _("chosen on the data with a guarantee (fixed-sequence test)"),
    "observed": _("chosen on the data, without a guarantee"),
    "asked": _("asked for by the reader"),
    "all": _("everything answered: no target asks for an accuracy"),
}


@register.simple_tag
def rate_name(name: str) -> str:
    """The name of a rate, with a capital."""
    return NAMES[name].capitalize()


@register.simple_tag
def rate_missing(name: str) -> str:
    """Why a rate has no value."""
    return UNDEFINED[name].removeprefix("n/a: ")


@register.simple_tag
def parity_name(name: str) -> str:
    """What a gap in a rate is called."""
    return PARITIES[name]


@register.simple_tag
def parity_short(name: str) -> str | Promise:
    """The same in a word or two."""
    return SHORT[name]


@register.simple_tag
def table_words(table: Table) -> list[str]:
    """What stands below a table: how many pairs, and the four-fifths rule."""
    return [each for each in (multiplicity(table), four_fifths_words(table)) if each]


@register.simple_tag
def gaps_of(before: Before, column: str) -> list[tuple[str | Promise, str]]:
    """The gaps of an evaluation by one column in points, with their names; empty where it does not know the column."""
    found = before.gaps.get(column)
    if found is None:
        return []
    return [(SHORT[name], "" if (gap := found.get(name)) is None else f"{100 * gap:.1f}") for name in GAPS]


@register.simple_tag
def points_between(interval: Interval | None) -> str:
    """The ends of a difference's interval, in points."""
    return span(interval)


@register.simple_tag
def operating_words(method: str) -> str | Promise:
    """How an operating point came about."""
    return METHODS[method]

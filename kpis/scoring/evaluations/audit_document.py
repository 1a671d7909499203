"""A fairness audit as the API shows it and as rows of a file. What is hidden on the page is null here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpis.scoring.evaluations.audit import Audit, Group, Rate, Table
from kpis.scoring.evaluations.audit_words import four_fifths_words, headline, method, multiplicity
from kpis.scoring.evaluations.fairness import Gap
from kpis.scoring.evaluations.four_fifths import LABEL
from kpis.scoring.proportions import Interval
from mltrack.cells import Cell

COLUMNS = ("columns", "group", "n", "rate", "state", "value", "low", "high", "rate_n", "part")


def audit_answer(found: Audit) -> dict[str, Any]:
    """Return an audit: tables by columns, each with its groups, gaps and the four-fifths rule."""
    return {
        "threshold": found.point.threshold,
        "n": found.facts.tally.n,
        "favourable": found.facts.favourable,
        "minimum_shown": found.minimum,
        "minimum_judged": found.smallest,
        "says": headline(found),
        "method": list(method(found)),
        "tables": [_table(table) for table in found.tables],
    }


def _table(table: Table) -> dict[str, Any]:
    rule = table.four_fifths
    return {
        "columns": list(table.columns),
        "groups": [_group(group) for group in table.groups],
        "gaps": [_gap(name, gap) for name, gap in table.gaps.items()],
        "equalized_odds_difference": table.equalized_odds,
        "four_fifths": {
            "label": LABEL,
            "reference": rule.reference,
            "groups": [
                {"group": each.group, "ratio": each.ratio, "adverse": each.adverse, **ends(each.interval)}
                for each in rule.impacts
            ],
            "says": four_fifths_words(table),
        },
        "multiplicity": multiplicity(table),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "group": group.name,
        "n": group.n,
        "hidden": group.hidden,
        "rates": [{"rate": rate.name, **rate_answer(rate)} for rate in group.rates],
    }


def rate_answer(rate: Rate) -> dict[str, Any]:
    """Return one rate with its n and interval; null where it is hidden or has no cases."""
    return {
        "state": rate.state,
        "value": rate.share.rate,
        **ends(rate.share.interval()),
        "n": None if rate.state == "hidden" else rate.share.n,
    }


def ends(interval: Interval | None) -> dict[str, float | None]:
    """Return the two ends of an interval, both null without one."""
    return {"low": interval.low if interval else None, "high": interval.high if interval else None}


def _gap(name: str, gap: Gap) -> dict[str, Any]:
    return {
        "rate": name,
        "difference": gap.difference,
        "ratio": gap.ratio,
        "highest": gap.highest,
        "lowest": gap.lowest,
        **ends(gap.interval),
        "surest": gap.surest,
        "widest": gap.widest,
        **{f"ratio_{name}": value for name, value in ends(gap.ratios).items()},
        "ratio_least": gap.least,
        "ratio_most": gap.most,
        "pairs": gap.pairs,
        "too_small": list(gap.too_small),
        "undefined": list(gap.undefined),
    }


def audit_rows(found: Audit) -> Iterator[tuple[Cell, ...]]:
    """Return the audit as rows, one for each rate of each group, the names of the columns first."""
    yield COLUMNS
    for table in found.tables:
        for group in table.groups:
            for rate in group.rates:
                answer = rate_answer(rate)
                part = None if rate.state == "hidden" else rate.share.part
                numbers = (answer["value"], answer["low"], answer["high"], answer["n"], part)
                yield (table.name, group.name, group.n, rate.name, rate.state, *numbers)

"""A fairness audit in words: what it found, how, and what it cannot say."""

from __future__ import annotations

from typing import Final

from kpis.scoring.evaluations.audit import OF_CLASSES, Audit, Table
from kpis.scoring.evaluations.four_fifths import LABEL, Impact
from kpis.scoring.wording import counted, figure, listed, lower_figure, percent, upper_figure
from mltrack.formats import points

NAMES: Final = {
    "coverage": "coverage",
    "error_rate": "error rate",
    "selection_rate": "selection rate",
    "true_positive_rate": "true positive rate",
    "false_positive_rate": "false positive rate",
}
PARITIES: Final = {
    "coverage": "Coverage parity: who gets automated",
    "error_rate": "Error parity",
    "selection_rate": "Demographic parity",
    "true_positive_rate": "Equalized odds: true positives",
    "false_positive_rate": "Equalized odds: false positives",
}
UNDEFINED: Final = {
    "coverage": "n/a: no cases",
    "error_rate": "n/a: nothing decided",
    "selection_rate": "n/a: nothing decided, or no favourable class",
    "true_positive_rate": "n/a: no positives among the decided",
    "false_positive_rate": "n/a: no negatives among the decided",
}


def headline(found: Audit) -> str:
    """Return what the single columns say, in a sentence each: the gaps that are shown to exist, else the largest."""
    sentences = [_of_table(table) for table in found.tables if len(table.columns) == 1]
    return " ".join(sentences) or "No groups of people were reported with this evaluation."


def _of_table(table: Table) -> str:
    known = [(gap.difference, name) for name, gap in table.gaps.items() if gap.difference is not None]
    if not known:
        return f"By {table.name}, no two groups are large enough to compare."
    sure = [name for _, name in known if (table.gaps[name].surest or 0) > 0]
    if sure:
        said = listed([f"{NAMES[name]} ({points(table.gaps[name].difference).lstrip('+')})" for name in sure])
        return f"By {table.name}, groups differ in {said}."
    largest, name = max(known)
    return (
        f"By {table.name}, no difference is shown; the largest seen is {points(largest).lstrip('+')} in {NAMES[name]}."
    )


def multiplicity(table: Table) -> str:
    """Return at which confidence each pair is held, so that all of a rate hold at once; empty without pairs."""
    if not table.pairs:
        return ""
    each = 1 - (1 - 0.95) / table.pairs
    return (
        f"{counted(table.pairs, 'pair')} of groups: each interval of a difference or a ratio is at {percent(each)}, so "
        f"that those of one rate hold at once at 95 % (Bonferroni)."
    )


def four_fifths_words(table: Table) -> str:
    """Return what the four-fifths rule says of a table; empty without selections."""
    found = table.four_fifths
    if not found.reference:
        return ""
    judged = [each for each in found.impacts if each.adverse is not None]
    if len(judged) < 2:
        return f"Four-fifths rule, {LABEL}: only {found.reference} is large enough, so there is nothing to compare."
    below = [_impact_words(each) for each in judged if each.adverse]
    lowest = min((each for each in judged if each.interval), key=lambda each: each.ratio or 0.0, default=None)
    none = "no group is below four fifths" + (f"; the lowest is {_impact_words(lowest)}" if lowest else "")
    said = f"below four fifths: {listed(below)}" if below else none
    return f"Four-fifths rule, {LABEL}. Reference {found.reference}, the highest rate among large groups: {said}."


def _impact_words(impact: Impact) -> str:
    """Return a group with its ratio and the interval of it, where there are any."""
    if impact.ratio is None or impact.interval is None:
        return impact.group
    ends = f"{lower_figure(impact.interval.low)} to {upper_figure(impact.interval.high)}"
    return f"{impact.group} at {figure(impact.ratio)} ({ends})"


def method(found: Audit) -> tuple[str, ...]:
    """Return how it was measured, one sentence each."""
    classes = (
        f"Selected means predicted as “{found.facts.favourable}”."
        if found.facts.favourable
        else "A favourable class was declared with the counts."
    )
    without = "No favourable class was declared, so selection, true and false positives cannot be said."
    return (
        f"All rates are at the threshold {figure(found.point.threshold)}: coverage is of all cases of a group, the "
        "others are of those that the model decides alone.",
        classes if found.has_classes else without,
        "Rates have Wilson intervals, differences Newcombe's, ratios Katz's on the logarithm, each of separate people; "
        "where a group has all or none, half a case is added to both outcomes of the two groups of a ratio.",
        f"A rate of fewer than {found.smallest} cases is too small to judge: shown, and in no gap.",
        f"A rate of fewer than {found.minimum} cases is hidden, and so is what would give it away: "
        f"{counted(found.hidden, 'group')} here. The API and files hide the same.",
    )


def shown_rates(found: Audit) -> tuple[str, ...]:
    """Return the rates that this evaluation can have."""
    return tuple(name for name in NAMES if found.has_classes or name not in OF_CLASSES)

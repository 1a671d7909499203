"""A comparison of champion and challenger in words: one sentence on top, and what the numbers do not say."""

from __future__ import annotations

from kpis.scoring.evaluations.rivals import Comparison, Part
from kpis.scoring.proportions import Interval
from kpis.scoring.wording import counted, listed, percent
from mltrack.formats import NOTHING, delta, points

MOST_NAMED = 3
LEANS = {
    "better": "better",
    "not_worse": "not worse by more than the margin",
    "open": "too few cases to tell",
    "worse": "worse, but not shown to be so by more than the margin",
    "beyond_margin": "worse by more than the margin",
    "nothing": "nothing to compare",
}
NO_DIFFERENCE = "No case tells the two apart: p = 1 says that nothing was found, not that they are equal."


def headline(found: Comparison) -> str:
    """Return what the comparison says, in a sentence or three: overall, then for whom it gets worse, then better."""
    if found.basis == "not_comparable":
        return f"Not comparable. {found.why}"
    whole = found.whole
    if whole is None or whole.found.difference is None or whole.found.interval is None:
        return "Nothing to compare: one of the two has no cases."
    said = [f"{_overall(whole)}: {LEANS[whole.lean]} overall."]
    said += [text for text in (_for_whom("Worse by more than the margin", found.among("beyond_margin")),) if text]
    said += [text for text in (_for_whom("Better", found.among("better")),) if text]
    if not found.among("beyond_margin") and found.tested:
        said.append(f"In none of {counted(found.tested, 'part')} is it shown to be worse by more than the margin.")
    return " ".join(said)


def _overall(whole: Part) -> str:
    where = f"On the same {whole.pairs.n:,} cases" if whole.pairs else "On separate samples"
    return (
        f"{where} the challenger's accuracy differs by {points(whole.found.difference)} ({span(whole.found.interval)})"
    )


def span(interval: Interval | None) -> str:
    """Return the ends of a difference's interval in points: "−0.5 to +3.6 points"."""
    if interval is None:
        return NOTHING
    return f"{delta(100 * interval.low)} to {delta(100 * interval.high)} points"


def _for_whom(word: str, parts: tuple[Part, ...]) -> str:
    if not parts:
        return ""
    named = [f"{part.name} ({points(part.found.difference)})" for part in parts[:MOST_NAMED]]
    more = f" and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
    return f"{word} in {', '.join(named) + more if more else listed(named)}."


def method(found: Comparison) -> tuple[str, ...]:
    """Return how it was compared, one sentence each."""
    if found.basis == "not_comparable":
        return ()
    paired = (
        "On pairs: McNemar's exact test decides, its mid-p value is only shown; the interval is that of the paired "
        "difference (Tango 1998)."
    )
    apart = "On separate samples: Newcombe's interval of the difference (1998), without a test."
    sure = percent(found.confidence)
    return (
        "Accuracy is compared over all cases, those included that either would leave to people.",
        *((paired,) if found.basis == "paired" else ()),
        *((apart,) if found.basis == "separate" or _some_apart(found) else ()),
        f"Intervals are shown at {sure}; decisions use one-sided bounds at {sure}, with a margin of "
        f"{points(found.margin).lstrip('+')}.",
    )


def _some_apart(found: Comparison) -> bool:
    return any(part.pairs is None and part.found.difference is not None for part in found.shown)


def multiplicity(found: Comparison) -> str:
    """Return what the number of comparisons does to them; empty where nothing is compared by part."""
    if not found.tested:
        return ""
    return (
        f"{counted(found.tested, 'part')} (slices and groups) compared, each by itself: a model that is equal in all "
        f"would be called worse in about {found.by_chance:.1f} by chance, and better in as many. "
        f"Times {found.tested}, a p-value holds for all of them at once (Bonferroni)."
    )


def said_of(part: Part) -> str:
    """Return what one part says, in words."""
    if part.hidden:
        return "hidden: few people, or it would give a small group away"
    if part.pairs and not part.pairs.champion_only and not part.pairs.challenger_only:
        return NO_DIFFERENCE
    return LEANS[part.lean]

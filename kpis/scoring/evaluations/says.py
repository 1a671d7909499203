"""An operating point in words: what holds there, how it came about, and what would settle the rest."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.scoring.evaluations.curve import CurvePoint
from kpis.scoring.evaluations.operating import Operating
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Decision
from kpis.scoring.targets import SIGNS, Target
from kpis.scoring.wording import counted, figure, percent

FIRST = 0.2
WORDS: dict[Decision, str] = {"met": "met", "missed": "missed", "undecided": "not proven yet"}


def says(found: Operating) -> tuple[str, ...]:
    """Return all of an operating point in a few sentences, the one that matters most first."""
    parts = [point_says(found), unreachable(found), more(found), how(found), coverage_says(found)]
    return tuple(part for part in parts if part)


def point_says(found: Operating) -> str:
    """Return accuracy and coverage at the threshold, each against its target."""
    point, decided = found.point, found.decision
    threshold = figure(point.threshold)
    if point.accuracy is None or point.coverage is None:
        return f"No case reaches a confidence of {threshold}: everything is left to people."
    right = percent(point.accuracy) + _against(found.accuracy, decided.accuracy if decided else None)
    covered = percent(point.coverage) + _against(found.coverage, decided.coverage if decided else None)
    return f"Accuracy {right} at coverage {covered}, deciding from a confidence of {threshold} on."


def _against(target: Target | None, decision: Decision | None) -> str:
    if target is None:
        return ""
    wanted = f"target {SIGNS.get(target.comparator, 'from')} {percent(target.value)}"
    return f" ({wanted}: {WORDS[decision]})" if decision else f" ({wanted})"


def curve_says(points: Sequence[CurvePoint]) -> str:
    """Return the curve in one sentence: from the strictest fifth of the cases to all that have a confidence."""
    answered = [point for point in points if point.accuracy is not None and point.coverage is not None]
    if not answered:
        return "No case has a confidence, so that there is no curve."
    last = answered[-1]
    first = next((point for point in answered if (point.coverage or 0) >= FIRST), last)
    ends = [f"{percent(each.accuracy or 0)} at {percent(each.coverage or 0)} coverage" for each in (first, last)]
    return f"Accuracy {ends[0]}." if first is last else f"Accuracy from {ends[0]} to {ends[1]}."


def how(found: Operating) -> str:
    """Return how the threshold came about."""
    sure = percent(found.accuracy.sure if found.accuracy else DEFAULT_CONFIDENCE)
    return {
        "declared": "The threshold was declared before the data came, so exact bounds decide.",
        "late": "The target names this threshold, but only since the data were known: only the guarantee proves it.",
        "fixed_sequence": f"The threshold was chosen on these cases within the guarantee, at {sure} confidence.",
        "observed": f"The threshold is the best observed on these cases; nothing is guaranteed at {sure} confidence.",
        "asked": "You ask for this threshold on the same cases, so only the guarantee proves it.",
        "all": "No accuracy target says from which confidence on the model may decide alone.",
    }[found.method]


def coverage_says(found: Operating) -> str:
    """Return guaranteed beside observed coverage, and SGR's; empty where no accuracy is asked for."""
    choice = found.choice
    if choice is None:
        return ""
    observed = choice.observed.coverage if choice.observed else None
    parts = [f"observed {_share(observed)}", f"by SGR {_share(choice.sgr.coverage if choice.sgr else None)}"]
    return f"Guaranteed coverage {_share(found.guaranteed_coverage)}, {', '.join(parts)}."


def _share(value: float | None) -> str:
    return "none" if value is None else percent(value)


def unreachable(found: Operating) -> str:
    """Return that no threshold has both, and what comes nearest; empty where one has, or where not both are asked."""
    words = found.reach.words if found.reach and not found.reach.reachable else ""
    return f"{words[0].upper()}{words[1:]}." if words else ""


def more(found: Operating) -> str:
    """Return how many cases more would settle what is open; empty where nothing is, or where none would."""
    decided = found.decision
    if decided is None or decided.together != "undecided":
        return ""
    if decided.n_more is None:
        return "More cases at the present rates would not prove it."
    fresh = "fresh cases" if decided.accuracy == "undecided" and found.method != "declared" else "more cases"
    return f"{counted(decided.n_more, 'case').split()[0]} {fresh} would settle it at the present rates."


def together(found: Operating) -> str:
    """Return whether both targets hold here, in one line."""
    decided = found.decision
    if decided is None or found.coverage is None:
        return ""
    answer = {
        "met": "Both targets hold here.",
        "missed": "The two targets do not hold here together.",
        "undecided": "Not proven here for both targets.",
    }
    return answer[decided.together] if decided.together else "Nothing is decided here."


def anywhere(found: Operating) -> str:
    """Return whether some threshold has both targets, as observed; empty where not both are asked."""
    if found.reach is None:
        return ""
    return unreachable(found) or f"Both are {found.reach.words}, as observed."

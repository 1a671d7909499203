"""A target that lies above the ceiling of the labels, said before anybody trains for it."""

from __future__ import annotations

from kpis.scoring.labeling.ceiling import Ceiling
from kpis.scoring.targets import Target
from kpis.scoring.wording import figure, upper_figure


def ceiling_caution(target: Target, ceiling: Ceiling | None) -> str:
    """Return what the ceiling says of a target on accuracy over all cases, "" where nothing stands against it.

    A target above the upper bound cannot be measured. One that lies only above the estimate may be, and is said so.
    Who leaves cases to people is measured on fewer labels, so that the ceiling is not proof against such a target.
    """
    if ceiling is None or target.metric != "accuracy" or target.slice or target.comparator in ("<=", "<"):
        return ""
    if ceiling.reaches(target.value) == "missed":
        return (
            f"No model can be measured above {upper_figure(ceiling.high)} with these labels, because some are wrong: "
            f"the target of {figure(target.value)} lies above that. Mend labels before training for it."
        )
    if ceiling.value < target.value:
        return (
            f"A perfect model would be measured at about {figure(ceiling.value)} with these labels: "
            f"the target of {figure(target.value)} lies above that."
        )
    return ""

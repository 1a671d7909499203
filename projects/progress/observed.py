"""One observed value, whoever read it: from a call, or from a file of another library. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

KINDS: Final = ("volume", "drift", "quality", "latency", "errors", "cost")
# What is counted or timed; a drift, a quality and a cost may be less than nothing.
COUNTED: Final = frozenset({"volume", "latency", "errors"})
# The tests of Evidently 0.7.23 that give a p-value, by name and as shown, and those that give a distance.
_P_VALUES: Final = frozenset(
    {"anderson", "anderson_darling", "chisquare", "cramer_von_mises", "es", "epps_singleton", "fisher_exact"}
    | {"fishers_exact_test", "g_test", "ks", "mannw", "mann_whitney_u_rank_test", "empirical_mmd", "t_test", "tvd"}
    | {"total_variation_distance", "z"}
)
_DISTANCES: Final = frozenset(
    {"ed", "hellinger", "jensenshannon", "kl_div", "psi", "wasserstein", "share_of_columns"}
    | {"perc_text_content_drift", "percentile_text_content_drift"}
    | {"abs_text_content_drift", "absolute_text_content_drift"}
)


@dataclass(frozen=True, slots=True)
class ObservedValue:
    """A value of a series at a moment with a zone.

    `n` is over how many cases, `method` how it was measured (`psi`, `p_value ks`), `threshold` what the reporter
    compares it with, `reference` what it was compared to. `period_days` is how many days a volume covers, None where
    the reporter does not say.
    """

    kind: str
    name: str
    time: datetime
    value: float
    segment: str = ""
    n: int | None = None
    method: str = ""
    threshold: float | None = None
    reference: str = ""
    period_days: int | None = None

    @property
    def series(self) -> tuple[str, str, str]:
        """Return what names its series in an initiative."""
        return self.kind, self.name, self.segment


def is_p_value(method: str) -> bool | None:
    """Say whether a method gives a p-value, which is small where things differ, or a distance, which is large then.

    None for a method that is neither called a p-value nor known: nobody can tell.
    """
    words = "_".join(method.lower().replace("-", "_").replace("'", "").split())
    if "p_value" in words or "pvalue" in words or words in _P_VALUES:
        return True
    return False if words in _DISTANCES or "distance" in words or "divergence" in words else None


def fails(kind: str, method: str, value: float, threshold: float | None) -> bool | None:
    """Say whether a value is on the wrong side of its threshold, None where nobody can tell.

    A p-value fails below it, a distance at it and above; a quality, the share that passed, fails below it; latency,
    errors and cost fail above it. A volume tells nothing, and neither does a drift by a method that is not known.
    """
    if threshold is None or kind == "volume":
        return None
    if kind == "quality":
        return value < threshold
    if kind != "drift":
        return value > threshold
    small = is_p_value(method)
    return None if small is None else value < threshold if small else value >= threshold

"""Other names that runs give a metric, brought to the one name that targets use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpis.scoring.points import MetricPoint
from kpis.scoring.wording import listed

COMPANIONS = ("", "_n", "_low", "_high")


@dataclass(frozen=True, slots=True)
class Named:
    """Metrics under their own names, and for each name that two keys claim why nothing stands there."""

    metrics: Mapping[str, MetricPoint]
    ambiguous: Mapping[str, str] = field(default_factory=dict)


def apply_aliases(metrics: Mapping[str, MetricPoint], aliases: Mapping[str, str]) -> Named:
    """Return the metrics with each alias's value under the metric's own name, the reported keys kept.

    `aliases` maps alias to metric; `<alias>_n`, `_low` and `_high` follow. A key that is the name itself wins.
    Two aliases of one metric with different values are ambiguous: the name stays empty, with the reason.
    """
    named = dict(metrics)
    ambiguous = {}
    for metric, keys in _claims(metrics, aliases).items():
        if metric in metrics:
            continue
        values = {(metrics[key].value, metrics[key].special) for key in keys}
        if len(values) == 1:
            named[metric] = metrics[keys[0]]
        else:
            ambiguous[metric] = (
                f"{listed(keys)} all stand for {metric} and differ: keep one alias, or report {metric} itself"
            )
    return Named(named, ambiguous)


def _claims(metrics: Mapping[str, MetricPoint], aliases: Mapping[str, str]) -> dict[str, list[str]]:
    claims: dict[str, list[str]] = {}
    for alias in sorted(aliases):
        for suffix in COMPANIONS:
            if alias + suffix in metrics:
                claims.setdefault(aliases[alias] + suffix, []).append(alias + suffix)
    return claims

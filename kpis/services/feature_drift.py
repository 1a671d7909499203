"""Drift that is computed here from samples or histograms, and kept as what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError

from kpis.scoring.monitoring.feature_drift import (
    BINS,
    DRAWN,
    KEPT_AS,
    FeatureDrift,
    Method,
    compare_bins,
    compare_samples,
)
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.observations import Recorded, record_observations

MOST_DRAWN_BINS: Final = 1_000
"""Drawing what chance gives takes about 2 ms a bin."""


@dataclass(frozen=True, slots=True)
class KeptDrift:
    """A feature that was compared, by which method, and what became of its observation."""

    name: str
    segment: str
    method: Method
    found: FeatureDrift
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class ComparedFeature:
    """A feature that was compared, and nothing is kept of it yet."""

    name: str
    segment: str
    method: Method
    found: FeatureDrift


def compare_features(features: Sequence[Mapping[str, Any]]) -> list[ComparedFeature]:
    """Compare features with their reference. It takes seconds: call it outside of a transaction.

    A feature is {name, segment?, method?, and bins or samples: {reference, current}}. Without a method it is "psi" for
    bins and "ks" for samples. Raises ValidationError that names each wrong place, such as `features/3/bins`, and
    `features` where they have too many bins together.
    """
    methods = [_method(each) for each in features]
    bins = sum(_drawn_bins(feature, method) for feature, method in zip(features, methods))
    if bins > MOST_DRAWN_BINS:
        text = f"Features by psi and jensenshannon have at most {MOST_DRAWN_BINS:,} bins together, these have {bins:,}."
        raise ValidationError({"features": f"{text} Send them in several calls."})
    found, faults = [], {}
    for place, (feature, method) in enumerate(zip(features, methods)):
        try:
            drift = _compared(feature, method)
            found.append(ComparedFeature(feature["name"], feature.get("segment", ""), method, drift))
        except ValueError as wrong:
            faults[f"features/{place}/{_given(feature)}"] = str(wrong)
    if faults:
        raise ValidationError(faults)
    return found


def record_drift(
    principal: Principal, initiative: Initiative, compared: Sequence[ComparedFeature], time: datetime, reference: str
) -> list[KeptDrift]:
    """Keep each drift as an observation, all or none. Raises ValidationError that names each wrong place."""
    items = [
        {
            "kind": "drift",
            "name": each.name,
            "segment": each.segment,
            "time": time.isoformat(),
            "value": each.found.value,
            "n": each.found.n,
            "method": KEPT_AS[each.method],
            "threshold": each.found.threshold,
            "reference": reference or f"{each.found.n_reference:,} cases",
        }
        for each in compared
    ]
    try:
        recorded = record_observations(principal, initiative, items)
    except ValidationError as error:
        raise ValidationError(_of_features(error)) from None
    return [KeptDrift(each.name, each.segment, each.method, each.found, kept) for each, kept in zip(compared, recorded)]


def _of_features(error: ValidationError) -> dict[str, list[str]]:
    """Return faults of observations as those of the features that they are of, in their texts, too."""
    return {
        name.replace("observations", "features", 1): [text.replace("observations/", "features/") for text in texts]
        for name, texts in error.message_dict.items()
    }


def _drawn_bins(feature: Mapping[str, Any], method: Method) -> int:
    """Return how many bins are drawn to judge a feature; of samples there are tenths."""
    if method not in DRAWN:
        return 0
    return len(feature["bins"]["reference"]) if feature.get("bins") else BINS


def _given(feature: Mapping[str, Any]) -> str:
    return "bins" if feature.get("bins") else "samples"


def _method(feature: Mapping[str, Any]) -> Method:
    method: Method = feature.get("method") or ("psi" if feature.get("bins") else "ks")
    return method


def _compared(feature: Mapping[str, Any], method: Method) -> FeatureDrift:
    bins, samples = feature.get("bins"), feature.get("samples")
    if bool(bins) == bool(samples):
        raise ValueError("Give bins or samples, one of both.")
    if bins:
        return compare_bins(method, bins["reference"], bins["current"])
    return compare_samples(method, feature["samples"]["reference"], feature["samples"]["current"])

"""Drift that is computed here from samples or histograms, and kept as what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from kpis.scoring.monitoring.feature_drift import KEPT_AS, FeatureDrift, Method, compare_bins, compare_samples
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.observations import Recorded, record_observations


@dataclass(frozen=True, slots=True)
class KeptDrift:
    """A feature that was compared, by which method, and what became of its observation."""

    name: str
    segment: str
    method: Method
    found: FeatureDrift
    recorded: Recorded


def record_drift(
    principal: Principal,
    initiative: Initiative,
    features: Sequence[Mapping[str, Any]],
    time: datetime,
    reference: str,
) -> list[KeptDrift]:
    """Compare features with their reference and keep each drift as an observation, all or none.

    A feature is {name, segment?, method?, and bins or samples: {reference, current}}. Without a method it is "psi" for
    bins and "ks" for samples. Raises ValidationError that names each wrong place, such as `features/3/bins`.
    """
    methods = [_method(each) for each in features]
    found, faults = [], {}
    for place, (feature, method) in enumerate(zip(features, methods)):
        try:
            found.append(_compared(feature, method))
        except ValueError as wrong:
            faults[f"features/{place}/{_given(feature)}"] = str(wrong)
    if faults:
        raise ValidationError(faults)
    items = [
        {
            "kind": "drift",
            "name": feature["name"],
            "segment": feature.get("segment", ""),
            "time": time.isoformat(),
            "value": drift.value,
            "n": drift.n,
            "method": KEPT_AS[method],
            "threshold": drift.threshold,
            "reference": reference or f"{drift.n_reference:,} cases",
        }
        for feature, method, drift in zip(features, methods, found)
    ]
    try:
        recorded = record_observations(principal, initiative, items)
    except ValidationError as error:
        told = {name.replace("observations", "features"): texts for name, texts in error.message_dict.items()}
        raise ValidationError(told) from None
    return [
        KeptDrift(feature["name"], feature.get("segment", ""), method, drift, kept)
        for feature, method, drift, kept in zip(features, methods, found, recorded)
    ]


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

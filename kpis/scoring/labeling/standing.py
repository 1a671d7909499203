"""How labels stand, kept for the judgement: agreement is resampled when labels change, not whenever a gate asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Final

from kpis.scoring.labeling.audit_result import AuditResult, measured
from kpis.scoring.labeling.decisions import alpha_bounds
from kpis.scoring.proportions import Interval
from projects.progress.labeling.agreement import Agreement, agreement
from projects.progress.labeling.audit_cells import AuditCell
from projects.progress.labeling.coefficients import Bootstrap
from projects.progress.labeling.patterns import Patterns
from projects.progress.labeling.quotas import Quota

CONFIDENCES: Final = (0.95, 0.99)
"""The bounds of agreement that are kept; a target with another confidence is judged by the next larger one."""
_KEPT: Final = ("id", "url", "labels_digest", "seed", "kind", "wanted", "drawn", "relabeled")
_MOMENTS: Final = ("drawn_at", "closed_at")


@dataclass(frozen=True, slots=True)
class AgreementStanding:
    """Krippendorff's alpha on `tasks` tasks with two labels or more, with its one-sided bounds by confidence.

    `value` is None with the reason in `words`.
    """

    tasks: int
    value: float | None
    words: str = ""
    bounds: tuple[tuple[float, Interval], ...] = ()

    def at(self, confidence: float) -> Interval | None:
        """Return the bounds at this confidence or the next larger one that is kept, None where there are none."""
        return next((ends for kept, ends in self.bounds if kept >= confidence), None)


@dataclass(frozen=True, slots=True)
class LabelStanding:
    """What the labels section is judged by. `at` is when it was counted, `url` the path of the labeling tab.

    `audit` is the one that was closed last, and `newer` how many labels at least came or changed since it was drawn.
    """

    at: datetime
    url: str = ""
    labeled: int = 0
    quotas: tuple[Quota, ...] = ()
    agreement: AgreementStanding | None = None
    audit: AuditResult | None = None
    newer: int = 0


def agreement_standing(patterns: Patterns) -> AgreementStanding | None:
    """Return how far annotators agree, None without a label."""
    if not patterns.counts:
        return None
    found = {confidence: agreement(patterns, Bootstrap(confidence=confidence)) for confidence in CONFIDENCES}
    first = found[CONFIDENCES[0]]
    ends = ((confidence, alpha_bounds(each, confidence)) for confidence, each in found.items())
    bounds = tuple((confidence, interval) for confidence, interval in ends if interval is not None)
    return AgreementStanding(first.tasks, first.alpha.value, _why_none(first), bounds)


def _why_none(found: Agreement) -> str:
    if found.alpha.value is None:
        return found.alpha.words
    return "" if found.alpha.bounds else "too few tasks for an interval"


def standing_document(standing: LabelStanding) -> dict[str, Any]:
    """Return a standing as it is kept, without its time and path."""
    found = standing.agreement
    return {
        "labeled": standing.labeled,
        "quotas": [[each.name, each.wanted, each.have] for each in standing.quotas],
        "agreement": found
        and {
            "tasks": found.tasks,
            "value": found.value,
            "words": found.words,
            "bounds": [[confidence, ends.low, ends.high] for confidence, ends in found.bounds],
        },
        "audit": standing.audit and _audit_document(standing.audit),
        "newer": standing.newer,
    }


def _audit_document(audit: AuditResult) -> dict[str, Any]:
    return {
        **{name: getattr(audit, name) for name in _KEPT},
        **{name: getattr(audit, name).isoformat() for name in _MOMENTS},
        "cells": [astuple(each) for each in audit.cells],
    }


def _audit_from(kept: Mapping[str, Any]) -> AuditResult:
    about: dict[str, Any] = {name: kept[name] for name in _KEPT}
    about |= {name: datetime.fromisoformat(kept[name]) for name in _MOMENTS}
    return measured(AuditResult(**about), [AuditCell(*each) for each in kept["cells"]])


def standing_from(document: Mapping[str, Any], at: datetime, url: str) -> LabelStanding:
    """Return what `standing_document` made."""
    found = document["agreement"]
    return LabelStanding(
        at=at,
        url=url,
        labeled=document["labeled"],
        quotas=tuple(Quota(*each) for each in document["quotas"]),
        agreement=found
        and AgreementStanding(
            found["tasks"],
            found["value"],
            found["words"],
            tuple((confidence, Interval(low, high)) for confidence, low, high in found["bounds"]),
        ),
        audit=document["audit"] and _audit_from(document["audit"]),
        newer=document["newer"],
    )

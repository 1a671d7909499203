"""A permitted failure: when it covers a check, and when it opens again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kpis.scoring.inputs import WaiverFacts
from kpis.scoring.measurement import Measurement
from kpis.scoring.results import CheckResult
from kpis.scoring.wording import figure

# Values are shown with four decimals; a waiver may name the value as it was shown.
ROUNDING = 5e-5


def waived(
    result: CheckResult, measured: Measurement | None, waivers: Sequence[WaiverFacts], now: datetime
) -> CheckResult:
    """Return the result under the check's waivers: "waived" while an approved one covers it.

    A check that stands needs none. A waiver does not cover a value worse than the one it names; then it is open
    again and the result says so. The reason of the failure stays.
    """
    if result.stands:
        return result
    active = [each for each in waivers if each.check == result.check.id and in_force(each, now)]
    for waiver in sorted(active, key=lambda each: each.expires, reverse=True):
        opened = reopened(waiver, result, measured)
        if not opened:
            end = waiver.expires if result.expires is None else min(waiver.expires, result.expires)
            return replace(result, result="waived", points=0.0, waiver=waiver, expires=end, reopened="")
        result = replace(result, reopened=opened)
    return result


def in_force(waiver: WaiverFacts, now: datetime) -> bool:
    """Say whether a waiver is approved and has not ended."""
    return waiver.state == "approved" and waiver.expires > now


def reopened(waiver: WaiverFacts, result: CheckResult, measured: Measurement | None) -> str:
    """Return why a waiver no longer covers the check, or an empty text."""
    value = None if measured is None else measured.value
    aim = None if measured is None else measured.aim
    if aim is None:
        return ""
    if waiver.value is None:
        return (
            "the waiver names no value, and now one is measured"
            if value is not None and result.result == "fail"
            else ""
        )
    if value is None:
        return f"the waiver names {figure(waiver.value)}, and now nothing is measured"
    if aim.distance(value) <= aim.distance(waiver.value) + ROUNDING:
        return ""
    if value != result.observed:
        return "what is judged together is missed by more than the waiver names"
    return f"the waiver names {figure(waiver.value)}, and it has become worse: {figure(value)}"

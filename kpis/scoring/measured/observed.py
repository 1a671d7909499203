"""Does the data arrive whole, undrifted and sound? By what is observed, and the findings that are open."""

from __future__ import annotations

from dataclasses import replace

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.measured.several import NO_DISTANCE
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.observed import OpenFinding
from kpis.scoring.wording import counted


def complete(inputs: JudgementInputs) -> Measurement:
    """Measure whether every segment that is large enough to be watched still arrives."""
    seen, expected = inputs.observed, "no silent segment"
    found = [each for each in seen.open if each.kind in ("silent", "stopped")]
    if found:
        return _failing(found, expected)
    if seen.watched:
        more = f", {counted(seen.small, 'segment')} too small to watch" if seen.small else ""
        return Measurement(
            "pass", f"{counted(seen.watched, 'segment')} watched{more}", expected, value=0.0, aim=NO_DISTANCE
        )
    if seen.small or seen.new:
        reason = "no segment is large enough to watch" if seen.small else "no segment is known long enough to watch"
        return Measurement("insufficient", expected=expected, reason=reason)
    return _unobserved(inputs, expected, "no volume is observed")


def undrifted(inputs: JudgementInputs) -> Measurement:
    """Measure whether no feature's newest drift is beyond its own threshold."""
    return _within(inputs, "drift", "no drift beyond its threshold", "no drift is observed")


def quality(inputs: JudgementInputs) -> Measurement:
    """Measure whether the newest quality of each name reaches its own threshold."""
    return _within(inputs, "quality", "every quality at its threshold", "no quality is observed")


def audited(inputs: JudgementInputs) -> Measurement:
    """Measure whether what is live misses no target for sure in its newest evaluation: no bound crosses one."""
    seen, expected = inputs.observed, "no target missed for sure in production"
    found = [each for each in seen.open if each.kind == "evaluation"]
    if found:
        return _failing(found, expected)
    newest = seen.audited
    if newest is None:
        live = "no evaluation in production is of what is live"
        return _unobserved(inputs, expected, live if inputs.production else "no evaluation was made in production")
    passed = Measurement("pass", newest.name, expected, value=0.0, aim=NO_DISTANCE)
    return replace(passed, at=newest.at, oldest=str(newest))


def _within(inputs: JudgementInputs, kind: str, expected: str, unobserved: str) -> Measurement:
    seen = inputs.observed
    found = [each for each in seen.open if each.kind == kind]
    if found:
        return _failing(found, expected)
    if seen.judged.get(kind):
        first = seen.oldest.get(kind)
        passed = Measurement("pass", f"{seen.judged[kind]:,} within", expected, value=0.0, aim=NO_DISTANCE)
        return passed if first is None else replace(passed, at=first.at, oldest=str(first))
    if seen.unjudged.get(kind):
        return Measurement(
            "insufficient", expected=expected, reason="no value comes with a threshold that can be judged"
        )
    return _unobserved(inputs, expected, unobserved)


def _failing(found: list[OpenFinding], expected: str) -> Measurement:
    """Return the failure with its findings; a waiver compares how many there are."""
    return Measurement(
        "fail",
        counted(len(found), "open finding"),
        expected,
        reason=found[0].words + (f", and {len(found) - 1:,} more" if len(found) > 1 else ""),
        evidence=tuple(Evidence(each.words, each.url, "finding") for each in found),
        value=float(len(found)),
        aim=NO_DISTANCE,
    )


def _unobserved(inputs: JudgementInputs, expected: str, reason: str) -> Measurement:
    """Return that nothing is observed, which matters from production on."""
    if inputs.initiative.stage == "production":
        return Measurement("missing", expected=expected, reason=reason)
    return Measurement(
        "not_applicable", expected=expected, reason=f"{reason}, and the stage is {inputs.initiative.stage}"
    )

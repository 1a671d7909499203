"""Is it owned and watched, are latency, cost and errors within what was agreed, and is it trained again in time?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.measured.ages import MODEL_AGE, end_of, in_days, most_days
from kpis.scoring.measured.several import NO_DISTANCE, combined
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.observed import Figure, Seen
from kpis.scoring.points import MetricPoint
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import SIGNS, Criticality, Target, accepted
from kpis.scoring.wording import day, figure, listed

NOT_LIVE: Final = "nothing is live in production yet"
BRING_N: Final = "Report how many requests each rate is of, as its n, or link how failing requests are watched."
FEWER: Final = "Observe them in fewer segments."
MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class _Held:
    """A figure against the initiative's target of its name, else the threshold that it came with; None without both."""

    figure: Figure
    target: Target | None

    @property
    def holds(self) -> bool | None:
        """Whether the value is accepted, None where nobody said what is."""
        return None if self.target is None else accepted(self.target).holds(self.figure.value)

    @property
    def distance(self) -> float:
        """How far the value lies outside, as a ratio of what was agreed."""
        if self.target is None:
            return 0.0
        return accepted(self.target).distance(self.figure.value) / max(abs(self.target.value), 1e-9)

    def __str__(self) -> str:
        seen, target = self.figure.seen, self.target
        bar = "" if target is None else f", agreed {SIGNS.get(target.comparator, 'from')} {figure(target.value)}"
        n = "" if self.figure.n is None else f", n = {self.figure.n:,}"
        return f"{seen} {figure(self.figure.value)}{bar}{n}, of {day(seen.at)}"


def owned(inputs: JudgementInputs) -> Measurement:
    """Measure whether the initiative's owner is a member who can still act."""
    owner, expected = inputs.initiative.owner, "an owner who is an active member"
    if not owner:
        return Measurement("missing", expected=expected, reason="the initiative has no owner")
    if not inputs.observed.owned:
        return Measurement("missing", expected=expected, reason=f"{owner} is no active member any more")
    return Measurement("pass", observed=owner, expected=expected)


def watched(inputs: JudgementInputs) -> Measurement:
    """Measure whether what is live is observed, or its endpoint asked; the scorecard says how recently."""
    seen, expected = inputs.observed, "what is live is observed, or its endpoint asked"
    if inputs.production is None:
        return Measurement("missing", expected=expected, reason=NOT_LIVE)
    known = [(seen.probed_at, "its endpoint")] if seen.probed_at is not None else []
    if seen.newest is not None:
        known.append((seen.newest.at, str(seen.newest)))
    if not known:
        why = "neither volume, latency nor errors are observed, and its endpoint is not asked"
        return Measurement("missing", expected=expected, reason=why)
    at, what = max(known)
    proof = (Evidence(f"{what}, {day(at)}", kind="observation"),)
    return Measurement("pass", observed=what, expected=expected, evidence=proof, at=at, oldest=what)


def latency_and_cost(inputs: JudgementInputs) -> Measurement:
    """Measure whether the newest latency and cost keep the initiative's targets, else their own thresholds.

    They are compared as points: no interval is known of them. A word may stand for the one that nobody observes.
    """
    held, expected = _held(inputs, "latency", "cost"), "latency and cost within what was agreed"
    proof, known = _proof(held), {each.figure.seen.kind for each in held}
    beyond = [each for each in held if each.holds is False]
    if beyond:
        apart = sum(each.distance for each in beyond)
        return Measurement(
            "fail", _named(beyond), expected, reason=_named(beyond), evidence=proof, value=apart, aim=NO_DISTANCE
        )
    unread = _unread(inputs, "latency", "cost")
    if unread:
        return Measurement("insufficient", expected=expected, reason=unread, what_would_pass=FEWER, evidence=proof)
    absent = [kind for kind in ("latency", "cost") if kind not in known]
    if absent:
        return Measurement("missing", expected=expected, reason=f"no {listed(absent)} is observed", evidence=proof)
    unknown = [each for each in held if each.holds is None]
    if unknown:
        return Measurement("insufficient", expected=expected, reason=_unsaid(unknown), evidence=proof)
    first, words = _oldest(held), _named(held)
    passed = Measurement("pass", words, expected, evidence=proof, value=0.0, aim=NO_DISTANCE, half=True)
    return replace(passed, at=first.at, oldest=str(first))


def errors(inputs: JudgementInputs) -> Measurement:
    """Measure whether error rates keep what was agreed: a rate with n by its bound, as every share of cases is.

    Where nothing is unproven but for want of n, no fact says it: it is missing, and a word may stand.
    """
    held, expected = _held(inputs, "errors"), "error rates within what was agreed"
    if not held:
        return Measurement("missing", expected=expected, reason="no errors are observed")
    unknown = [each for each in held if each.target is None]
    if unknown:
        return Measurement("insufficient", expected=expected, reason=_unsaid(unknown), evidence=_proof(held))
    judged, first = _each_judged(held, inputs.initiative.criticality), _oldest(held)
    found = replace(combined(judged, _proof(held), first.at), oldest=str(first))
    unread = _unread(inputs, "errors")
    if unread and found.result != "fail":
        return Measurement(
            "insufficient", expected=found.expected, reason=unread, what_would_pass=FEWER, evidence=found.evidence
        )
    return found


def refreshed(inputs: JudgementInputs) -> Measurement:
    """Measure whether what is live was trained within the days that a target on `model_age_days` allows.

    The target says when to train again; that the time has come makes it stale, and whoever follows the verdict is told.
    """
    days = most_days(inputs, MODEL_AGE)
    if days is None:
        return Measurement("missing", reason=f"no target is set on {MODEL_AGE}")
    expected, live = f"trained at most {in_days(days)} ago", inputs.production
    if live is None:
        return Measurement("missing", expected=expected, reason=NOT_LIVE)
    trained = live.ended_at
    if trained is None:
        return Measurement("missing", expected=expected, reason="nobody knows when what is live was trained")
    proof = (Evidence(live.label or live.id, live.url, "production"),)
    return Measurement(
        "pass",
        observed=f"trained on {day(trained)}",
        expected=expected,
        evidence=proof,
        until=end_of(trained, days),
        outlived=f"what is live was trained on {day(trained)}, more than {in_days(days)} ago",
        what_would_pass="Train again and bring it live.",
    )


def _held(inputs: JudgementInputs, *kinds: str) -> list[_Held]:
    return [_Held(each, _target(inputs, each)) for each in inputs.observed.figures if each.seen.kind in kinds]


def _unread(inputs: JudgementInputs, *kinds: str) -> str:
    """Return in words which kinds have more series than were read, "" when none has: no pass rests on a part."""
    read = Counter(each.seen.kind for each in inputs.observed.figures)
    series = inputs.observed.series
    more = [
        f"{series[kind]:,} series of {kind}, of which {read[kind]:,} are looked at"
        for kind in kinds
        if series.get(kind, 0) > read[kind]
    ]
    return f"too many to judge: {listed(more)}" if more else ""


def _target(inputs: JudgementInputs, found: Figure) -> Target | None:
    name, segment = found.seen.name, found.seen.segment
    target = next((each for each in inputs.targets if (each.metric, each.slice) == (name, segment)), None)
    if target is None and found.threshold is not None:
        return Target("", name, "<=", found.threshold, slice=segment)
    return target


def _each_judged(held: Sequence[_Held], level: Criticality) -> list[TargetJudgement]:
    """Judge error rates. Those within their target of which only n is unknown are missing, if no other falls short."""
    pairs = [(each, _judged(each.figure, each.target, level)) for each in held if each.target is not None]
    short = [(each, found) for each, found in pairs if found.result != "pass"]
    if not all(each.holds and found.unknown_n for each, found in short):
        return [found for _, found in pairs]
    return [
        replace(found, result="missing", what_would_pass=BRING_N) if found.unknown_n else found for _, found in pairs
    ]


def _judged(found: Figure, target: Target, level: Criticality) -> TargetJudgement:
    """Judge an error rate as a share of cases; what is no share, such as a count, as the point that it is."""
    if 0 <= found.value <= 1 and 0 <= target.value <= 1:
        return judge_target(replace(target, proportion=True), MetricPoint(found.value, n=found.n), level)
    return judge_target(replace(target, proportion=False), MetricPoint(found.value, n=found.n), "experiment")


def _oldest(held: Sequence[_Held]) -> Seen:
    return min((each.figure.seen for each in held), key=lambda seen: seen.at)


def _named(held: Sequence[_Held]) -> str:
    more = len(held) - MOST_NAMED
    return "; ".join(map(str, held[:MOST_NAMED])) + (f"; and {more:,} more" if more > 0 else "")


def _unsaid(held: Sequence[_Held]) -> str:
    return f"nobody said what is wanted: {_named(held)}"


def _proof(held: Sequence[_Held]) -> tuple[Evidence, ...]:
    return tuple(Evidence(str(each), kind="observation") for each in held[:MOST_NAMED])

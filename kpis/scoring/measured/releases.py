"""Is it served from an image, did it meet live traffic in small steps, and is going back proven?"""

from __future__ import annotations

from collections.abc import Iterable

from kpis.scoring.inputs import JudgementInputs, ReleaseFacts
from kpis.scoring.measured.candidate import unusable
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.wording import counted, day
from projects.progress.releases import WAS_LIVE


def containerised(inputs: JudgementInputs) -> Measurement:
    """Measure whether a deployment of the candidate names the image that serves it."""
    expected = "an image digest"
    blocked = unusable(inputs.candidate)
    if blocked is not None:
        return blocked
    ours = _of_candidate(inputs)
    named = next((each for each in ours if each.image), None)
    if named is not None:
        return Measurement("pass", observed=named.image[:19], expected=expected, evidence=_evidence([named]))
    why = "no deployment of the candidate names an image" if ours else "the candidate was not deployed yet"
    return Measurement("missing", expected=expected, reason=why, evidence=_evidence(ours[:1]))


def canary(inputs: JudgementInputs) -> Measurement:
    """Measure whether the candidate was a canary or shadow before it was live anywhere."""
    expected = "a canary or shadow before it is live"
    blocked = unusable(inputs.candidate)
    if blocked is not None:
        return blocked
    ours = _of_candidate(inputs)
    live = min((each.at for each in ours if each.state in WAS_LIVE), default=None)
    steps = [(each.beside_at, each) for each in ours if each.beside_at is not None]
    first, release = min(steps, key=lambda step: step[0], default=(None, None))
    if release is not None and first is not None and (live is None or first <= live):
        observed = f"beside what is live in {release.environment} since {day(first)}"
        return Measurement("pass", observed=observed, expected=expected, evidence=_evidence([release]))
    why = "it was live before it was a canary" if live else "it was no canary or shadow yet"
    return Measurement("missing", expected=expected, reason=why, evidence=_evidence(ours[:1]))


def rollback(inputs: JudgementInputs) -> Measurement:
    """Measure when a version was taken back last, or that was rehearsed; the scorecard says how long that counts."""
    expected, last = "a rollback or a rehearsal of it", inputs.rollback
    if last is None:
        return Measurement("missing", expected=expected, reason="going back was neither done nor rehearsed")
    took = "not timed" if last.seconds is None else f"took {counted(last.seconds, 'second')}"
    what = f"rehearsed in {last.environment}" if last.kind == "rehearsal" else f"{last.change} in {last.environment}"
    proof = Evidence(f"{what} on {day(last.at)}", last.url, "rollback")
    return Measurement("pass", observed=f"{what}, {took}", expected=expected, evidence=(proof,), at=last.at)


def _of_candidate(inputs: JudgementInputs) -> list[ReleaseFacts]:
    """Return the deployments of the candidate: of its model version, or of its run."""
    candidate = inputs.candidate
    if candidate is None:
        return []
    version = candidate.id if candidate.kind == "model_version" else ""
    run = candidate.run.id
    return [
        each for each in inputs.releases if (version and each.model_version == version) or (run and each.run == run)
    ]


def _evidence(releases: Iterable[ReleaseFacts]) -> tuple[Evidence, ...]:
    return tuple(Evidence(f"{each.version} in {each.environment}", each.url, "deployment") for each in releases)

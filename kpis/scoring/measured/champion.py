"""The candidate's evaluation against that of what runs in production: in pairs where the cases are the same."""

from __future__ import annotations

from collections.abc import Mapping

from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.evaluations.share import Share
from kpis.scoring.evaluations.versus import Versus, on_separate_samples, on_the_same_cases, worse_slices
from kpis.scoring.inputs import JudgementInputs, RunFacts
from kpis.scoring.measured.candidate import measured_at, proof
from kpis.scoring.measured.evaluated import Evaluated, evaluated, evaluated_of
from kpis.scoring.measurement import Evidence, Measurement, Result
from kpis.scoring.targets import Accepted
from kpis.scoring.wording import counted, figure, lower_figure, upper_figure

RESULTS: Mapping[str, Result] = {"met": "pass", "missed": "fail", "undecided": "insufficient"}
MOST_NAMED = 5


def evaluated_production(inputs: JudgementInputs) -> Evaluated | None:
    """Return production's evaluation at its operating point under the same targets, None where it has none."""
    facts = inputs.production_evaluation
    return None if facts is None or evaluated_of(inputs) is None else evaluated(facts, inputs.targets)


def production_evidence(inputs: JudgementInputs, production: RunFacts) -> Evidence:
    """Return what production is compared by: its evaluation, else its run."""
    facts = inputs.production_evaluation
    if facts is None:
        return Evidence(production.label or production.id, production.url, "production")
    return Evidence(facts.label or facts.id, facts.url, "production")


def paired_with_production(inputs: JudgementInputs, production: RunFacts) -> Measurement | None:
    """Return the comparison of accuracy on the common cases, None where they are not known.

    It counts whether each model was right, whatever its confidence.
    """
    pairs = (inputs.pairs or {}).get("")
    if inputs.candidate is None or pairs is None or not pairs.n:
        return None
    found = on_the_same_cases(pairs)
    return _measured(inputs, production, found, f"on the same {counted(pairs.n, 'case')}", pairs.n)


def slices_not_worse(inputs: JudgementInputs, production: RunFacts) -> list[Measurement]:
    """Return whether a slice is worse by more than the margin, though all cases together may not be.

    A slice fails only when its interval lies below the margin; nothing is returned where no slices can be compared.
    """
    candidate, slices = inputs.candidate, compared_slices(inputs)
    if candidate is None or not slices:
        return []
    expected = f"accuracy on no slice more than {figure(inputs.margin)} worse than production"
    both = (*proof(candidate), production_evidence(inputs, production))
    worse = worse_slices(slices, inputs.margin)
    if not worse:
        return [Measurement("pass", expected=expected, evidence=both, at=measured_at(candidate))]
    first = slices[worse[0]]
    rest = f" and {len(worse) - MOST_NAMED} more" if len(worse) > MOST_NAMED else ""
    return [
        Measurement(
            "fail",
            observed=first.difference,
            expected=expected,
            low=None if first.bounds is None else first.bounds.low,
            high=None if first.bounds is None else first.bounds.high,
            reason="worse on " + "; ".join(_slice_words(name, slices[name]) for name in worse[:MOST_NAMED]) + rest,
            what_would_pass=f"A candidate that is not worse on {', '.join(worse[:MOST_NAMED])}.",
            evidence=both,
            value=first.difference,
            aim=Accepted(-inputs.margin, float("inf")),
            at=measured_at(candidate),
        )
    ]


def compared_slices(inputs: JudgementInputs) -> dict[str, Versus]:
    """Return each slice that both evaluations count: in pairs, else as separate samples at each one's threshold."""
    if inputs.pairs:
        return {name: on_the_same_cases(pairs) for name, pairs in inputs.pairs.items() if name}
    ours, theirs = evaluated_of(inputs), evaluated_production(inputs)
    if ours is None or theirs is None:
        return {}
    champion, challenger = _slices(theirs), _slices(ours)
    return {name: on_separate_samples(champion[name], share) for name, share in challenger.items() if name in champion}


def _slices(found: Evaluated) -> dict[str, Share]:
    threshold = found.operating.point.threshold
    points = {name: point_at(ladder, threshold) for name, ladder in found.facts.tally.by_slice.items()}
    return {name: Share(point.right, point.accepted) for name, point in points.items()}


def _slice_words(name: str, found: Versus) -> str:
    upper = "" if found.bounds is None else f", 95 % upper bound {upper_figure(found.bounds.high)}"
    how = "on the same cases" if found.paired else "as separate samples"
    return f"{name} by {figure(-(found.difference or 0.0))} in accuracy{upper}, {how}"


def _measured(inputs: JudgementInputs, production: RunFacts, found: Versus, how: str, n: int) -> Measurement:
    candidate = inputs.candidate
    decision = found.not_worse(inputs.margin)
    bounds, difference = found.bounds, found.difference or 0.0
    result = RESULTS[decision or "undecided"]
    advice = {
        "insufficient": "Measure accuracy on more common cases, so that the difference is clear, or improve the model.",
        "fail": "A candidate with a better accuracy.",
    }
    lower = "" if bounds is None else f", 95 % lower bound {lower_figure(bounds.low)}"
    return Measurement(
        result,
        observed=difference,
        expected=f"accuracy at most {figure(inputs.margin)} worse than production",
        n=n,
        low=None if bounds is None else bounds.low,
        high=None if bounds is None else bounds.high,
        reason=f"the difference to production is {difference:+.4f} in accuracy{lower}, compared {how}",
        what_would_pass=advice.get(result, ""),
        evidence=() if candidate is None else (*proof(candidate), production_evidence(inputs, production)),
        value=difference,
        aim=Accepted(-inputs.margin, float("inf")),
        at=None if candidate is None else measured_at(candidate),
    )

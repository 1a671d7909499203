"""Is the data versioned, and still what the candidate was made from?"""

from __future__ import annotations

from kpis.scoring.inputs import Candidate, JudgementInputs
from kpis.scoring.measured.candidate import measured_at, unusable
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.wording import listed

SHOWN = 12


def fingerprint_present(inputs: JudgementInputs) -> Measurement:
    """Measure whether the candidate's run or evaluation names the datasets that it used, each with a digest."""
    expected = "a dataset with a digest"
    blocked = unusable(inputs.candidate)
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    known = sorted({(each.name, each.digest) for each in inputs.candidate.datasets if each.digest})
    if not known:
        return Measurement(
            "missing", expected=expected, reason=f"the {_what(inputs.candidate)} names no dataset with a digest"
        )
    shown = listed([f"{name}@{digest[:SHOWN]}" for name, digest in known])
    return Measurement(
        "pass",
        observed=shown,
        expected=expected,
        evidence=_evidence(inputs.candidate),
        at=measured_at(inputs.candidate),
    )


def fingerprint_unchanged(inputs: JudgementInputs) -> Measurement:
    """Measure whether the datasets that were used are still the newest known of their names.

    A newer version makes the evidence stale, it does not fail: nobody can tell how the model does on it.
    """
    present = fingerprint_present(inputs)
    if present.result != "pass" or inputs.candidate is None:
        return present
    used: dict[str, set[str]] = {}
    for each in inputs.candidate.datasets:
        used.setdefault(each.name, set()).add(each.digest)
    moved = [each for each in inputs.current_datasets if each.name in used and each.digest not in used[each.name]]
    expected = "the newest version of each dataset"
    if not moved:
        return Measurement("pass", present.observed, expected, evidence=present.evidence, at=present.at)
    news = listed([f"{each.name} is now at {each.digest[:SHOWN]}" for each in moved])
    return Measurement(
        "stale",
        observed=present.observed,
        expected=expected,
        reason=f"the data has changed since the {_what(inputs.candidate)}: {news}",
        what_would_pass="Train or evaluate a candidate on the newest version of the data.",
        evidence=present.evidence,
        at=present.at,
    )


def _what(candidate: Candidate) -> str:
    return "run" if candidate.evaluation is None else "evaluation"


def _evidence(candidate: Candidate) -> tuple[Evidence, ...]:
    run, found = candidate.run, candidate.evaluation
    by_run = (Evidence(run.label or run.id, run.url, "dataset"),) if run.datasets or found is None else ()
    if found is None or found.dataset is None or found.url == run.url:
        return by_run
    return (*by_run, Evidence(found.label or found.id, found.url, "dataset"))

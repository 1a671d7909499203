"""Is the data versioned, still what the candidate was made from, and was none of it used twice?"""

from __future__ import annotations

from kpis.scoring.inputs import Candidate, DatasetFact, JudgementInputs
from kpis.scoring.measured.candidate import measured_at, unusable
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.wording import counted, listed

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


def splits_apart(inputs: JudgementInputs) -> Measurement:
    """Measure whether rows, or groups where they are known, of the candidate's held-out data were trained on.

    Missing where no version of its data tells its splits: nobody can tell.
    """
    expected = "no row and no group of the test data among those trained on"
    blocked = unusable(inputs.candidate)
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    told = {(each.name, each.digest): each for each in inputs.candidate.datasets if each.leaked_rows is not None}
    if not told:
        return Measurement(
            "missing",
            expected=expected,
            reason=f"no dataset of the {_what(inputs.candidate)} says what its splits share",
            what_would_pass="Report the splits of the dataset version: as hashes of rows, or as counts.",
        )
    leaks = [(each, _leaked(each)) for _, each in sorted(told.items()) if each.leaked_rows or each.leaked_groups]
    shown = listed([f"{words} ({each.name}@{each.digest[:SHOWN]})" for each, words in leaks])
    return Measurement(
        "fail" if leaks else "pass",
        value=float(sum(each.leaked_rows or 0 for each in told.values())),
        observed=shown or f"none in {listed([f'{name}@{digest[:SHOWN]}' for name, digest in sorted(told)])}",
        expected=expected,
        reason=f"the test data shares {shown} with what was trained on" if leaks else "",
        what_would_pass="Take them out of one of the splits, train and evaluate again." if leaks else "",
        evidence=_evidence(inputs.candidate),
        at=measured_at(inputs.candidate),
    )


def _leaked(fact: DatasetFact) -> str:
    rows = counted(fact.leaked_rows or 0, "row")
    return f"{rows} and {counted(fact.leaked_groups, 'group')}" if fact.leaked_groups else rows


def _what(candidate: Candidate) -> str:
    return "run" if candidate.evaluation is None else "evaluation"


def _evidence(candidate: Candidate) -> tuple[Evidence, ...]:
    run, found = candidate.run, candidate.evaluation
    by_run = (Evidence(run.label or run.id, run.url, "dataset"),) if run.datasets or found is None else ()
    if found is None or found.dataset is None or found.url == run.url:
        return by_run
    return (*by_run, Evidence(found.label or found.id, found.url, "dataset"))

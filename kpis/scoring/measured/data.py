"""Is the data versioned, still what the candidate was made from, and was none of it used twice?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from kpis.scoring.inputs import Candidate, DatasetFact, JudgementInputs, SharedData
from kpis.scoring.measured.ages import DATA_AGE, end_of, in_days, most_days
from kpis.scoring.measured.candidate import measured_at, unusable
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.wording import counted, day, listed
from projects.progress.datasets.splits import role_of

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
    """Measure whether the datasets that were used are still the newest known of their names, and young enough.

    A newer version makes the evidence stale, it does not fail: nobody can tell how the model does on it. So does one
    older than a target on `data_age_days` allows.
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
        passed = Measurement("pass", present.observed, expected, evidence=present.evidence, at=present.at)
        return _while_young(passed, inputs, used)
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


def _while_young(passed: Measurement, inputs: JudgementInputs, used: Collection[str]) -> Measurement:
    """Return a pass that ends when the oldest of the newest versions has come of the age that a target allows."""
    days = most_days(inputs, DATA_AGE)
    ours = [each for each in inputs.current_datasets if each.name in used]
    known = [(each.recorded_at, each.name) for each in ours if each.recorded_at is not None]
    if days is None or not known:
        return passed
    at, name = min(known)
    return replace(
        passed,
        expected=f"{passed.expected}, at most {in_days(days)} old",
        until=end_of(at, days),
        outlived=f"the newest version of {name} came on {day(at)}, more than {in_days(days)} ago",
        what_would_pass="Record a newer version of the data, and train or evaluate a candidate on it.",
    )


def splits_apart(inputs: JudgementInputs) -> Measurement:
    """Measure whether rows, or groups where they are known, of the candidate's held-out data were trained on.

    It looks at the splits of each version, and at what a version that was trained on shares with one that measures.
    Missing where no version tells its splits, or nobody knows what two such versions share.
    """
    expected = "no row and no group of the test data among those trained on"
    blocked = unusable(inputs.candidate)
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    told = {(each.name, each.digest): each for each in inputs.candidate.datasets if each.leaked_rows is not None}
    apart, unknown = _between(inputs.candidate)
    leaks = [
        f"{_leaked(each.leaked_rows or 0, each.leaked_groups)} ({_named(*name)})"
        for name, each in sorted(told.items())
        if each.leaked_rows or each.leaked_groups
    ]
    leaks += [
        f"{_leaked(each.rows, each.groups)} ({_named(each.name, each.digest)} in "
        f"{_named(each.trained_name, each.trained_digest)})"
        for each in apart
        if each.rows or each.groups
    ]
    if not leaks and (unknown or not (told or apart)):
        reason, would_pass = _nobody_knows(inputs.candidate, unknown)
        return Measurement("missing", expected=expected, reason=reason, what_would_pass=would_pass)
    shown = listed(leaks)
    clean = [_named(*each) for each in sorted(told)]
    clean += [f"{_named(e.name, e.digest)} of {_named(e.trained_name, e.trained_digest)}" for e in apart]
    return Measurement(
        "fail" if leaks else "pass",
        value=float(sum(each.leaked_rows or 0 for each in told.values()) + sum(each.rows for each in apart)),
        observed=shown or f"none in {listed(clean)}",
        expected=expected,
        reason=f"the test data shares {shown} with what was trained on" if leaks else "",
        what_would_pass="Take them out of one of the splits, train and evaluate again." if leaks else "",
        evidence=_evidence(inputs.candidate),
        at=measured_at(inputs.candidate),
    )


def _between(candidate: Candidate) -> tuple[list[SharedData], list[tuple[DatasetFact, DatasetFact]]]:
    """Return what versions that measure share with others that were trained on, and of which pairs nobody knows.

    The dataset of an evaluation measures; else the run says by context what it tested, or validated, on.
    """
    known = {(each.name, each.digest, each.trained_name, each.trained_digest): each for each in candidate.run.shared}
    by_role: dict[str, list[DatasetFact]] = {}
    for each in candidate.run.datasets:
        by_role.setdefault(role_of(each.context), []).append(each)
    own = candidate.evaluation.dataset if candidate.evaluation else None
    measured = [own] if own else by_role.get("test") or by_role.get("validation") or []
    pairs = {
        (one.name, one.digest, other.name, other.digest): (one, other)
        for one in measured
        for other in by_role.get("train", [])
        if (one.name, one.digest) != (other.name, other.digest)
    }
    return [known[each] for each in sorted(pairs) if each in known], [
        pairs[each] for each in sorted(pairs) if each not in known
    ]


def _nobody_knows(candidate: Candidate, unknown: Sequence[tuple[DatasetFact, DatasetFact]]) -> tuple[str, str]:
    """Return why nobody can tell, and what would help."""
    if not unknown:
        return (
            f"no dataset of the {_what(candidate)} says what its splits share",
            "Report the splits of the dataset version: as hashes of rows, or as counts.",
        )
    one, other = unknown[0]
    pair = f"{_named(one.name, one.digest)} shares with {_named(other.name, other.digest)}"
    return (
        f"nobody knows what {pair}, which was trained on",
        "Report hashes of the rows of both versions, or how many rows they share.",
    )


def _named(name: str, digest: str) -> str:
    return f"{name}@{digest[:SHOWN]}"


def _leaked(rows: int, groups: int | None) -> str:
    return f"{counted(rows, 'row')} and {counted(groups, 'group')}" if groups else counted(rows, "row")


def _what(candidate: Candidate) -> str:
    return "run" if candidate.evaluation is None else "evaluation"


def _evidence(candidate: Candidate) -> tuple[Evidence, ...]:
    run, found = candidate.run, candidate.evaluation
    by_run = (Evidence(run.label or run.id, run.url, "dataset"),) if run.datasets or found is None else ()
    if found is None or found.dataset is None or found.url == run.url:
        return by_run
    return (*by_run, Evidence(found.label or found.id, found.url, "dataset"))

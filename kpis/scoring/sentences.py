"""A verdict in one sentence, from the readiness document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpis.scoring.wording import counted, listed

MOST_NAMES = 3
LOWER = {"missing", "insufficient", "stale"}


def verdict_sentence(document: Mapping[str, Any]) -> str:
    """Return why the verdict is what it is: how many required checks stand, and which are in the way."""
    if not document["sections"]:
        return "It was not judged yet. The first judgement comes within seconds."
    blockers = document["blockers"]
    failing = [each["short"] for each in blockers if each["result"] == "fail"]
    untold = [each["short"] for each in blockers if each["result"] in LOWER]
    if failing:
        more = f" {counted(len(untold), 'more check')} cannot be told yet." if untold else ""
        return f"{_counted(failing, 'fails', 'fail')}: {_names(failing)}.{more}"
    if untold:
        return f"None fails, but {_counted(untold, 'cannot', 'cannot').lower()} be told yet: {_names(untold)}."
    return _stands(document)


def _stands(document: Mapping[str, Any]) -> str:
    required = [each for section in document["sections"] for each in section["checks"] if each["required"]]
    results = [each["result"] for each in required if each["result"] != "not_applicable"]
    waived = results.count("waived")
    by_word = sum(each["evidence_kind"] == "attested" and each["result"] == "pass" for each in required)
    parts = [f"{waived} by a waiver"] * bool(waived) + [f"{by_word} by a person's word"] * bool(by_word)
    verb = "required check stands" if len(results) == 1 else "required checks stand"
    return f"All {len(results):,} {verb}" + (f", {listed(parts)}" if parts else "") + "."


def _counted(names: Sequence[str], one: str, several: str) -> str:
    return f"{counted(len(names), 'required check')} {one if len(names) == 1 else several}"


def _names(names: Sequence[str]) -> str:
    left = len(names) - MOST_NAMES
    shown = list(names) if left < 1 else [*names[:MOST_NAMES], f"{left:,} more"]
    return listed(shown)


def passed_of(section: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many checks of a section pass, of how many that apply."""
    results = [each["result"] for each in section["checks"] if each["result"] != "not_applicable"]
    return results.count("pass"), len(results)

"""A verdict in one sentence: what fails first, what nobody can tell, what rests on waivers and words."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.sentences import passed_of, verdict_sentence


def check(result: str = "pass", *, required: bool = True, kind: str = "measured") -> dict[str, Any]:
    return {"result": result, "required": required, "evidence_kind": kind}


def document(*checks: dict[str, Any], blockers: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    return {
        "sections": [{"checks": list(checks)}],
        "blockers": [{"short": short, "result": result} for short, result in blockers],
    }


def test_nothing_judged_is_said_as_such() -> None:
    assert verdict_sentence({"sections": [], "blockers": []}).startswith("It was not judged yet.")


@pytest.mark.parametrize(
    ("blockers", "sentence"),
    [
        ((("Coverage", "fail"),), "1 required check fails: Coverage."),
        ((("Accuracy", "fail"), ("Coverage", "fail")), "2 required checks fail: Accuracy and Coverage."),
        (
            (("Coverage", "fail"), ("Schema", "missing"), ("Audit", "stale")),
            "1 required check fails: Coverage. 2 more checks cannot be told yet.",
        ),
        (
            (("Coverage", "fail"), ("Schema", "missing")),
            "1 required check fails: Coverage. 1 more check cannot be told yet.",
        ),
        ((("Schema", "missing"),), "None fails, but 1 required check cannot be told yet: Schema."),
        (
            tuple((name, "insufficient") for name in "ABCDE"),
            "None fails, but 5 required checks cannot be told yet: A, B, C and 2 more.",
        ),
    ],
)
def test_failures_come_before_what_cannot_be_told(blockers: tuple[tuple[str, str], ...], sentence: str) -> None:
    assert verdict_sentence(document(check(), blockers=blockers)) == sentence


def test_ready_counts_only_what_is_required_and_applies() -> None:
    found = document(check(), check(), check("not_applicable"), check("missing", required=False))
    assert verdict_sentence(found) == "All 2 required checks stand."
    assert verdict_sentence(document(check())) == "All 1 required check stands."


def test_ready_names_waivers_and_words() -> None:
    found = document(
        check(), check("waived"), check(kind="attested"), check("missing", kind="attested", required=False)
    )
    assert verdict_sentence(found) == "All 3 required checks stand, 1 by a waiver and 1 by a person's word."


def test_a_waiver_is_never_counted_as_a_pass() -> None:
    section = {"checks": [check(), check("waived"), check("not_applicable"), check("fail")]}
    assert passed_of(section) == (1, 3)

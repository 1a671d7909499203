"""Every state value of the contract has a shape, a word and a tone of its own."""

from __future__ import annotations

import pytest

from mltrack.statuses import STATUSES, status_of

CONTRACT = {
    "verdict": "ready|not_ready|unknown",
    "result": "pass|fail|insufficient|stale|missing|waived|not_applicable",
    "health": "on_track|at_risk|off_track|no_data",
    "stage": "framing|data|modeling|integration|production|retired",
    "state": "active|paused|cancelled",
    "criticality": "experiment|standard|critical",
    "run": "running|finished|failed|killed",
    "attempt": "queued|running|done|failed",
}


@pytest.mark.parametrize("kind", CONTRACT)
def test_the_words_of_the_contract_are_all_shown(kind: str) -> None:
    assert set(CONTRACT[kind].split("|")) <= set(STATUSES[kind])


@pytest.mark.parametrize("kind", STATUSES)
def test_no_two_values_of_a_kind_look_or_read_alike(kind: str) -> None:
    shapes = [status.shape for status in STATUSES[kind].values()]
    words = [str(status.word) for status in STATUSES[kind].values()]
    assert len(set(shapes)) == len(shapes)
    assert len(set(words)) == len(words)


def test_a_waiver_does_not_look_like_a_pass() -> None:
    waived, passed = status_of("result", "waived"), status_of("result", "pass")
    assert (waived.shape, waived.tone) != (passed.shape, passed.tone)
    assert waived.tone != "ok"


@pytest.mark.parametrize(
    "kind,good", [("verdict", {"ready"}), ("result", {"pass"}), ("health", {"on_track"}), ("stage", {"production"})]
)
def test_green_is_kept_for_what_is_good(kind: str, good: set[str]) -> None:
    assert {value for value, status in STATUSES[kind].items() if status.tone == "ok"} == good


def test_a_value_nobody_mapped_is_shown_as_its_own_word() -> None:
    assert str(status_of("run", "odd_one").word) == "Odd one"
    assert str(status_of("run", "").word) == "None"


def test_an_unknown_kind_is_a_mistake_of_the_template() -> None:
    with pytest.raises(KeyError):
        status_of("mood", "fine")

"""Runs at several training sizes as a learning curve."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.labeling.training_sizes import (
    LearningCurve,
    SizePoint,
    curve_answer,
    size_points,
    training_size,
)
from tests.kpis.scoring.builders import run_of

# By hand from accuracy = 0.95 - 0.8 n^(-0.5); 0.93 is reached where 0.8 n^(-0.5) = 0.02, at 1,600.
LAW = [SizePoint(n, 0.95 - 0.8 * n**-0.5, 100_000, f"run_{n}") for n in (100, 200, 400, 800, 1200)]


@pytest.mark.parametrize(
    "given,rows,size",
    [
        ({"params": {"train_size": "800"}}, 900, 800),
        ({"params": {"train_size": "0.8"}}, 900, 900),
        ({"params": {"train_size": "0"}}, None, None),
        ({"params": {"train_rows": "700"}, "tags": {"n_train": " 600 "}}, None, 600),
        ({"values": {"training_size": 500.0}}, None, 500),
        ({"values": {"training_size": 500.5}}, None, None),
        ({}, 900, 900),
        ({}, 0, None),
        ({}, None, None),
    ],
)
def test_a_run_says_its_training_size_or_its_data_does(given: dict[str, Any], rows: int | None, size: int) -> None:
    assert training_size(run_of(**{"values": {}, **given}), rows) == size


def test_an_evaluation_goes_before_the_runs_own_number() -> None:
    runs = [
        run_of({"accuracy": 0.9, "n": 50.0}, id="run_2", params={"train_size": "200"}),
        run_of({"accuracy": 0.8, "n": 40.0}, id="run_1", params={"train_size": "100"}),
        run_of({"accuracy": 0.7}, id="run_3", params={"train_size": "50"}, status="failed"),
        run_of({"accuracy": 70.0}, id="run_4", params={"train_size": "50"}),
        run_of({}, id="run_5", params={"train_size": "50"}),
        run_of({"accuracy": 0.7}, id="run_6"),
    ]
    found = size_points(runs, {}, {"run_2": (930, 1000)})
    assert [(each.labels, each.value, each.n, each.run) for each in found] == [
        (100, 0.8, 40, "run_1"),
        (200, 0.93, 1000, "run_2"),
    ]


def test_the_answer_holds_the_truth() -> None:
    found = LearningCurve(tuple(LAW), 0.93, 1000)
    assert found.needed is not None and found.needed.low is not None and found.needed.high is not None
    assert found.needed.low <= 1600 <= found.needed.high
    assert found.more == (found.needed.low - 1000, found.needed.high - 1000)
    assert found.says.startswith(f"An accuracy of 0.93 needs {found.needed.low:,} to {found.needed.high:,} labels")
    assert found.rests_on == "5 runs of 5 training sizes"
    answer = curve_answer(found)
    assert answer["needed"] == {"low": found.needed.low, "high": found.needed.high}
    assert answer["curve"]["c"] == pytest.approx(0.5, abs=0.1)
    assert (answer["reason"], len(answer["points"])) == ("", 5)
    assert "as many as there are already" in LearningCurve(tuple(LAW), 0.93, 10**6).says


@pytest.mark.parametrize(
    "points,target,reason",
    [
        ((), 0.9, "no run says on how many labels"),
        (LAW, None, "no target is set on accuracy"),
        (LAW[:3], 0.9, "at least 4 training sizes"),
        (LAW, 0.99, "level off below the target"),
        ([SizePoint(each.labels, each.value, None) for each in LAW], 0.9, "how precisely"),
    ],
)
def test_where_nobody_can_say_the_reason_is_told(points: Any, target: float | None, reason: str) -> None:
    found = LearningCurve(tuple(points), target)
    answer = curve_answer(found)
    assert (answer["needed"], answer["more"]) == (None, None)
    assert reason in found.reason
    assert found.says == f"{found.reason[0].upper()}{found.reason[1:]}."


def test_a_perfect_score_is_not_free_of_noise() -> None:
    assert SizePoint(10, 1.0, 20).measured.noise == pytest.approx((21 / 22 * 1 / 22 / 20) ** 0.5)

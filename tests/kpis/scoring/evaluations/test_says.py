"""An operating point in words. Numbers by hand, as in `test_operating`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kpis.scoring.evaluations.curve import curve
from kpis.scoring.evaluations.operating import at_threshold, operate
from kpis.scoring.evaluations.says import anywhere, curve_says, says, together
from kpis.scoring.evaluations.usable import not_used, usable
from kpis.scoring.inputs import DatasetFact, EvaluationFacts
from kpis.scoring.targets import Target
from projects.progress.evaluations.tally import Cell, Stratum, tally_cells

KNOWN = datetime(2026, 3, 1, tzinfo=UTC)
GOOD = ((9500, 588, 12), (5000, 320, 80))


def facts(*counts: tuple[int, int, int]) -> EvaluationFacts:
    cells = [Cell(Stratum(), *each) for each in counts]
    return EvaluationFacts("evl_1", tally_cells(cells), recorded_at=KNOWN)


def aims(accuracy: float, coverage: float | None = None, **fields: Any) -> list[Target]:
    found = [Target("tgt_1", "accuracy", ">=", accuracy, **fields)]
    return found if coverage is None else [*found, Target("tgt_2", "coverage", ">=", coverage)]


def test_a_declared_threshold() -> None:
    found = says(operate(facts(*GOOD), aims(0.9, 0.55, threshold=0.9, declared_at=KNOWN - timedelta(days=1))))
    assert found[0] == (
        "Accuracy 98 % (target ≥ 90 %: met) at coverage 60 % (target ≥ 55 %: met), "
        "deciding from a confidence of 0.9 on."
    )
    assert found[1] == "The threshold was declared before the data came, so exact bounds decide."


def test_one_chosen_within_the_guarantee() -> None:
    found = " ".join(says(operate(facts(*GOOD), aims(0.95))))
    assert "chosen on these cases within the guarantee, at 95 % confidence" in found
    assert "Guaranteed coverage 60 %, observed 60 %, by SGR 60 %." in found


def test_jointly_unreachable() -> None:
    point = operate(facts(*GOOD), aims(0.95, 0.9))
    assert "Jointly unreachable with this evaluation: best is 90.8 % at 100 % coverage." in says(point)
    assert anywhere(point).startswith("Jointly unreachable")


def test_nothing_is_guaranteed() -> None:
    found = " ".join(says(operate(facts((9500, 20, 1)), aims(0.9))))
    assert "nothing is guaranteed at 95 % confidence" in found
    assert "Guaranteed coverage none, observed 100 %" in found
    assert "fresh cases would settle it" in found


def test_nothing_is_decided() -> None:
    found = at_threshold(facts(*GOOD), aims(0.9, 0.5), 1)
    assert says(found)[0] == "No case reaches a confidence of 1: everything is left to people."


def test_the_curve_in_a_sentence() -> None:
    points = curve(facts(*GOOD).tally.whole)
    assert curve_says(points) == "Accuracy from 98 % at 60 % coverage to 90.8 % at 100 % coverage."
    assert curve_says(points[:1]) == "Accuracy 98 % at 60 % coverage."
    assert curve_says(()).startswith("No case has a confidence")


def test_without_targets() -> None:
    found = says(operate(facts(*GOOD), []))
    assert found[0] == "Accuracy 90.8 % at coverage 100 %, deciding from a confidence of 0 on."
    assert found[1].startswith("No accuracy target says")


@pytest.mark.parametrize(
    ("accuracy", "coverage", "words"),
    [(0.9, 0.55, "Both targets hold here."), (0.9, 0.7, "The two targets do not hold here together."), (0.9, None, "")],
)
def test_whether_both_hold_here(accuracy: float, coverage: float | None, words: str) -> None:
    assert together(at_threshold(facts(*GOOD), aims(accuracy, coverage), 0.9)) == words


def test_targets_on_other_data_are_left_out_with_both_digests() -> None:
    here, there, anywhere_ = (Target(name, "accuracy", ">=", 0.9, dataset_digest=name) for name in ("d1", "d2", ""))
    found = usable([here, there, anywhere_], DatasetFact("cards", "d1"))
    assert (found.used, found.elsewhere) == ((here, anywhere_), (there,))
    assert "about data d2" in not_used(there, DatasetFact("cards", "d1"))
    assert "cards@d1" in not_used(there, DatasetFact("cards", "d1"))
    assert usable([here], None).elsewhere == (here,)

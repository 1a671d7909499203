"""Gold figures by hand: together from two annotators on, of one from five tasks on, in the order of pseudonyms."""

from __future__ import annotations

import pytest

from kpis.scoring.labeling.gold import AnnotatorFacts, GoldAccuracy, annotator_figures, gold_accuracy
from projects.progress.evaluations.confusion import Confusion, confusion_from

GOOD = confusion_from({("a", "a"): 8, ("a", "b"): 2})


def test_all_annotators_together() -> None:
    found = gold_accuracy([GOOD, confusion_from({("b", "b"): 10})])
    assert found == GoldAccuracy(18, 20) and found.value == 0.9
    # Wilson's interval of 18 of 20: statsmodels 0.14.4, proportion_confint(18, 20, method="wilson").
    assert (found.interval.low, found.interval.high) == pytest.approx((0.6989664, 0.9721335), abs=1e-6)


@pytest.mark.parametrize("answers", [[], [GOOD], [GOOD, Confusion()]])
def test_one_annotator_alone_is_not_told(answers: list[Confusion]) -> None:
    assert gold_accuracy(answers) is None


def test_single_annotators() -> None:
    facts = [AnnotatorFacts((2, 1), "Other", 5), AnnotatorFacts((1, 2), "", 30), AnnotatorFacts((1, 1), "", 4)]
    facts.append(AnnotatorFacts((1, 3), "", 20))
    gold = {(1, 2): GOOD, (1, 3): confusion_from({("a", "a"): 4})}
    pairs = {(1, 2, 3): confusion_from({("a", "a"): 6, ("a", "b"): 2}), (1, 1, 3): confusion_from({("a", "a"): 2})}
    found, too_few = annotator_figures(facts, gold, {**pairs, (2, 1, 3): confusion_from({("a", "b"): 4})})
    assert too_few == 1
    assert [(each.project, each.number, each.tasks) for each in found] == [("", 2, 30), ("", 3, 20), ("Other", 1, 5)]
    # The worse one comes first: the order is that of the numbers.
    assert [each.gold for each in found] == [GoldAccuracy(8, 10), None, None]
    assert [(each.agreed, each.compared) for each in found] == [(6, 8), (8, 10), (0, 4)]
    assert [each.agreement for each in found] == [0.75, 0.8, None]

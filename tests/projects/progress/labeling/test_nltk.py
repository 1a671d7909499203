"""Agreement against NLTK's AnnotationTask as an oracle."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from nltk.metrics.agreement import AnnotationTask

from projects.progress.labeling.agreement import agreement
from projects.progress.labeling.coefficients import Bootstrap
from projects.progress.labeling.pairs import cohen, pair_tables
from tests.projects.progress.labeling.ratings import GOLDEN, TASKS, Tasks, counted, krippendorff, named, whole

FEW = Bootstrap(resamples=5)


def task(tasks: Tasks) -> AnnotationTask:
    return AnnotationTask([(who, name, label) for name, mine in named(tasks).items() for who, label in mine.items()])


@given(TASKS)
def test_alpha_with_missing_labels(tasks: Tasks) -> None:
    mine = agreement(counted(tasks), FEW).alpha.value
    assume(mine is not None)
    assert mine == pytest.approx(task(tasks).alpha(), abs=1e-12)


@given(TASKS)
def test_alpha_of_each_class(tasks: Tasks) -> None:
    for each in agreement(counted(tasks), FEW).classes:
        if each.alpha.value is not None:
            two = [{who: str(label == each.name) for who, label in mine.items()} for mine in tasks]
            assert each.alpha.value == pytest.approx(task(two).alpha(), abs=1e-12)


@given(whole(3))
def test_percent_of_complete_tasks(tasks: Tasks) -> None:
    mine = agreement(counted(tasks), FEW)
    assert mine.percent.value == pytest.approx(task(tasks).avg_Ao(), abs=1e-12)


@given(whole(2))
def test_cohen(tasks: Tasks) -> None:
    ((pair, table),) = pair_tables(named(tasks)).items()
    mine = cohen(table, FEW).value
    assume(mine is not None)
    assert mine == pytest.approx(task(tasks).kappa_pairwise(*pair), abs=1e-12)


@pytest.mark.parametrize("case", GOLDEN["krippendorff"], ids=lambda case: case["name"])
def test_both_give_the_published_number(case: dict[str, float]) -> None:
    tasks = krippendorff(case)
    assert agreement(counted(tasks), FEW).alpha.value == pytest.approx(task(tasks).alpha(), abs=1e-12)

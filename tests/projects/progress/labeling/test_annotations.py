"""Which annotations count: the newest of each annotator on each task, whatever comes twice and in which order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from projects.progress.labeling.annotations import Annotation, ratings_of, task_patterns

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def annotation(task: str, annotator: str, label: str | None, minute: int) -> Annotation:
    return Annotation(task, annotator, label, START + timedelta(minutes=minute))


ANNOTATIONS = st.lists(
    st.builds(
        annotation,
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["a", "b", None]),
        st.integers(0, 5),
    ),
    max_size=15,
)


def test_the_newest_counts() -> None:
    found = ratings_of(
        [
            annotation("1", "ann", "a", 5),
            annotation("1", "ann", "b", 3),
            annotation("1", "bob", "b", 1),
            annotation("2", "bob", "a", 1),
            annotation("2", "bob", None, 2),
        ]
    )
    assert found == {"1": {"ann": "a", "bob": "b"}, "2": {}}
    assert task_patterns(found) == {"1": (("a", 1), ("b", 1)), "2": ()}


def test_a_label_that_was_taken_back_can_come_again() -> None:
    again = [annotation("1", "ann", "a", 1), annotation("1", "ann", None, 2), annotation("1", "ann", "b", 3)]
    assert ratings_of(again) == {"1": {"ann": "b"}}


@given(ANNOTATIONS, st.randoms(use_true_random=False))
def test_order_and_repetition_say_nothing(annotations: list[Annotation], chance: random.Random) -> None:
    mixed = annotations + annotations[: len(annotations) // 2]
    chance.shuffle(mixed)
    assert ratings_of(mixed) == ratings_of(annotations)
    assert ratings_of(mixed).keys() == {each.task for each in annotations}

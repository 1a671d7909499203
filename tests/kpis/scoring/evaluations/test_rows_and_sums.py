"""Whatever way the sums come, every number made of them is the same to the last digit."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.evaluations.aurc import Aurc, aurc
from kpis.scoring.evaluations.bridge import Movement, Worth, movement
from kpis.scoring.evaluations.choice import Choice, choose
from kpis.scoring.evaluations.curve import CurvePoint, curve, point_at
from kpis.scoring.evaluations.fairness import Fairness, fairness
from kpis.scoring.evaluations.groups import group_counts
from kpis.scoring.evaluations.slices import Slices, judge_slices
from projects.progress.evaluations.tally import Tally, merge_tallies, tally_cells, tally_rows
from tests.kpis.scoring.evaluations.rows import CONFIDENCES

Row = tuple[float, bool, bool, str, str]
ROWS = st.lists(
    st.tuples(CONFIDENCES, st.booleans(), st.booleans(), st.sampled_from(["EU", "US", ""]), st.sampled_from("FM")),
    max_size=50,
)


@dataclass(frozen=True)
class Page:
    """What is shown of an evaluation."""

    curve: tuple[CurvePoint, ...]
    area: Aurc | None
    choice: Choice
    slices: Slices
    fairness: Fairness
    movement: Movement | None


def page(tally: Tally) -> Page:
    """Compute everything from the sums alone."""
    whole = tally.whole
    return Page(
        curve(whole),
        aurc(whole),
        choose(whole, 0.6, 0.8),
        judge_slices(tally.by_slice, 0.5, 0.6, 0.3),
        fairness(group_counts(tally, 0.5), 2),
        movement(point_at(whole, 0.5), Worth(1000, 4, 9)),
    )


def tally(rows: list[Row]) -> Tally:
    """Count rows of (confidence, label, prediction, region, sex)."""
    right = [label == prediction for _, label, prediction, _, _ in rows]
    regions, sexes = [row[3] for row in rows], [row[4] for row in rows]
    labels, predictions = [bool(row[1]) for row in rows], [bool(row[2]) for row in rows]
    return tally_rows([row[0] for row in rows], right, {"region": regions}, {"sex": sexes}, labels, predictions)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_number(rows: list[Row], chance: random.Random) -> None:
    mixed = rows.copy()
    chance.shuffle(mixed)
    assert page(tally(mixed)) == page(tally(rows))


@given(ROWS, st.integers(0, 50))
def test_two_halves_show_what_the_whole_shows(rows: list[Row], cut: int) -> None:
    assert page(merge_tallies([tally(rows[cut:]), tally(rows[:cut])])) == page(tally(rows))


@given(ROWS)
def test_posted_sums_show_what_rows_show(rows: list[Row]) -> None:
    found = tally(rows)
    posted = tally_cells(reversed(found.cells), found.slice_columns, found.group_columns)
    assert page(posted) == page(found)


def test_no_rows_show_nothing() -> None:
    found = page(tally([]))
    assert (found.curve, found.area, found.movement, found.slices.decision) == ((), None, None, None)
    assert (found.choice.observed, found.choice.guaranteed, found.choice.sgr) == (None, None, None)
    assert found.fairness.coverage_parity_difference is None

"""The counts of an evaluation as rows: a million cases have almost as many, and copying them costs a tenth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mltrack.copying import copy_rows, integer_field, integers_field, row_of, short_field, texts_field, truth_field
from projects.models import Evaluation
from projects.progress.evaluations.ladder import Ladder
from projects.progress.evaluations.strata import Stratum

_STRATA: Final = """
    COPY projects_evaluationstratum (
        evaluation_id, number, slices, groups, positive, selected, levels, "right", wrong, abstained_right,
        abstained_wrong)
    FROM STDIN (FORMAT binary)
"""


def copy_strata(evaluation: Evaluation, strata: Iterable[tuple[Stratum, Ladder]]) -> None:
    """Keep the counts of a new evaluation, numbered from 0 in their order, in the caller's transaction."""
    copy_rows(_STRATA, (_row(evaluation.pk, number, *pair) for number, pair in enumerate(strata)))


def _row(evaluation: int, number: int, stratum: Stratum, ladder: Ladder) -> bytes:
    fields = (
        row_of(11),
        integer_field(evaluation),
        short_field(number),
        texts_field(stratum.slices),
        texts_field(stratum.groups),
        truth_field(stratum.positive),
        truth_field(stratum.selected),
        integers_field(ladder.levels, 4),
        integers_field(ladder.right),
        integers_field(ladder.wrong),
        integer_field(ladder.abstained_right),
        integer_field(ladder.abstained_wrong),
    )
    return b"".join(fields)

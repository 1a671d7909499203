"""Cases of evaluations: one small row each, kept for a while so that two models can be paired on the same cases."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from numpy.typing import ArrayLike

from mltrack.accounts.models import Workspace
from projects.models import CaseBlock, Evaluation
from projects.progress.evaluations.cases import Packed, cases_of

BLOCK: Final = 65_536
_AT_ONCE: Final = 8
_FOR_EVER: Final = 36_500


def case_key(workspace: Workspace) -> bytes:
    """Return the key that ids of this workspace's cases are hashed with; another `SECRET_KEY` gives another."""
    return sha256(f"mltrack.cases:{workspace.pk}:{settings.SECRET_KEY}".encode()).digest()


@transaction.atomic
def keep_cases(evaluation: Evaluation, ids: ArrayLike, levels: ArrayLike, right: ArrayLike, strata: ArrayLike) -> None:
    """Keep cases of a new evaluation for `MLTRACK_CASE_DAYS` days; call it once, in the transaction that records it.

    Columns of one length, at most `evaluation.n`, in any order: `ids` from `case_hash(case_key(workspace), …)`
    (int64, distinct), `levels` as in the ladder (-1 where the model abstained), `right` 0 or 1, `strata` the numbers
    of the evaluation's strata, which are the places in `tally.strata` that it was recorded with. Then call
    `pair_evaluation`. Raises DuplicateCase (with the places of both rows) for an id that comes twice, ValueError for
    columns that do not fit.
    """
    cases = cases_of(ids, levels, right, strata)
    most = evaluation.strata.count()
    if len(cases) > evaluation.n or (len(cases) and not 0 <= cases.strata.min() <= cases.strata.max() < most):
        raise ValueError("Cases belong to the strata of their evaluation, and are not more than it has.")
    blocks = (_block(evaluation, number, each) for number, each in enumerate(cases.packed(BLOCK)))
    CaseBlock.objects.bulk_create(blocks, batch_size=_AT_ONCE)
    evaluation.cases_until = timezone.now() + timedelta(days=settings.MLTRACK_CASE_DAYS or _FOR_EVER)
    evaluation.save(update_fields=["cases_until"])


def _block(evaluation: Evaluation, number: int, packed: Packed) -> CaseBlock:
    return CaseBlock(evaluation=evaluation, number=number, n=len(packed.right), **packed._asdict())

"""What a closed audit says: the share of wrong labels of all and of each class, and the ceiling that follows.

Within a class the audited tasks are a random sample of its tasks, also where the whole sample was drawn without regard
to classes; where it was drawn by batch they are one within each batch, and the class is weighted over batches. So each
class has its own error, and none where a batch of it was not seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kpis.scoring.labeling.ceiling import Ceiling, ceiling_of
from kpis.scoring.labeling.label_error import Audited, LabelError, random_error, stratified_error
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, n_to_meet, upper_bound
from kpis.scoring.wording import counted, listed
from projects.progress.labeling.audit_cells import AuditCell

MOST_NAMED = 3
LIMITS = (0.1, 0.05, 0.02, 0.01, 0.005)


@dataclass(frozen=True, slots=True)
class AuditResult:
    """A closed audit. `population` labeled tasks were there at drawing, `wanted` to be looked at again.

    `drawn` are in the sample, `relabeled` of them were labeled again, and `n` of these count: those in the order of
    drawing; `cells` are the counts. `whole` is None where a stratum was not looked at, an error of `classes` where the
    class was not; `reason` says in words what is missing, "" where nothing is. `url` is the path of its page.
    """

    id: str
    url: str
    drawn_at: datetime
    closed_at: datetime
    labels_digest: str
    seed: str
    kind: str
    wanted: int
    drawn: int
    relabeled: int
    population: int = 0
    n: int = 0
    whole: LabelError | None = None
    classes: Mapping[str, LabelError | None] = field(default_factory=dict)
    reason: str = ""
    cells: tuple[AuditCell, ...] = ()

    @property
    def ceiling(self) -> Ceiling | None:
        """The ceiling on measurable accuracy, None where the error of all labels is not known."""
        return None if self.whole is None else ceiling_of(self.whole)


def measured(audit: AuditResult, cells: Sequence[AuditCell], confidence: float = DEFAULT_CONFIDENCE) -> AuditResult:
    """Return the audit with its errors, from the counts of its cells."""
    strata = _merged(cells)
    whole, unseen = _error(strata, confidence)
    by_class: defaultdict[str, list[AuditCell]] = defaultdict(list)
    for each in cells:
        by_class[each.label].append(each)
    return replace(
        audit,
        population=sum(each.size for each in strata),
        n=sum(each.n for each in strata),
        whole=whole,
        classes={name: _error(_merged(mine), confidence)[0] for name, mine in sorted(by_class.items())},
        reason=_reason(audit, sum(each.n for each in strata), unseen),
        cells=tuple(cells),
    )


def newer_labels(audit: AuditResult, per_class: Mapping[str, int]) -> int:
    """Return how many of today's labels, counted by class, at least came or changed since the audit was drawn."""
    then: defaultdict[str, int] = defaultdict(int)
    for each in audit.cells:
        then[each.label] += each.size
    return sum(max(0, n - then[name]) for name, n in per_class.items())


def clean_bound(n: int, confidence: float = DEFAULT_CONFIDENCE) -> float:
    """Return the most that may be wrong when n labels of a random sample are looked at and none is wrong."""
    return upper_bound(0, n, confidence)


def clean_needed(limit: float, confidence: float = DEFAULT_CONFIDENCE) -> int | None:
    """Return how many labels without an error show that at most `limit` are wrong; None where no number does."""
    return n_to_meet(1.0, 1 - limit, confidence)


def bounds_to_choose() -> list[tuple[int, float]]:
    """Return how many clean labels show which error at most, (n, error): what a sample is chosen by."""
    return [(n, limit) for limit in LIMITS if (n := clean_needed(limit)) is not None]


def _merged(cells: Iterable[AuditCell]) -> list[Audited]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in cells:
        for place, number in enumerate((each.size, each.n, each.errors)):
            sums[each.stratum][place] += number
    return [Audited(name, *numbers) for name, numbers in sorted(sums.items())]


def _error(strata: Sequence[Audited], confidence: float) -> tuple[LabelError | None, tuple[str, ...]]:
    """Return the error over strata, and those that nobody looked at; one stratum is a random sample."""
    if len(strata) == 1:
        found = random_error(strata[0].errors, strata[0].n, confidence)
        return found, () if found else (strata[0].name,)
    over = stratified_error(strata, confidence)
    return over.whole, over.unseen


def _reason(audit: AuditResult, n: int, unseen: tuple[str, ...]) -> str:
    words = []
    if unseen:
        names = listed([name or "no name" for name in unseen[:MOST_NAMED]])
        more = f" and {len(unseen) - MOST_NAMED} more" if len(unseen) > MOST_NAMED else ""
        words.append(f"No label of {names}{more} was looked at again, so the error of all labels is not known.")
    if audit.relabeled < audit.drawn:
        words.append(f"{audit.drawn - audit.relabeled:,} of {counted(audit.drawn, 'task')} were not labeled again.")
    if n < audit.relabeled:
        words.append(f"{counted(audit.relabeled - n, 'relabel')} after a gap in the order of drawing do not count.")
    return " ".join(words)

"""Champion and challenger beside each other: overall, in every slice and in every group, the worst first.

Correctness is compared over all cases, whatever each model would leave to people: on the same cases where it is known
which were right, else as separate samples. What each decides alone stands beside it, at its own operating point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.evaluations.operating import Operating
from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.evaluations.segments import Kind, hidden_groups, ladders_of, right_of
from kpis.scoring.evaluations.share import Share
from kpis.scoring.evaluations.suppression import LEAST_SHOWN
from kpis.scoring.evaluations.versus import Versus, on_separate_samples, on_the_same_cases
from kpis.scoring.inputs import DEFAULT_MARGIN, EvaluationFacts
from kpis.scoring.proportions import DEFAULT_CONFIDENCE
from projects.progress.evaluations.ladder import Ladder

Basis = Literal["paired", "separate", "not_comparable"]
Lean = Literal["better", "not_worse", "open", "worse", "beyond_margin", "nothing"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: an evaluation at its own operating point. `cases_until` is None where no cases were kept."""

    facts: EvaluationFacts
    operating: Operating
    cases_until: datetime | None = None
    in_production: bool = False

    @property
    def accuracy(self) -> Share:
        """Right of accepted, at its own operating point."""
        return Share(self.operating.point.right, self.operating.point.accepted)

    @property
    def coverage(self) -> Share:
        """Accepted of all, at its own operating point."""
        return Share(self.operating.point.accepted, self.operating.point.n)


@dataclass(frozen=True, slots=True)
class Part:
    """All cases ("") or one slice or group: right of those compared on each side, and the coverage at its own point.

    `pairs` are None where this part is compared as separate samples; then `found` is, too. A `hidden` part is a group
    of few people, or one that would give such a group away: nothing of it is to be shown but its name.
    """

    name: str
    kind: Kind
    champion: Share
    challenger: Share
    champion_coverage: Share
    challenger_coverage: Share
    found: Versus
    lean: Lean
    pairs: Pairs | None = None
    hidden: bool = False

    @property
    def tone(self) -> str:
        """The result of a check that this would be: what gets worse fails, what is open is insufficient."""
        return {"better": "pass", "not_worse": "pass", "beyond_margin": "fail"}.get(self.lean, "insufficient")

    @property
    def points(self) -> tuple[float, float, float] | None:
        """The difference and the ends of its interval in percentage points, None where nothing is compared."""
        found = self.found
        if found.difference is None or found.interval is None:
            return None
        return 100 * found.difference, 100 * found.interval.low, 100 * found.interval.high


@dataclass(frozen=True, slots=True)
class Comparison:
    """Challenger minus champion. `parts` come worst first, hidden ones last; without a common basis there are none.

    `why` says in words why the basis is what it is. `coverage` compares the coverages at the two operating points as
    separate samples, which on the same cases is cautious.
    """

    champion: Side
    challenger: Side
    basis: Basis
    why: str
    whole: Part | None = None
    parts: tuple[Part, ...] = ()
    coverage: Versus | None = None
    margin: float = DEFAULT_MARGIN
    confidence: float = DEFAULT_CONFIDENCE

    @property
    def shown(self) -> tuple[Part, ...]:
        """The parts that may be shown."""
        return tuple(part for part in self.parts if not part.hidden)

    @property
    def tested(self) -> int:
        """In how many parts both sides have cases, so that one may look worse by chance."""
        return sum(part.found.difference is not None for part in self.shown)

    @property
    def by_chance(self) -> float:
        """In how many of them a model that is equal everywhere would be called worse: a one-sided error in each."""
        return self.tested * (1 - self.confidence)

    @property
    def tone(self) -> str:
        """How it stands: bad where any part is worse beyond the margin, warn where it cannot be told, else ok."""
        if self.whole is None or self.whole.lean in ("open", "nothing"):
            return "bad" if self.among("beyond_margin") else "warn"
        worse = self.whole.lean in ("worse", "beyond_margin") or self.among("beyond_margin")
        return "bad" if worse else "ok"

    def among(self, *leans: Lean) -> tuple[Part, ...]:
        """Return the parts that lean one of these ways, the worst first."""
        return tuple(part for part in self.shown if part.lean in leans)


def compare(
    champion: Side,
    challenger: Side,
    pairs: Mapping[str, Pairs] | None,
    now: datetime,
    margin: float = DEFAULT_MARGIN,
    minimum: int = LEAST_SHOWN,
) -> Comparison:
    """Compare two evaluations; `pairs` by slice and group, "" for all, where the two were paired.

    Groups of fewer than `minimum` cases on either side are hidden, and with them what would give them away.
    """
    basis, why = basis_of(champion, challenger, pairs, now)
    if basis == "not_comparable":
        return Comparison(champion, challenger, basis, why, margin=margin)
    ring = _Ring(champion, challenger, pairs or {}, margin)
    whole = ring.part("", "all", champion.facts.tally.whole, challenger.facts.tally.whole)
    hidden = hidden_groups(champion.facts.tally, minimum) | hidden_groups(challenger.facts.tally, minimum)
    parts = [_hide(part) if part.name in hidden else part for part in ring.parts()]
    coverage = on_separate_samples(champion.coverage, challenger.coverage)
    return Comparison(champion, challenger, basis, why, whole, tuple(sorted(parts, key=_place)), coverage, margin)


@dataclass(frozen=True, slots=True)
class _Ring:
    champion: Side
    challenger: Side
    pairs: Mapping[str, Pairs]
    margin: float

    def parts(self) -> list[Part]:
        """Return every slice and group that either has."""
        ours, theirs = ladders_of(self.champion.facts.tally), ladders_of(self.challenger.facts.tally)
        found = []
        for name in sorted({*ours, *theirs}):
            kinds = {each[name][0] for each in (ours, theirs) if name in each}
            one, two = (each[name][1] if name in each else Ladder() for each in (ours, theirs))
            found.append(self.part(name, "group" if "group" in kinds else "slice", one, two))
        return found

    def part(self, name: str, kind: Kind, one: Ladder, two: Ladder) -> Part:
        """Compare the same part of both: on pairs where there are any."""
        ours, theirs = Share(right_of(one), one.n), Share(right_of(two), two.n)
        pairs = self.pairs.get(name)
        if pairs is None or not pairs.n:
            pairs, found = None, on_separate_samples(ours, theirs)
        else:
            found = on_the_same_cases(pairs)
            ours = Share(pairs.both + pairs.champion_only, pairs.n)
            theirs = Share(pairs.both + pairs.challenger_only, pairs.n)
        covered = _covered(one, self.champion), _covered(two, self.challenger)
        return Part(name, kind, ours, theirs, *covered, found, lean_of(found, self.margin), pairs)


def basis_of(champion: Side, challenger: Side, pairs: Mapping[str, Pairs] | None, now: datetime) -> tuple[Basis, str]:
    """Return on what the two are compared, and why, in words."""
    one, two = champion.facts.dataset, challenger.facts.dataset
    if one is not None and two is not None and (one.name, one.digest) != (two.name, two.digest):
        return "not_comparable", (
            f"They were measured on different data, {one.name} {one.digest[:12]} and {two.name} {two.digest[:12]}: "
            "a difference would be one of the data as much as of the models."
        )
    if pairs and "" in pairs:
        return "paired", f"Both were measured on {pairs[''].n:,} common cases, and which were right is known for each."
    if one is None or two is None:
        return "separate", (
            "The dataset version of one of them is not named, so the cases may differ: they are compared as separate "
            "samples."
        )
    return "separate", f"{_why_unpaired(champion, challenger, now)} They are compared as separate samples."


def _why_unpaired(champion: Side, challenger: Side, now: datetime) -> str:
    for words, side in (("champion", champion), ("challenger", challenger)):
        if side.cases_until is None:
            return f"The cases of the {words} were not kept, so it is not known which of them were right in both."
        if side.cases_until <= now:
            return f"The cases of the {words} are no longer kept, and the two were not paired while they were."
    return "The two share no case id, so it is not known which cases were right in both."


def _covered(ladder: Ladder, side: Side) -> Share:
    point = point_at(ladder, side.operating.point.threshold)
    return Share(point.accepted, point.n)


def lean_of(found: Versus, margin: float, confidence: float = DEFAULT_CONFIDENCE) -> Lean:
    """Return what a comparison says. On pairs, better and worse need McNemar's exact test beside the interval."""
    if found.difference is None:
        return "nothing"
    if found.not_worse(margin) == "missed":
        return "beyond_margin"
    proven = found.p_exact is None or found.p_exact <= 2 * (1 - confidence)
    if proven and found.better == "met":
        return "better"
    if proven and found.better == "missed":
        return "worse"
    return "not_worse" if found.not_worse(margin) == "met" else "open"


def _hide(part: Part) -> Part:
    nothing, nobody = Versus(part.found.paired, None, None, None), Share(0, 0)
    return Part(part.name, part.kind, nobody, nobody, nobody, nobody, nothing, "nothing", hidden=True)


def _place(part: Part) -> tuple[bool, bool, float, str]:
    difference = part.found.difference
    return part.hidden, difference is None, difference or 0.0, part.name

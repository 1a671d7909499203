"""Which of people's words still hold for a candidate, and which are stale for it, as the engine will judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kpis.scoring.attested import expiry
from kpis.scoring.fingerprints import WORDS, binding, changed
from kpis.scoring.inputs import AttestationFacts
from kpis.scoring.scorecard import Scorecard
from kpis.scoring.wording import day, listed

Carrying = Literal["carried", "unproven", "stale", "ended"]


@dataclass(frozen=True, slots=True)
class Carried:
    """A word on a check, and what becomes of it with a candidate. "unproven": the engine carries it, though what it
    was given for is not known of this candidate."""

    check: str
    title: str
    state: Carrying
    why: str
    word: AttestationFacts


def carried(
    words: Sequence[AttestationFacts],
    policy: Scorecard,
    bound: Mapping[str, Mapping[str, str]],
    current: Mapping[str, str],
    now: datetime,
) -> tuple[Carried, ...]:
    """Return what becomes of each word, in the order of the scorecard; words on checks that it lacks are left out.

    `bound` is what each was given for, by check, `current` what the candidate is made of (see `fingerprints`).
    """
    by_check = {each.check: each for each in sorted(words, key=lambda each: (each.at, each.id)) if each.at <= now}
    found = []
    for check in policy.checks:
        word = by_check.get(check.id)
        if word is None:
            continue
        given = binding(word, check.depends_on, {}, bound.get(check.id))
        moved = changed(given, check.depends_on, current)
        blind = [kind for kind in check.depends_on if not given.get(kind) or not current.get(kind)]
        end = expiry(word, check)
        state: Carrying = "ended" if end <= now else "stale" if moved else "unproven" if blind else "carried"
        why = f"it ended on {day(end)}" if end <= now else _why(moved, blind, check.depends_on)
        found.append(Carried(check.id, check.title, state, why, word))
    return tuple(found)


def _why(moved: Sequence[str], blind: Sequence[str], depends_on: Sequence[str]) -> str:
    if moved:
        return f"{listed(list(moved))} changed since it was given"
    if blind:
        return f"it is not known whether {listed([WORDS.get(kind, f'the {kind}') for kind in blind])} changed"
    if not depends_on:
        return "it depends on no part of the candidate"
    return f"{listed([WORDS.get(kind, f'the {kind}') for kind in depends_on])} did not change"

"""A comparison as the API shows it and as rows of a file. What is hidden on the page is null here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpis.scoring.evaluations.carrying import Carried
from kpis.scoring.evaluations.components import Row
from kpis.scoring.evaluations.rival_words import headline, method, multiplicity, said_of
from kpis.scoring.evaluations.rivals import Comparison, Part, Side
from kpis.scoring.evaluations.share import Share
from kpis.scoring.evaluations.versus import Versus
from mltrack.cells import Cell

COLUMNS = (
    "part", "kind", "hidden", "n_champion", "accuracy_champion", "n_challenger", "accuracy_challenger", "difference",
    "low", "high", "p_exact", "p_mid", "p_times_parts", "both_right", "champion_only", "challenger_only", "neither",
    "coverage_champion", "coverage_challenger", "lean", "says",
)  # fmt: skip


def share_answer(share: Share) -> dict[str, Any]:
    """Return a share with its n and interval; without cases its value is null."""
    interval = share.interval()
    return {
        "value": share.rate,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "n": share.n,
    }


def comparison_answer(found: Comparison) -> dict[str, Any]:
    """Return a comparison: what it rests on, overall, by part, and in words."""
    return {
        "basis": found.basis,
        "why": found.why,
        "says": headline(found),
        "margin": found.margin,
        "confidence": found.confidence,
        "champion": side_answer(found.champion),
        "challenger": side_answer(found.challenger),
        "overall": part_answer(found.whole, found) if found.whole else None,
        "parts": [part_answer(part, found) for part in found.parts],
        "coverage": difference_answer(found.coverage) if found.coverage else None,
        "worse": [part.name for part in found.among("beyond_margin")],
        "multiplicity": multiplicity(found),
        "method": list(method(found)),
    }


def side_answer(side: Side) -> dict[str, Any]:
    """Return one of the two at its own operating point."""
    point, facts = side.operating.point, side.facts
    return {
        "id": facts.id,
        "label": facts.label,
        "url": facts.url,
        "in_production": side.in_production,
        "dataset": {"name": facts.dataset.name, "digest": facts.dataset.digest} if facts.dataset else None,
        "at": facts.at,
        "n": facts.tally.n,
        "threshold": point.threshold,
        "method": side.operating.method,
        "accuracy": share_answer(side.accuracy),
        "coverage": share_answer(side.coverage),
        "guaranteed_coverage": side.operating.guaranteed_coverage,
    }


def difference_answer(found: Versus) -> dict[str, Any]:
    """Return challenger minus champion with its interval."""
    return {
        "difference": found.difference,
        "low": found.interval.low if found.interval else None,
        "high": found.interval.high if found.interval else None,
    }


def part_answer(part: Part, found: Comparison) -> dict[str, Any]:
    """Return one part; of a hidden one its name alone."""
    pairs, p = part.pairs, part.found.p_exact
    shown = {
        "n_champion": part.champion.n,
        "accuracy_champion": part.champion.rate,
        "n_challenger": part.challenger.n,
        "accuracy_challenger": part.challenger.rate,
        **difference_answer(part.found),
        "p_exact": p,
        "p_mid": part.found.p_mid,
        "p_times_parts": None if p is None or not part.name else min(1.0, p * max(1, found.tested)),
        "both_right": pairs.both if pairs else None,
        "champion_only": pairs.champion_only if pairs else None,
        "challenger_only": pairs.challenger_only if pairs else None,
        "neither": pairs.neither if pairs else None,
        "coverage_champion": part.champion_coverage.rate,
        "coverage_challenger": part.challenger_coverage.rate,
        "lean": part.lean,
    }
    known = dict.fromkeys(shown) if part.hidden else shown
    return {"part": part.name, "kind": part.kind, "hidden": part.hidden, **known, "says": said_of(part)}


def comparison_rows(found: Comparison) -> Iterator[tuple[Cell, ...]]:
    """Return the comparison as rows, the names of the columns first."""
    yield COLUMNS
    for part in ((found.whole,) if found.whole else ()) + found.parts:
        answer = part_answer(part, found)
        yield tuple(answer[name] for name in COLUMNS)


def components_answer(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """Return the component matrix, production first."""
    return [
        {
            "id": row.made.id,
            "label": row.made.label,
            "url": row.made.url,
            "in_production": row.made.in_production,
            "parts": [
                {"part": cell.part, "state": cell.state, "digest": cell.digest or None, "source": cell.source or None}
                for cell in row.cells
            ],
            "changed": list(row.changed),
            "unknown": list(row.unknown),
        }
        for row in rows
    ]


def words_answer(words: tuple[Carried, ...]) -> list[dict[str, Any]]:
    """Return what becomes of people's words with the challenger."""
    return [
        {
            "check": each.check,
            "title": each.title,
            "state": each.state,
            "why": each.why,
            "link": each.word.link,
            "author": each.word.author,
            "at": each.word.at,
        }
        for each in words
    ]

"""The audit of a live model as rows of a file: every number with its interval, n and age, and the reason if judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from kpis.scoring.evaluations.continuous import Audited
from kpis.scoring.evaluations.parts import Part
from kpis.scoring.evaluations.rival_words import headline, said_of
from kpis.scoring.evaluations.rivals import Comparison, Side
from kpis.scoring.evaluations.share import Share
from kpis.scoring.evaluations.versus import Versus
from kpis.scoring.proportions import DEFAULT_CONFIDENCE
from kpis.scoring.target_judgement import TargetJudgement
from kpis.scoring.wording import percent
from mltrack.cells import Cell

COLUMNS: Final = (
    *("evaluation", "label", "at", "age_days", "threshold", "method", "kind", "part", "metric", "value", "low", "high"),
    *("interval", "n", "against", "n_against", "expected", "result", "reason"),
)
SURE: Final = percent(DEFAULT_CONFIDENCE)


def audit_rows(thens: Sequence[Audited], shadow: Comparison | None, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """Yield each evaluation's accuracy and coverage, its groups and targets, then the shadow minus the champion."""
    yield COLUMNS
    for each in thens:
        yield from _rows(each, _cells(each), now)
    if shadow is not None:
        yield from _rows(shadow.challenger, _against(shadow), now)


def _rows(of: Audited | Side, cells: Iterable[dict[str, Any]], now: datetime) -> Iterator[tuple[Cell, ...]]:
    facts, at = of.facts, of.facts.at
    about: dict[str, Any] = {"evaluation": facts.id, "label": facts.label, "at": at}
    about |= {"age_days": None if at is None else (now - at).days}
    about |= {"threshold": of.operating.point.threshold, "method": of.operating.method}
    for each in cells:
        yield tuple((about | each).get(name) for name in COLUMNS)


def _cells(each: Audited) -> Iterator[dict[str, Any]]:
    yield {"kind": "all", "metric": "accuracy", **_share(each.accuracy)}
    yield {"kind": "all", "metric": "coverage", **_share(each.coverage)}
    for part in each.groups:
        yield from _group(part)
    if each.hidden:
        reason = f"{each.hidden} hidden: few people, or they would give a small group away"
        yield {"kind": "group", "reason": reason}
    yield from map(_target, each.judgements)


def _group(part: Part) -> Iterator[dict[str, Any]]:
    about = {"kind": "group", "part": part.name, "reason": "too few to judge" if part.too_small else ""}
    yield {**about, "metric": "accuracy", **_share(part.accuracy)}
    yield {**about, "metric": "coverage", **_share(part.coverage)}


def _share(share: Share) -> dict[str, Any]:
    interval = share.interval()
    ends = {"low": interval.low, "high": interval.high, "interval": f"Wilson, {SURE}"} if interval else {}
    return {"value": share.rate, "n": share.n, **ends}


def _target(judged: TargetJudgement) -> dict[str, Any]:
    target, known = judged.target, judged.low is not None or judged.high is not None
    sure = f"that decides, {percent(target.sure)}" if target.is_proportion else "that decides"
    return {
        "kind": "target",
        "part": target.slice,
        "metric": target.metric,
        "value": judged.observed,
        "low": judged.low,
        "high": judged.high,
        "interval": sure if known else "",
        "n": judged.n,
        "expected": judged.expected,
        "result": judged.result,
        "reason": judged.reason,
    }


def _against(found: Comparison) -> Iterator[dict[str, Any]]:
    """Yield challenger minus champion: accuracy, in every part that may be shown, and coverage."""
    about: dict[str, Any] = {"against": found.champion.facts.id}
    if found.whole is None:
        yield {**about, "kind": "shadow", "reason": found.why}
        return
    for part in (found.whole, *found.shown):
        yield {
            **about,
            "kind": "shadow",
            "part": part.name,
            "metric": "accuracy",
            **_difference(part.found, "Tango" if part.pairs else "Newcombe"),
            "n": part.challenger.n,
            "n_against": part.champion.n,
            "result": part.lean,
            "reason": said_of(part) if part.name else f"{found.why} {headline(found)}",
        }
    if found.coverage is not None:
        ns = {"n": found.challenger.coverage.n, "n_against": found.champion.coverage.n}
        yield {**about, "kind": "shadow", "metric": "coverage", **_difference(found.coverage, "Newcombe"), **ns}


def _difference(found: Versus, method: str) -> dict[str, Any]:
    interval = found.interval
    ends = {"low": interval.low, "high": interval.high, "interval": f"{method}, {SURE}"} if interval else {}
    return {"value": found.difference, **ends}

"""What a judgement knows of observed data, from the row that it reads of the last watch and open findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpis.scoring.inputs import ObservedFacts, OpenFinding


def observed_facts(said: Mapping[str, Any]) -> ObservedFacts:
    """Return `{watch, open: [[kind, id, words], …]}` as facts; both are null where there is nothing."""
    watch = said["watch"] or {}
    kinds = watch.get("kinds", {})
    return ObservedFacts(
        watched=watch.get("watched", 0),
        small=watch.get("small_count", 0),
        new=watch.get("new_count", 0),
        judged={kind: count["judged"] for kind, count in kinds.items()},
        unjudged={kind: count["unjudged"] for kind, count in kinds.items()},
        open=tuple(OpenFinding(*each) for each in said["open"] or ()),
    )

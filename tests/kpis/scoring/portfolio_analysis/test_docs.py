"""docs/portfolio.md says what is reckoned: its warnings, reasons and example are those of the code."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from kpis.scoring.portfolio_analysis.funnel import funnel_of
from kpis.scoring.portfolio_analysis.warning_rules import RULES
from projects.models.initiatives import StopReason
from tests.kpis.scoring.golden import golden
from tests.kpis.scoring.portfolio_analysis.builders import history

TEXT = (Path(__file__).parents[4] / "docs" / "portfolio.md").read_text(encoding="utf-8")
OURS = {"idea": "framing", "model": "modeling", "pilot": "integration"}


def test_every_warning_is_described_in_order() -> None:
    table = TEXT.partition("## Early warnings")[2]
    assert re.findall(r"^\| (?!warning)([A-Z][^|]+) \|", table, re.M) == [rule.title for rule in RULES.values()]


def test_every_reason_is_named() -> None:
    (told,) = re.findall(r"`reason` says why it is cancelled: (.*?);", TEXT, re.S)
    assert re.findall(r"`(\w+)`", told) == StopReason.values


def test_the_example_is_what_is_reckoned() -> None:
    moves: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, stage, day in golden("06_funnel")["events"]:
        moves[key].append((OURS.get(stage, stage), day))
    for each in funnel_of([history(*ways) for ways in moves.values()])[:4]:
        assert each.of_decided is not None
        cells = (each.entered, each.advanced, each.cancelled, each.open, f"{each.of_decided:.0%}".replace("%", " %"))
        assert f"| {each.stage} | {' | '.join(map(str, cells))} |" in TEXT

"""The gate page: kept answers, and one of them with the document it rested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpis.models import GateDecision
from kpis.scoring.sentences import passed_of, verdict_sentence
from kpis.selectors.readiness import shown_check
from projects.models import Initiative

PAGE = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer laid out for reading: one sentence, the conditions in the way first, then the others."""

    sentence: str
    in_the_way: list[dict[str, Any]]
    others: list[dict[str, Any]]
    sections: list[dict[str, Any]]


def decisions_of(initiative: Initiative, limit: int = PAGE) -> list[GateDecision]:
    """Return the newest kept answers without their documents, in one query."""
    kept = GateDecision.objects.filter(initiative=initiative).select_related("actor", "token").defer("document")
    return list(kept.order_by("-at", "-id")[:limit])


def answer_of(document: Mapping[str, Any]) -> Answer:
    """Return a gate's answer, or a readiness document, laid out for reading."""
    checks = {check["id"]: shown_check(check) for section in document["sections"] for check in section["checks"]}
    blocking = [each["check"] for each in document["blockers"]]
    sections = [
        {"name": each["name"], "verdict": each["verdict"], "passed": passed, "total": total}
        for each in document["sections"]
        for passed, total in [passed_of(each)]
    ]
    return Answer(
        sentence=verdict_sentence(document),
        in_the_way=[checks[each] for each in blocking],
        others=[check for each, check in checks.items() if each not in blocking],
        sections=sections,
    )

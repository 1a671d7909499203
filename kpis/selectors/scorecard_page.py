"""The scorecard as its settings page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.models import Scorecard
from kpis.scoring.scorecard import CRITICALITIES, Check, Level
from kpis.scoring.scorecard import Scorecard as Policy
from kpis.selectors.scorecards import policy_of, versions_of
from mltrack.accounts.models import Workspace

LEVEL_WORDS = {"required": "Required", "optional": "Optional", "off": "Not asked"}


@dataclass(frozen=True, slots=True)
class LevelWord:
    """How much a check is asked at one criticality."""

    criticality: str
    level: Level
    word: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check with its level at experiment, standard and critical."""

    check: Check
    levels: tuple[LevelWord, ...]
    measured: bool


@dataclass(frozen=True, slots=True)
class SectionRows:
    """One section: its question and its checks."""

    name: str
    question: str
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class ScorecardPage:
    """The policy in force by section, and the imported versions, newest first; `own` says that one of them rules."""

    policy: Policy
    sections: tuple[SectionRows, ...]
    versions: tuple[Scorecard, ...]
    own: bool


def scorecard_page(workspace: Workspace) -> ScorecardPage:
    """Return the scorecard of a workspace, in two queries."""
    policy, versions = policy_of(workspace), versions_of(workspace)
    sections = (
        SectionRows(each.name, each.question, tuple(_row(check) for check in each.checks)) for each in policy.sections
    )
    return ScorecardPage(policy, tuple(sections), tuple(versions), any(version.active for version in versions))


def _row(check: Check) -> CheckRow:
    levels = ((each, check.required[each]) for each in CRITICALITIES)
    words = tuple(LevelWord(each.capitalize(), level, LEVEL_WORDS[level]) for each, level in levels)
    return CheckRow(check, words, check.kind == "measured")

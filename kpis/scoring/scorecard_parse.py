"""Reading a scorecard from TOML: all that is wrong is said at once, by line and field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args

from kpis.scoring.measured import MEASURES
from kpis.scoring.ml_tests import TEST_IDS
from kpis.scoring.scorecard import (
    CRITICALITIES,
    DEPENDENCIES,
    LEVELS,
    SECTIONS,
    Check,
    Kind,
    Scorecard,
    Section,
    never_attestable,
)
from kpis.scoring.wording import listed

DEFAULT_PATH = Path(__file__).parent.parent / "scorecards" / "default.toml"
CHECK_ID = re.compile(r"^[a-z]+\.[a-z][a-z0-9_]{0,59}$", re.ASCII)
CHECK_KEYS = [
    "id",
    "title",
    "short",
    "kind",
    "required",
    "how_to_pass",
    "attestable_at",
    "expires_days",
    "fresh_days",
    "depends_on",
    "docs",
    "ml_test",
]
LONGEST_DAYS = 1095
LONGEST_SOURCE = 200_000
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the line (0 when it cannot be told), the field's path, and what is wrong with it."""

    line: int
    field: str
    text: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.field + ': ' if self.field else ''}{self.text}"


class ScorecardError(ValueError):
    """A scorecard that cannot be used, with its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass
class _Reader:
    """Collects problems while values are read; each value has a harmless stand-in when it is wrong."""

    lines: list[str]
    problems: list[Problem] = field(default_factory=list)
    line: int = 0
    path: str = ""

    def wrong(self, name: str, text: str) -> None:
        self.problems.append(
            Problem(self.line, f"{self.path}.{name}" if self.path and name else self.path or name, text)
        )

    def known(self, table: Mapping[str, object], allowed: Collection[str]) -> None:
        for key in table:
            if key not in allowed:
                self.wrong(key, "is not known here")

    def text(self, table: Mapping[str, object], key: str, needed: bool = True) -> str:
        value = table.get(key, "")
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\x00" in value:
            self.wrong(key, f"must be a text of at most {LONGEST_TEXT} characters")
            return ""
        if needed and not value.strip():
            self.wrong(key, "is missing")
        return value.strip()

    def words(self, table: Mapping[str, object], key: str, allowed: Collection[str]) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word in allowed for word in value):
            self.wrong(key, f"must be a list out of {listed(sorted(allowed)[:12])}")
            return ()
        return tuple(value)

    def at(self, needle: str) -> None:
        found = (number for number, line in enumerate(self.lines, 1) if needle in line.replace("'", '"'))
        self.line = next(found, 0)


def parse_scorecard(source: str) -> Scorecard:
    """Return the scorecard of a TOML text. Raises ScorecardError with every problem found."""
    if len(source) > LONGEST_SOURCE:
        raise ScorecardError([Problem(0, "", f"a scorecard has at most {LONGEST_SOURCE:,} characters")])
    try:
        table = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        raise ScorecardError([Problem(int(found[1]) if found else 0, "", f"is no valid TOML: {error}")]) from error
    reader = _Reader(source.splitlines())
    reader.known(table, ("version", "title", "sections"))
    scorecard = Scorecard(
        reader.text(table, "version"), reader.text(table, "title"), _sections(reader, table.get("sections"))
    )
    _twice(reader, scorecard)
    if reader.problems:
        raise ScorecardError(reader.problems)
    return scorecard


def _sections(reader: _Reader, tables: object) -> tuple[Section, ...]:
    if not isinstance(tables, dict):
        reader.wrong("sections", "is missing")
        return ()
    for name in tables:
        if name not in SECTIONS:
            reader.at(f"[sections.{name}")
            reader.wrong(f"sections.{name}", f"is no section; the seven are {listed(SECTIONS)}")
    return tuple(_section(reader, name, tables.get(name)) for name in SECTIONS)


def _section(reader: _Reader, name: str, table: object) -> Section:
    reader.path, reader.line = f"sections.{name}", 0
    if not isinstance(table, dict):
        reader.wrong("", "is missing; a scorecard has all seven sections")
        reader.path = ""
        return Section(name, "", ())
    reader.at(f"[sections.{name}]")
    reader.known(table, ("question", "checks"))
    question, tables = reader.text(table, "question"), table.get("checks")
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        reader.wrong("checks", "must be a list of at least one check")
        tables = []
    checks = tuple(_check(reader, name, number, each) for number, each in enumerate(tables, 1))
    reader.path, reader.line = "", 0
    return Section(name, question, checks)


def _check(reader: _Reader, section: str, number: int, table: dict[str, Any]) -> Check:
    reader.at(f'"{table.get("id")}"')
    reader.path = f"sections.{section}.checks[{number}]"
    reader.known(table, CHECK_KEYS)
    check_id = reader.text(table, "id")
    if not CHECK_ID.match(check_id) or not check_id.startswith(section + "."):
        reader.wrong("id", f"must be “{section}.” and a name of small letters, digits and _")
    check = Check(
        id=check_id,
        section=section,
        title=reader.text(table, "title"),
        short=reader.text(table, "short"),
        kind=_kind(reader, table, check_id),
        required=_required(reader, table.get("required")),
        how_to_pass=reader.text(table, "how_to_pass"),
        attestable_at=reader.words(table, "attestable_at", CRITICALITIES),  # type: ignore[arg-type]
        expires_days=_days(reader, table, "expires_days"),
        fresh_days=_days(reader, table, "fresh_days"),
        depends_on=reader.words(table, "depends_on", DEPENDENCIES),
        docs=reader.text(table, "docs", needed=False),
        ml_test=reader.words(table, "ml_test", TEST_IDS),
    )
    _attestable(reader, check)
    return check


def _kind(reader: _Reader, table: Mapping[str, object], check_id: str) -> Kind:
    kind = table.get("kind")
    if kind not in get_args(Kind):
        reader.wrong("kind", "must be measured or attested")
    elif kind == "measured" and check_id not in MEASURES:
        reader.wrong("kind", f"{check_id} cannot be measured; it can be attested")
    return "measured" if kind == "measured" else "attested"


def _required(reader: _Reader, value: object) -> Mapping[Any, Any]:
    if (
        not isinstance(value, dict)
        or set(value) != set(CRITICALITIES)
        or not all(level in LEVELS for level in value.values())
    ):
        reader.wrong("required", f"must give {listed(CRITICALITIES)} each one of {listed(LEVELS)}")
        return dict.fromkeys(CRITICALITIES, "off")
    return value


def _days(reader: _Reader, table: Mapping[str, object], key: str) -> int | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LONGEST_DAYS:
        reader.wrong(key, f"must be a whole number from 1 to {LONGEST_DAYS}")
        return None
    return value


def _attestable(reader: _Reader, check: Check) -> None:
    high = set(check.attestable_at) - {"experiment"}
    if high and never_attestable(check.id, check.section):
        reader.wrong("attestable_at", "must be measured at standard and critical, not attested")
    if check.attestable_at and check.expires_days is None:
        reader.wrong("expires_days", "is missing; a person's word needs an end")
    if check.fresh_days is not None and check.kind == "attested":
        reader.wrong("fresh_days", "is for what is measured; a person's word ends by expires_days")
    for criticality in CRITICALITIES:
        hopeless = check.kind == "attested" and criticality not in check.attestable_at
        if hopeless and check.required[criticality] == "required":
            reader.wrong(
                "attestable_at", f"must hold {criticality}: the check is required there and cannot be measured"
            )


def _twice(reader: _Reader, scorecard: Scorecard) -> None:
    seen: set[str] = set()
    for check in scorecard.checks:
        if check.id in seen:
            reader.at(f'"{check.id}"')
            reader.wrong(check.id, "is there twice")
        seen.add(check.id)


@cache
def default_scorecard() -> Scorecard:
    """Return the scorecard that ships with the package."""
    return parse_scorecard(DEFAULT_PATH.read_text(encoding="utf-8"))

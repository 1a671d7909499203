"""What a tracker's words for statuses and types most likely mean here, until somebody says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

STATUSES: Final = ("todo", "doing", "done", "cancelled")
TYPES: Final = (
    *("framing", "data", "labeling", "training"),
    *("evaluation", "integration", "deployment", "monitoring"),
)

_NOT: Final = re.compile(r"^(not|un|non)\b|^un(?=done|resolved|finished|started)")
_STATUS_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "cancelled",
        ("cancel", "wont", "not planned", "reject", "duplicate", "invalid", "obsolete", "abandon", "declin", "discard"),
    ),
    ("done", ("done", "closed", "resolved", "complet", "finished", "fixed", "released", "merged", "shipped")),
    (
        "doing",
        (
            *("progress", "doing", "review", "testing", "in test", "develop", "started", "in work", "active"),
            *("feedback", "validat", "verif", "implement"),
        ),
    ),
    (
        "todo",
        (
            *("todo", "to do", "open", "new", "backlog", "ready", "triage", "selected", "planned", "blocked"),
            *("waiting", "on hold", "unread", "deferred", "chatting", "need eg", "pending", "inbox", "idea"),
        ),
    ),
)
_TYPE_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("labeling", ("label", "annotat", "ground truth")),
    ("evaluation", ("evaluat", "benchmark", "validation", "test")),
    ("training", ("train", "model", "experiment", "tuning")),
    ("monitoring", ("monitor", "drift", "alert", "observab")),
    ("deployment", ("deploy", "release", "rollout", "serving", "infrastructure")),
    ("integration", ("integrat", "api", "interface", "connector")),
    ("data", ("data", "etl", "ingest", "feature engineering")),
    ("framing", ("framing", "scop", "discovery", "requirement", "research", "spike", "epic")),
)


def guessed_status(word: str) -> str | None:
    """Return the status that a word such as "In Progress" most likely means, None where nothing is likely."""
    plain = _plain(word)
    if _NOT.search(plain) and "not planned" not in plain:
        return "todo"
    return _first(plain, _STATUS_WORDS)


def guessed_type(word: str) -> str | None:
    """Return the type of task that a word such as "Annotation" most likely means, None where nothing is likely."""
    return _first(_plain(word), _TYPE_WORDS)


def meaning_of(word: str, mapping: Mapping[str, str], guess: str | None) -> str | None:
    """Return what a mapping says of a word, whatever its case, else the guess."""
    if word in mapping:
        return mapping[word]
    return {theirs.casefold(): ours for theirs, ours in mapping.items()}.get(word.casefold(), guess)


def _plain(word: str) -> str:
    """Return a word in small letters, its dashes and apostrophes taken away."""
    return re.sub(r"[\s_\-/:]+", " ", word.casefold().replace("'", "").replace("’", "")).strip()


def _first(plain: str, table: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    """Return the first meaning one of whose stems begins a word of the text."""
    return next((ours for ours, stems in table if any(f" {stem}" in f" {plain}" for stem in stems)), None)

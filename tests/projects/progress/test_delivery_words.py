"""What trackers' words most likely mean."""

from __future__ import annotations

import pytest

from projects.progress.delivery_words import STATUSES, TYPES, guessed_status, guessed_type, meaning_of

STATUS_OF = {
    "To Do": "todo", "open": "todo", "opened": "todo", "New": "todo", "Backlog": "todo", "unread": "todo",
    "Selected for Development": "doing", "In Progress": "doing", "in-progress": "doing", "In Review": "doing",
    "testing": "doing", "Feedback": "doing", "Done": "done", "done-cbb": "done", "closed": "done", "Resolved": "done",
    "completed": "done", "Won't Do": "cancelled", "Won’t fix": "cancelled", "not planned": "cancelled",
    "Rejected": "cancelled", "duplicate": "cancelled", "Not started": "todo", "Unresolved": "todo", "Undone": "todo",
    "Wartet auf Daten": None, "": None,
}  # fmt: skip
TYPE_OF = {
    "Annotation": "labeling", "Label review": "labeling", "Data request": "data", "Model training": "training",
    "Evaluation": "evaluation", "Deploy": "deployment", "Monitoring": "monitoring", "API work": "integration",
    "Epic": "framing", "Bug": None, "Story": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize(("word", "status"), STATUS_OF.items())
def test_statuses_are_guessed(word: str, status: str | None) -> None:
    assert guessed_status(word) == status
    assert status in (None, *STATUSES)


@pytest.mark.parametrize(("word", "kind"), TYPE_OF.items())
def test_types_are_guessed(word: str, kind: str | None) -> None:
    assert guessed_type(word) == kind
    assert kind in (None, *TYPES)


def test_a_mapping_decides_before_the_guess_whatever_the_case() -> None:
    mapping = {"In Progress": "todo"}
    assert meaning_of("In Progress", mapping, "doing") == meaning_of("IN PROGRESS", mapping, "doing") == "todo"
    assert meaning_of("Done", mapping, "done") == "done"
    assert meaning_of("Neu", mapping, None) is None

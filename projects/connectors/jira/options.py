"""The options of a Jira connection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from projects.connectors.options import bad_option
from projects.connectors.tracking.options import TrackerOptions, is_number

_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")


@dataclass(frozen=True, slots=True)
class JiraOptions(TrackerOptions):
    """What a person may set.

    `project_keys` are those of projects, empty for all that are visible. `board_ids` are boards whose sprints are read
    by themselves; without them sprints are those that issues are in. `estimate_field` is the name of the field that
    holds estimates, "" for Jira's own story points. `history` says whether changes of status are read.
    """

    CHOSEN: ClassVar[str] = "project_keys"

    project_keys: tuple[str, ...] = ()
    board_ids: tuple[str, ...] = ()
    estimate_field: str = ""
    history: bool = True
    present_seconds: int = 86_400

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        found = super(JiraOptions, cls).read(given)
        if not all(map(_KEY.fullmatch, found.project_keys)):
            raise bad_option("project_keys", "must be a list of project keys")
        if not all(map(is_number, found.board_ids)):
            raise bad_option("board_ids", "must be a list of board ids in quotes")
        if found.new_tasks_in and not _KEY.fullmatch(found.new_tasks_in):
            raise bad_option("new_tasks_in", "must be the key of a project")
        return found

"""The options of a Redmine connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from projects.connectors.options import bad_option
from projects.connectors.tracking.options import TrackerOptions, is_number


@dataclass(frozen=True, slots=True)
class RedmineOptions(TrackerOptions):
    """What a person may set.

    `project_ids` are the numbers of projects, empty for all that are visible. `public` reads without signing in.
    `history` says whether changes of status are read, one request for each issue.
    """

    CHOSEN: ClassVar[str] = "project_ids"

    project_ids: tuple[str, ...] = ()
    public: bool = False
    history: bool = True

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        found = super(RedmineOptions, cls).read(given)
        if not all(map(is_number, found.project_ids)):
            raise bad_option("project_ids", "must be a list of project ids in quotes")
        if found.new_tasks_in and not is_number(found.new_tasks_in):
            raise bad_option("new_tasks_in", "must be the id of a project")
        return found

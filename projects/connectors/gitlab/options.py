"""The options of a GitLab connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from projects.connectors.options import bad_option
from projects.connectors.tracking.options import TrackerOptions, is_number

SPRINTS: Final = ("milestones", "iterations")


@dataclass(frozen=True, slots=True)
class GitLabOptions(TrackerOptions):
    """What a person may set.

    `project_ids` are the numbers of projects, empty for all that the token's owner is a member of. `sprints` says what
    a sprint is: milestones, or iterations, which GitLab Premium has. `status_labels` and `type_labels` begin the labels
    that say status and type. `history` says whether changes of state are read, one or two requests for each issue.
    """

    CHOSEN: ClassVar[str] = "project_ids"

    project_ids: tuple[str, ...] = ()
    sprints: str = "milestones"
    status_labels: str = "workflow::"
    type_labels: str = "type::"
    history: bool = True
    present_seconds: int = 86_400

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        found = super(GitLabOptions, cls).read(given)
        if not all(map(is_number, found.project_ids)):
            raise bad_option("project_ids", "must be a list of project ids in quotes")
        if found.sprints not in SPRINTS:
            raise bad_option("sprints", f"is one of {', '.join(SPRINTS)}")
        if found.new_tasks_in and not is_number(found.new_tasks_in):
            raise bad_option("new_tasks_in", "must be the id of a project")
        return found

"""The options of a GitHub connection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from projects.connectors.options import bad_option
from projects.connectors.tracking.options import TrackerOptions

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_PROJECT: Final = re.compile(r"(?:orgs|users)/[A-Za-z0-9][A-Za-z0-9-]{0,38}/[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class GitHubOptions(TrackerOptions):
    """What a person may set.

    `repositories` are `owner/name`, empty for all that the token belongs to. `projects` are `orgs/NAME/NUMBER` or
    `users/NAME/NUMBER`: then the issues of these projects are read instead, with their iterations, statuses and
    estimates. `status_labels` and `type_labels` begin the labels that say status and type. `history` says whether
    closing and re-opening is read, which takes a request for each issue that was closed.
    """

    CHOSEN: ClassVar[str] = "repositories"

    repositories: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    iteration_field: str = "Iteration"
    status_field: str = "Status"
    estimate_field: str = "Estimate"
    status_labels: str = "status:"
    type_labels: str = "type:"
    history: bool = True
    present_seconds: int = 86_400

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        found = super(GitHubOptions, cls).read(given)
        if not all(map(_REPOSITORY.fullmatch, found.repositories)):
            raise bad_option("repositories", "must be a list of owner/name")
        if not all(map(_PROJECT.fullmatch, found.projects)):
            raise bad_option("projects", "must be a list of orgs/NAME/NUMBER or users/NAME/NUMBER")
        if found.new_tasks_in and not _REPOSITORY.fullmatch(found.new_tasks_in):
            raise bad_option("new_tasks_in", "must be owner/name")
        return found

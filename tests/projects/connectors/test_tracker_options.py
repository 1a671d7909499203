"""Options of trackers: unknown and wrong ones are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.github.options import GitHubOptions
from projects.connectors.gitlab.options import GitLabOptions
from projects.connectors.jira.options import JiraOptions
from projects.connectors.redmine.options import RedmineOptions
from projects.connectors.roundup.options import RoundupOptions
from projects.connectors.tracking.options import TrackerOptions

WRONG: list[tuple[type[TrackerOptions], dict[str, Any]]] = [
    (TrackerOptions, {"surprise": 1}),
    (TrackerOptions, {"page_size": 0}),
    (TrackerOptions, {"page_size": 101}),
    (TrackerOptions, {"window_seconds": -1}),
    (TrackerOptions, {"window_seconds": True}),
    (TrackerOptions, {"statuses": ["Done"]}),
    (TrackerOptions, {"statuses": {"Done": "finished"}}),
    (TrackerOptions, {"types": {"Bug": "bug"}}),
    (GitHubOptions, {"repositories": ["octocat"]}),
    (GitHubOptions, {"repositories": ["../../user"]}),
    (GitHubOptions, {"projects": ["octo-org/5"]}),
    (GitHubOptions, {"repositories": "octocat/Hello-World"}),
    (GitHubOptions, {"history": "yes"}),
    (GitLabOptions, {"project_ids": ["my-group/my-project"]}),
    (GitLabOptions, {"sprints": "weeks"}),
    (RedmineOptions, {"project_ids": [1]}),
    (JiraOptions, {"project_keys": ['ED") OR project in ("X']}),
    (JiraOptions, {"board_ids": ["5/sprint"]}),
    (RoundupOptions, {"sprint_property": "a,b"}),
]


@pytest.mark.parametrize(("options", "given"), WRONG)
def test_wrong_options_are_refused_by_name(options: type[TrackerOptions], given: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError, match=repr(next(iter(given)))) as caught:
        options.read(given)
    assert (caught.value.code, caught.value.permanent) == ("bad_options", True)


def test_options_are_read_whole() -> None:
    read = GitHubOptions.read({"repositories": ["a/b", "a/b"], "statuses": {"Done": "done"}, "present_seconds": 60})
    assert (read.repositories, read.statuses, read.present_seconds) == (("a/b",), {"Done": "done"}, 60)


def test_only_what_decides_the_reading_makes_everything_be_read_anew() -> None:
    plain = JiraOptions()
    assert JiraOptions.read({"statuses": {"x": "done"}, "page_size": 5}).reading() == plain.reading()
    assert JiraOptions.read({"project_keys": ["ED"]}).reading() != plain.reading()

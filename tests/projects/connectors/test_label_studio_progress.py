"""What is read next, for each state of the cursor."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from projects.connectors.label_studio.labels import Control
from projects.connectors.label_studio.options import Options
from projects.connectors.label_studio.progress import Partial, Progress, ProjectProgress
from tests.projects.little_label_studio import FIRST

OPTIONS = Options()
BEGAN = FIRST + timedelta(days=1)
NOW = int(BEGAN.timestamp())
CONTROL = Control("class", "choices", frozenset({"class", "comment"}))


def read(project: ProjectProgress, *times: Any, began: Any = BEGAN, now: int = NOW) -> Any:
    """Read what is due and return since when that was."""
    partial = project.begin(OPTIONS, began, now)
    project.partial = partial.advanced(9, times)
    project.finish(OPTIONS)
    return partial.since


def test_the_mark_is_the_latest_change_but_never_within_the_window_before_the_servers_clock() -> None:
    project = ProjectProgress(control=CONTROL)
    assert read(project, FIRST) is None
    assert project.since == FIRST
    assert read(project, BEGAN - timedelta(seconds=1)) == FIRST
    assert project.since == BEGAN - timedelta(seconds=120)
    later = BEGAN + timedelta(hours=1)
    assert read(project, BEGAN - timedelta(seconds=1), began=later) == BEGAN - timedelta(seconds=120)
    assert project.since == BEGAN - timedelta(seconds=1)


def test_a_clock_that_was_set_back_takes_the_mark_back() -> None:
    project = ProjectProgress(control=CONTROL, since=BEGAN, swept_at=NOW)
    project.reading = "other"
    read(project, BEGAN)
    back = FIRST + timedelta(hours=1)
    assert read(project, began=back) == BEGAN - timedelta(seconds=120)
    assert project.since == back - timedelta(seconds=120)


def test_a_project_without_tasks_is_read_from_the_beginning() -> None:
    project = ProjectProgress(control=CONTROL)
    read(project)
    assert project.since is None


def test_an_interrupted_reading_keeps_its_beginning() -> None:
    project = ProjectProgress(control=CONTROL)
    first = project.begin(OPTIONS, BEGAN, NOW).advanced(50, [FIRST])
    project.partial = first
    assert project.begin(OPTIONS, BEGAN + timedelta(hours=3), NOW + 3) == first
    project.finish(OPTIONS)
    assert project.since == FIRST


@pytest.mark.parametrize("control", [None, CONTROL])
@pytest.mark.parametrize("partial", [None, Partial(None, BEGAN), Partial(FIRST, BEGAN, 12, BEGAN)])
def test_the_cursor_survives_json(control: Control | None, partial: Partial | None) -> None:
    project = ProjectProgress(FIRST, partial, control, "Mails", 2, "Odd.", 25, 1, 2, 3, "way")
    progress = Progress({"7": project, "8": ProjectProgress()}, ("3",))
    assert Progress.load(json.loads(json.dumps(progress.dump()))) == progress


@pytest.mark.parametrize(
    "cursor",
    [
        {},
        {"version": 99},
        {"version": 1},
        {"version": 1, "projects": [], "gone": []},
        {"version": 1, "projects": {"1": {}}, "gone": []},
        {"version": 1, "projects": {"1": Progress({"1": ProjectProgress()}).dump()["projects"]["1"] | {"since": "x"}}},
    ],
)
def test_a_foreign_cursor_begins_anew(cursor: dict[str, Any]) -> None:
    assert Progress.load(cursor) == Progress()

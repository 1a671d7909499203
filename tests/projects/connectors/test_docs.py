"""docs/connectors.md tells the truth about kinds, options and error codes."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mltrack.outbound.errors import _STATUS_WORDS
from projects.connectors.github.options import GitHubOptions
from projects.connectors.gitlab.options import GitLabOptions
from projects.connectors.jira.options import JiraOptions
from projects.connectors.label_studio.labels import NOTHING
from projects.connectors.label_studio.options import Options as LabelStudioOptions
from projects.connectors.mlflow.options import Options
from projects.connectors.redmine.options import RedmineOptions
from projects.connectors.registry import CHOSEN, CONNECTORS, TITLES
from projects.connectors.roundup.options import RoundupOptions
from projects.connectors.texts import LONGEST_LABEL
from projects.connectors.tracking.options import TrackerOptions
from projects.services.attempts import LOST_CODE
from projects.services.breakers import COUNTED
from projects.services.clients import CLIENT_OPTIONS
from tests.servers.label_studio import VERSION as LABEL_STUDIO
from tests.servers.mlflow import VERSION, VERSION_2
from tests.servers.roundup import VERSION as ROUNDUP

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "connectors.md").read_text()
FOLDERS = ("mltrack/outbound", "projects/connectors", "projects/services")
SOURCES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


def first_cells(section: str) -> list[str]:
    """Return the words in backticks of the first column of a section's table."""
    part = TEXT.split(f"\n## {section}\n")[1].split("\n## ")[0] if section else TEXT.split("\n## ")[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in re.findall(r"`([a-z_…]+)`", row)]


def codes_in_source() -> set[str]:
    found = {LOST_CODE, *(code for code, _ in _STATUS_WORDS.values())}
    for path in SOURCES:
        text = path.read_text()
        found.update(re.findall(r'OutboundError\(\s*"([a-z_]+)"', text))
        found.update(re.findall(r'code="([a-z_]+)"', text))
    return found


def test_every_kind_has_its_row() -> None:
    assert first_cells("") == list(CONNECTORS)


def test_every_kind_has_its_title_and_says_what_is_chosen() -> None:
    assert list(TITLES) == list(CHOSEN) == list(CONNECTORS)


SHARED = [each.name for each in fields(TrackerOptions())]
OPTIONS = [
    ("MLflow", Options()),
    ("Label Studio", LabelStudioOptions()),
    ("Trackers", TrackerOptions()),
    ("Jira", JiraOptions()),
    ("GitHub", GitHubOptions()),
    ("GitLab", GitLabOptions()),
    ("Redmine", RedmineOptions()),
    ("Roundup", RoundupOptions()),
]


@pytest.mark.parametrize(("section", "options"), OPTIONS)
def test_the_options_are_those_of_the_code_with_their_defaults(section: str, options: Any) -> None:
    names = [each.name for each in fields(options)]
    if isinstance(options, TrackerOptions) and section != "Trackers":
        names = [each for each in names if each not in SHARED]
    assert first_cells(section) == names
    lines = TEXT.split(f"\n## {section}\n")[1].split("\n## ")[0].splitlines()
    for name in [each for each in names if isinstance(getattr(options, each), int)]:
        row = next(line for line in lines if line.startswith(f"| `{name}`"))
        assert str(getattr(options, name)) in row.split("|")[3]


def test_what_is_said_of_labels_is_so() -> None:
    part = TEXT.split("\n## Label Studio\n")[1].split("\n## ")[0]
    assert f"`{NOTHING}`" in part and f"more than {LONGEST_LABEL} characters" in part
    assert f"Label Studio {LABEL_STUDIO}, the community edition" in part


def test_the_version_of_roundup_is_the_one_that_the_tests_start() -> None:
    assert f"Roundup {ROUNDUP}." in TEXT.split("\n## Roundup\n")[1].split("\n## ")[0]


def test_the_versions_of_mlflow_are_those_that_the_tests_start() -> None:
    part = TEXT.split("\n## MLflow\n")[1].split("\nOptions")[0]
    assert re.findall(r"MLflow (\d+\.\d+\.\d+)", part) == [VERSION, VERSION_2]


def test_the_options_of_every_kind_are_named() -> None:
    shared = TEXT.split("## What every connector gets")[1].split("\n## ")[0]
    assert [each for each in CLIENT_OPTIONS if f"`{each}`" not in shared] == []


def test_what_counts_against_a_host_are_codes_that_exist() -> None:
    assert codes_in_source() >= COUNTED


def test_the_error_codes_are_those_of_the_code() -> None:
    assert set(first_cells("Errors")) - {"http_…"} == codes_in_source()


def test_the_files_that_the_recipe_names_exist() -> None:
    named = re.findall(r"`((?:projects|tests|mltrack)/[\w/]+(?:\.py|/))`", TEXT)
    assert named and all((ROOT / each).exists() for each in named)

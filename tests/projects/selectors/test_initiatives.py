"""Initiatives as lists read them."""

from __future__ import annotations

import pytest

from projects.selectors.initiatives import initiatives_of, rules_of, stage_changes_of
from projects.services.initiatives import archive_initiative, change_stage
from tests.factories import make_connection, make_initiative, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


def test_the_workspaces_own_by_key() -> None:
    owner = make_workspace()
    second, first = make_initiative(owner, "B"), make_initiative(owner, "A")
    make_initiative(make_stranger(), "C")
    assert list(initiatives_of(owner.workspace)) == [first, second]
    archive_initiative(owner, first)
    assert list(initiatives_of(owner.workspace)) == [second]
    assert list(initiatives_of(owner.workspace, archived=True)) == [first, second]


def test_moves_and_rules() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    change_stage(owner, initiative, stage="data")
    make_connection(owner, initiative=initiative)
    assert [each.stage for each in stage_changes_of(initiative)] == ["data", "framing"]
    assert len(rules_of(initiative)) == 1

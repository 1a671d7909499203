"""What a token tells of itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.test import Client
from django.utils.dateparse import parse_datetime
from pytest_django import Settings

from mltrack.accounts.models import ApiToken, Member
from mltrack.cli import VERSION
from tests.mltrack.accounts.api.callers import Callers, caller

ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def whole_api(tiny_api: None, settings: Settings) -> None:
    """Serve the real API."""
    settings.ROOT_URLCONF = "mltrack.urls"


def test_it_needs_no_scope(callers: Callers) -> None:
    narrow = caller(callers.owner.user, callers.owner.workspace, ["runs:write", "gate"])
    told = narrow.call("get", "token/").json()
    assert (told["workspace"], told["user"]) == (callers.owner.workspace.key, "o@example.org")
    assert (told["scopes"], told["role"], told["is_approver"]) == (["gate", "runs:write"], "admin", True)
    assert parse_datetime(told["expires"]) == ApiToken.objects.get(pk=narrow.token.pk).expires_at
    assert told["version"] == VERSION
    assert narrow.token.secret_hash not in str(told)


def test_the_role_is_the_present_one(callers: Callers) -> None:
    Member.objects.filter(user=callers.owner.user).update(role="viewer", is_approver=False)
    told = callers.owner.call("get", "token/").json()
    assert (told["role"], told["is_approver"]) == ("viewer", False)


def test_it_needs_a_live_token(callers: Callers) -> None:
    assert Client().get("/api/v1/token/").status_code == 401
    ApiToken.objects.filter(pk=callers.owner.token.pk).update(revoked_at="2026-01-01T00:00:00Z")
    assert callers.owner.call("get", "token/").status_code == 401
    assert callers.member.call("post", "token/", {}).status_code == 405


def test_the_version_is_that_of_the_package() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION

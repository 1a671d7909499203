"""What schemathesis makes of the OpenAPI file, as three roles: no crash, the schema kept, everything readable after."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pytest_django import Settings

from tests.trust.api_cases import DOCUMENT, api_findings, operations, schema_of
from tests.trust.page_corpus import unreadable
from tests.trust.page_world import PageWorld

ROLES = ("viewer", "contributor", "admin")
SEED = 20261123
LONG_CASES = 10_000


def test_every_operation_is_read() -> None:
    paths = yaml.safe_load(DOCUMENT.read_text())["paths"]
    declared = {(path, method) for path, methods in paths.items() for method in methods}
    assert {(each.path, each.method.lower()) for each in operations(schema_of())} == declared


@pytest.mark.parametrize("role", ROLES)
def test_a_sample_of_cases_breaks_nothing(world: PageWorld, role: str) -> None:
    sent, found = api_findings(schema_of(), getattr(world.team, role), dict(world.ours), examples=2, number=SEED)
    assert sent >= 2 * len(operations(schema_of())) * 0.8
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_ten_thousand_cases_break_nothing(world: PageWorld, role: str, capsys: pytest.CaptureFixture[str]) -> None:
    schema, sent, number = schema_of(), 0, SEED
    while sent < LONG_CASES:
        counted, found = api_findings(schema, getattr(world.team, role), dict(world.ours), examples=50, number=number)
        assert not found, "\n".join(found)
        sent, number = sent + counted, number + 1
    assert unreadable(world) == []
    with capsys.disabled():
        print(f"\n{sent} cases as {role}", end=" ")


def test_a_broken_endpoint_is_reported(world: PageWorld, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.trust.planted_api_urls"
    _, found = api_findings(schema_of(), world.team.admin, dict(world.ours), examples=2, number=SEED)
    assert any(each.startswith("GET /api/v1/portfolio/: ") and "500" in each for each in found), found


def test_an_answer_beside_the_schema_is_reported(world: PageWorld, tmp_path: Path) -> None:
    document = yaml.safe_load(DOCUMENT.read_text())
    kept = document["paths"]["/api/v1/token/"]
    answer = kept["get"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"type": "object", "required": ["not_there"], "properties": {"not_there": {"type": "string"}}}
    document["paths"] = {"/api/v1/token/": kept}
    changed = tmp_path / "openapi.yaml"
    changed.write_text(yaml.safe_dump(document))
    _, found = api_findings(schema_of(changed), world.team.admin, dict(world.ours), examples=2, number=SEED)
    assert len(found) == 1 and "not_there" in found[0], found

"""Every path of the product × every method × everybody, against the table; and planted holes that are found."""

from __future__ import annotations

import time

import pytest
from pytest_django import Settings

from tests.trust.page_access import Cell, access_findings, cells, differences, expected, forgery_findings
from tests.trust.page_table import TABLE
from tests.trust.page_world import PageWorld
from tests.trust.routes import METHODS, pages, routes

PLANTED = "tests.trust.planted_urls"
PLANTED_TABLE = {
    "planted_unscoped": {"GET": "viewer"},
    "planted_sibling": {"GET": "viewer"},
    "planted_too_low": {"GET": "admin", "POST": "admin"},
    "planted_broken": {"GET": "viewer"},
    "planted_forgeable": {"GET": "viewer", "POST": "viewer"},
}
EVERYBODY = (
    *("anonymous", "token", "revoked", "expired", "read-only token", "deactivated", "removed", "stranger", "operator"),
    *("demoted", "viewer", "approver", "lead", "contributor", "manager", "admin"),
)
# In the short run, those in whom the rules differ; everybody in the long one.
FEW = ("anonymous", "removed", "demoted", "lead", "contributor", "manager", "admin")


def test_the_table_is_the_urlconf() -> None:
    assert differences(pages(), TABLE) == []


def test_every_part_of_a_path_is_described() -> None:
    assert {kind for each in routes() for kind in each.kinds()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "names", [pytest.param(FEW, id="few"), pytest.param(EVERYBODY, id="everybody", marks=pytest.mark.slow)]
)
def test_everybody_gets_the_answer_of_the_table(
    world: PageWorld, names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    found = pages()
    asked = list(cells(found, TABLE))
    assert {(each.route.name, each.method) for each in asked} == {(r.name, m) for r in found for m in METHODS}
    assert set(world.visitors) == set(EVERYBODY)
    begun = time.monotonic()
    found_out = access_findings(world, asked, names)
    assert not found_out, "\n".join(found_out)
    with capsys.disabled():
        print(f"\n{len(found)} pages × {len(METHODS)} methods, {len(asked) * len(names)} requests", end=" ")
        print(f"in {time.monotonic() - begun:.0f} s")


def test_no_other_site_can_post(world: PageWorld) -> None:
    found = forgery_findings(world, cells(pages(), TABLE))
    assert not found, "\n".join(found)


def test_a_session_is_no_way_into_the_api(world: PageWorld) -> None:
    for route in (each for each in routes() if each.is_api):
        for method in METHODS:
            happened = world.admin.ask(method, route.filled(world.ours)).status_code
            assert happened in (401, 429), (method, route.path)


def test_a_forgotten_path_is_reported() -> None:
    assert differences(pages(PLANTED), {**TABLE, **PLANTED_TABLE}) == ["planted_forgotten is missing from the table"]
    assert differences(pages(), {**TABLE, "gone": {}}) == ["gone is no path"]


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("planted_unscoped", {"stranger GET planted_unscoped : in", "removed GET planted_unscoped : in"}),
        ("planted_too_low", {"viewer GET planted_too_low : in", "viewer POST planted_too_low : in"}),
        ("planted_broken", {"viewer GET planted_broken : 500", "viewer POST planted_broken : 500"}),
    ],
)
def test_a_planted_hole_is_reported(world: PageWorld, settings: Settings, name: str, reported: set[str]) -> None:
    settings.ROOT_URLCONF = PLANTED
    asked = [each for each in cells(pages(PLANTED), PLANTED_TABLE) if each.route.name == name]
    found = access_findings(world, asked, ("stranger", "removed", "viewer", "admin"))
    assert reported <= set(found), found


def test_a_page_without_csrf_protection_is_reported(world: PageWorld, settings: Settings) -> None:
    settings.ROOT_URLCONF = PLANTED
    asked = [each for each in cells(pages(PLANTED), PLANTED_TABLE) if each.route.name == "planted_forgeable"]
    assert "POST planted_forgeable without a token: 200" in forgery_findings(world, asked)


def test_levels_are_those_that_exist() -> None:
    known = {"open", "signed", "operator", "nobody", "approver", "lead", "viewer", "contributor", "manager", "admin"}
    assert {each.level for each in cells(pages(), TABLE)} - {None} == known


def test_an_operator_is_no_member(world: PageWorld) -> None:
    [cell] = [each for each in cells(pages(), TABLE) if (each.route.name, each.method) == ("kpis:portfolio", "GET")]
    assert isinstance(cell, Cell) and expected(cell, world.visitors["operator"]) == {"hidden"}

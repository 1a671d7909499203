"""What one person sees is never kept for another."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.people import Team
from tests.api.routes import filled, served
from tests.api.world import fill
from tests.browser.worlds import World
from tests.factories import make_stranger
from tests.trust.attacks.paths import PUBLIC, every_path
from tests.trust.attacks.people import signed_in

pytestmark = pytest.mark.django_db
FIGURES = (
    "kpis:agreement_figure",
    "kpis:evaluation_figure",
    "kpis:flow_figure",
    "kpis:forecast_figure",
    "kpis:kpi_figure",
    "kpis:labeling_curve_figure",
    "kpis:labeling_figure",
    "kpis:target_figure",
    "kpis:throughput_figure",
)
REVALIDATED = {name: ["no no-store"] for name in FIGURES}
"""What the person's own browser may keep, if it asks each time whether it may still show it."""


def wrong(answer: Any) -> list[str]:
    """Say what would let a cache keep an answer, or mix it up with another person's."""
    kept = {each.strip() for each in answer.headers.get("Cache-Control", "").split(",")}
    varies = {each.strip().lower() for each in answer.headers.get("Vary", "").split(",")}
    found = [f"no {each}" for each in ("private", "no-store") if each not in kept]
    return found + ([] if "cookie" in varies else ["no Vary: Cookie"]) + (["public"] if "public" in kept else [])


def test_every_answer_to_the_signed_in_is_private(world: World, client: Client) -> None:
    paths = [(name, path) for name, path in every_path(world) if name not in PUBLIC]
    assert len(paths) > 90
    told = {name: found for name, path in paths if (found := wrong(client.get(path)))}
    assert told == REVALIDATED


def test_what_a_browser_may_keep_it_shows_only_to_whom_the_server_lets_in(world: World, client: Client) -> None:
    for name, path in every_path(world):
        if name in REVALIDATED:
            seen = client.get(path)
            assert seen.headers["Cache-Control"] == "private, no-cache"
            known = {"If-None-Match": seen.headers["ETag"]}
            assert client.get(path, headers=known).status_code == 304
            assert Client().get(path, headers=known).status_code == 302
            assert signed_in(make_stranger()).get(path, headers=known).status_code == 404


def test_parts_of_pages_are_as_private(world: World, client: Client) -> None:
    for name, path in (each for each in every_path(world) if each[0] not in PUBLIC):
        answer = client.get(path, headers={"HX-Request": "true"})
        assert wrong(answer) == REVALIDATED.get(name, []) and "HX-Request" in answer.headers["Vary"], path


def test_answers_of_the_api_are_private_to_friend_and_stranger(team: Team) -> None:
    _, ids = fill(team.principal)
    for route, methods in served().items():
        path = filled(route, ids)
        answers = [team.stranger.call("get", path), Client().get(f"/api/v1/{path}")]
        answers += [team.viewer.call("get", path)] if "GET" in methods else []
        for answer in answers:
            assert wrong(answer) == [], (path, answer.status_code)


def test_what_is_public_is_the_same_for_everybody_and_sets_no_cookie(world: World, client: Client) -> None:
    public = [path for name, path in every_path(world) if name in PUBLIC]
    assert len(public) == len(PUBLIC)
    for path in public:
        mine, theirs = client.get(path), Client().get(path)
        assert mine.getvalue() == theirs.getvalue()
        assert not mine.cookies and not theirs.cookies
        assert "public" in mine.headers["Cache-Control"]


def test_a_shared_answer_would_be_found() -> None:
    class Answer:
        headers = {"Cache-Control": "public, max-age=60"}

    assert wrong(Answer()) == ["no private", "no no-store", "no Vary: Cookie", "public"]

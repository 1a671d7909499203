"""Every path of the URLconf is in the catalogue, once, as what it is."""

from __future__ import annotations

from itertools import chain

import pytest
from django.test import Client
from django.urls import path, resolve
from django.views.generic import View

from tests.browser.catalogue import DATA, DEEDS, OPEN, PAGES, VIEWS, every, names, sample
from tests.browser.worlds import BACKEND, World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.user, backend=BACKEND)
    return client


def test_every_path_of_the_product_is_in_the_catalogue() -> None:
    listed = [*PAGES, *OPEN, *DATA, *DEEDS]
    assert len(listed) == len(set(listed))
    assert sorted(listed) == sorted(names())


def test_a_path_without_a_name_is_found_out() -> None:
    with pytest.raises(ValueError, match="nameless"):
        list(names([path("nameless/", View.as_view())]))


@pytest.mark.django_db
def test_a_path_leads_to_the_view_of_its_name(world: World) -> None:
    pages = chain.from_iterable(((name, each) for each in paths) for name, paths in (PAGES | OPEN).items())
    for name, each in chain(pages, DATA.items(), DEEDS.items()):
        assert resolve(world.in_full(each).partition("?")[0]).view_name == name


def test_pages_are_whole_pages(world: World, client: Client) -> None:
    for each in chain.from_iterable(PAGES.values()):
        answer = client.get(world.in_full(each))
        assert (answer.status_code, b"<h1" in answer.content) == (200, True), each


def test_the_production_tab_shows_the_whole_audit(world: World, client: Client) -> None:
    page = client.get(world.in_full("/w/{w}/initiatives/{ready}/production/")).content.decode()
    for each in (
        "Measured in production",
        "Groups in production",
        "Champion against shadow",
        "In every slice and group",
    ):
        assert each in page, each


def test_data_is_no_page(world: World, client: Client) -> None:
    for each in DATA.values():
        answer = client.get(world.in_full(each))
        assert answer.status_code in (200, 302, 404, 503) and b"<html" not in answer.getvalue(), each


def test_deeds_take_posts_alone(world: World, client: Client) -> None:
    for each in DEEDS.values():
        assert client.get(world.in_full(each)).status_code == 405, each


def test_the_sample_shows_each_page_once_and_in_each_view_a_like_share() -> None:
    for seed in (20261129, 20261128):
        assert sorted(each for view in VIEWS for each in sample(view, seed)) == sorted(every())
        assert min(len(sample(view, seed)) for view in VIEWS) > len(every()) / 8

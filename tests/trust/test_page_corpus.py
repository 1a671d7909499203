"""Odd values in every field and parameter of the pages: taken or refused in words, and readable afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django import Settings

from mltrack import urls
from mltrack.accounts.pages import page
from tests.trust.page_corpus import ODD, WORST, Try, corpus_findings, query_findings, send, tries, unreadable
from tests.trust.page_forms import ELSEWHERE, Post, posts
from tests.trust.page_table import TABLE
from tests.trust.page_world import PageWorld
from tests.trust.routes import IN_FORMS, OBJECTS, Route, pages

BLANK = dict.fromkeys((*OBJECTS, *IN_FORMS), "x")
POSTED = [name for name, methods in TABLE.items() if methods.get("POST", "nobody") != "nobody"]
SEED, SAMPLE = 20261123, 120
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@page()
def fragile(request: HttpRequest) -> HttpResponse:
    """Read a number without asking whether it is one."""
    return HttpResponse(str(int(request.POST.get("n", "1")) + int(request.GET.get("n", "1"))))


urlpatterns = [path("w/<slug:workspace>/fragile/", fragile, name="planted_fragile"), *urls.urlpatterns]


def _forms(of: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for each in of.__subclasses__():
        yield from _forms(each)
        if each.__module__.partition(".")[0] in ("kpis", "projects", "mltrack"):
            yield each


def test_every_page_that_is_posted_to_has_a_filled_form() -> None:
    assert {each.name for each in posts(BLANK)} == set(POSTED)


def test_every_form_is_filled() -> None:
    samples = {each for each in _forms() if each.__name__ == "SampleForm"}
    assert set(_forms()) - samples - ELSEWHERE == {each.form for each in posts(BLANK)} - {None}


def test_every_field_of_a_form_is_filled() -> None:
    for each in posts(BLANK):
        if each.form is not None:
            declared: set[str] = set(getattr(each.form, "base_fields"))  # noqa: B009
            assert set(each.values) == declared, each.name


def test_what_is_filled_in_well_is_taken(world: PageWorld) -> None:
    refused = []
    for each in posts(world.ours):
        unkept = Post(each.name, each.form, each.values, each.more, each.visitor, kept=False, field=each.field)
        problem, answer = send(world, Try(unkept, "", None))
        if problem or answer.status_code not in (200, 204, 302):
            refused.append(f"{each.name} {each.field}: {answer.status_code} {problem}")
    # Nothing answers where the connection leads; the token of the reset goes through a redirect first.
    led_nowhere = ("connection_", "kpis:observing ")
    found = [each for each in refused if not any(part in each for part in led_nowhere)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("seed", [SEED])
def test_odd_values_of_a_sample_break_nothing(world: PageWorld, seed: int) -> None:
    every = list(tries(posts(world.ours)))
    found = corpus_findings(world, random.Random(seed).sample(every, SAMPLE))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("account_logout", "next", "http://[::1"),
        ("projects:connection_create", "ca_pem", "\u0663"),
        ("kpis:selection_rule_remove", "rule", "[" * 2000),
        ("kpis:alias_remove", "alias", "a\x00b"),
        ("kpis:tasks_undo", "back", "'; DROP TABLE projects_run; --"),
    ],
)
def test_values_that_broke_a_page_once(world: PageWorld, name: str, field: str, value: str) -> None:
    [post] = [each for each in posts(world.ours) if each.name == name]
    assert send(world, Try(post, field, value))[0] == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", POSTED)
def test_odd_values_break_nothing(world: PageWorld, name: str) -> None:
    found = corpus_findings(world, tries(each for each in posts(world.ours) if each.name == name))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "values",
    [pytest.param(("a\x00b", WORST[-2]), id="worst"), pytest.param(ODD[:-2], id="all", marks=pytest.mark.slow)],
)
def test_odd_parameters_break_nothing(world: PageWorld, values: tuple[str, ...]) -> None:
    found = query_findings(world, [each for each in pages() if "GET" in TABLE[each.name]], values)
    assert not found, "\n".join(found)


def test_a_page_that_breaks_on_a_value_is_reported(world: PageWorld, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    post = Post("planted_fragile", None, {"n": "1"}, {})
    assert any("'NaN': 500" in each for each in corpus_findings(world, tries([post], ("2", "NaN"))))
    [route] = [each for each in pages() if each.name == "planted_fragile"]
    assert query_findings(world, [route], ("2", "NaN")) == ["planted_fragile?n='NaN': 500"]


def test_what_is_stored_and_unreadable_is_reported(world: PageWorld, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.trust.planted_urls"
    read = [each for each in pages() if each.name in ("planted_broken", "kpis:runs")]
    assert unreadable(world, read) == ["planted_broken after that: 500"]


def test_a_route_says_what_it_is() -> None:
    assert Route("a", "w/{workspace}/runs/{public_id}/").kinds() == ["workspace", "run_id"]

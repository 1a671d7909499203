"""An evaluation against another: which one by default, on what, and in how many queries."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.selectors.evaluation_rivals import Rivalry, rivalry
from kpis.services.attestations import attest
from mltrack.accounts.access import Principal
from projects.connectors.records import DatasetRecord
from projects.models import Evaluation, Initiative
from tests.factories import make_initiative, make_stranger, make_workspace
from tests.kpis.rival_world import deployed, measured, paired
from tests.kpis.world import aimed

pytestmark = pytest.mark.django_db
QUERIES = 6


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return aimed(owner)


def found(evaluation: Evaluation, wanted: str = "") -> Rivalry:
    return rivalry(evaluation.initiative, evaluation, wanted, timezone.now())


def test_by_default_production_on_the_same_data(owner: Principal, initiative: Initiative) -> None:
    live = deployed(owner, initiative)
    first = measured(initiative, "a", run=live.external_id)
    measured(initiative, "b", run=live.external_id, dataset=DatasetRecord("cases", "other"))
    measured(initiative, "c")
    held = found(measured(initiative, "d"))
    assert held.other == first and held.comparison is not None
    assert held.comparison.champion.in_production and not held.comparison.challenger.in_production
    assert held.version_live == "live"


def test_by_default_the_newest_other_where_production_was_not_measured_on_it(
    owner: Principal, initiative: Initiative
) -> None:
    live = deployed(owner, initiative)
    measured(initiative, "a", run=live.external_id, dataset=DatasetRecord("cases", "other"))
    newest = measured(initiative, "b")
    assert found(measured(initiative, "c")).other == newest


def test_by_default_one_on_the_same_data_before_a_newer_one(initiative: Initiative) -> None:
    first = measured(initiative, "a")
    newer = measured(initiative, "b", dataset=DatasetRecord("cases", "other"))
    assert found(measured(initiative, "c")).other == first
    only_of_its_data = measured(initiative, "d", dataset=DatasetRecord("cases", "third"))
    assert newer != first and found(only_of_its_data).other == Evaluation.objects.get(name="Model c")


def test_an_only_evaluation_has_no_other(initiative: Initiative) -> None:
    held = found(measured(initiative, "a"))
    assert (held.other, held.comparison, held.offered) == (None, None, ())
    assert [row.made.label for row in held.components] == ["Model a"]


def test_the_one_that_is_named(initiative: Initiative) -> None:
    first, _, last = (measured(initiative, name) for name in "abc")
    held = found(last, first.public_id)
    assert held.other == first
    assert [(each.evaluation.name, each.chosen) for each in held.offered] == [("Model a", True), ("Model b", False)]


def test_others_are_not_found(initiative: Initiative) -> None:
    mine = measured(initiative, "a")
    theirs = measured(make_initiative(make_stranger(), "THEIRS"), "a")
    for wanted in (theirs.public_id, mine.public_id, "evl_none"):
        with pytest.raises(Http404):
            found(mine, wanted)


@pytest.mark.parametrize("recorded_first", [True, False])
def test_pairs_count_whichever_was_recorded_first(initiative: Initiative, recorded_first: bool) -> None:
    champion, challenger = measured(initiative, "a"), measured(initiative, "b")
    if recorded_first:
        paired(champion, challenger, **{"": [800, 45, 60, 95]})
    else:
        paired(challenger, champion, **{"": [800, 60, 45, 95]})
    held = found(challenger, champion.public_id).comparison
    assert held is not None and held.whole is not None and held.whole.pairs is not None
    assert (held.whole.pairs.champion_only, held.whole.pairs.challenger_only) == (45, 60)


def test_without_pairs_it_is_said_why(initiative: Initiative) -> None:
    measured(initiative, "a", keeps=False)
    held = found(measured(initiative, "b")).comparison
    assert held is not None and held.basis == "separate" and "cases of the champion were not kept" in held.why


def test_components_stand_against_the_deployment(owner: Principal, initiative: Initiative) -> None:
    live = deployed(owner, initiative, params={"depth": "3"})
    measured(initiative, "a", run=live.external_id, components={"features": "f1"})
    shadow = deployed(owner, initiative, "next", environment="staging", params={"depth": "4"}, image_digest="sha256:b")
    held = found(measured(initiative, "b", run=shadow.external_id, components={"features": "f1"}))
    production, mine = held.components
    states = {cell.part: cell.state for cell in mine.cells}
    assert production.made.in_production and production.made.label == "live"
    assert (states["data"], states["features"]) == ("same", "same")
    assert (states["hyperparameters"], states["model"], states["container"]) == ("changed", "changed", "changed")
    assert (states["labels"], states["code"]) == ("unknown", "changed")


def test_experiments_leave_the_row_of_production_as_it_was(owner: Principal, initiative: Initiative) -> None:
    live = deployed(owner, initiative)
    measured(initiative, "a", run=live.external_id)
    before = found(measured(initiative, "b")).components[0]
    for name in "cdef":
        measured(initiative, name, components={"features": name, "model": name})
    assert found(measured(initiative, "g")).components[0] == before


def test_words_are_held_against_the_challenger(owner: Principal, initiative: Initiative) -> None:
    attest(owner, initiative, check="data.privacy", link="https://example.org/")
    [word] = found(measured(initiative, "a")).words
    assert (word.check, word.word.link) == ("data.privacy", "https://example.org/")


def test_the_queries_do_not_grow(
    owner: Principal, initiative: Initiative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    live = deployed(owner, initiative)
    champion = measured(initiative, "live", run=live.external_id)
    challenger = measured(initiative, "new")
    paired(champion, challenger)
    challenger = Evaluation.objects.select_related("run", "model_version", "dataset", "initiative__workspace").get(
        pk=challenger.pk
    )
    now = timezone.now()
    with django_assert_num_queries(QUERIES):
        rivalry(challenger.initiative, challenger, "", now)
    for number in range(15):
        measured(initiative, f"more-{number}")
        deployed(owner, initiative, f"run-{number}", environment="staging")
        attest(owner, initiative, check="data.privacy", link="https://example.org/")
    with django_assert_num_queries(QUERIES):
        rivalry(challenger.initiative, challenger, "", now)

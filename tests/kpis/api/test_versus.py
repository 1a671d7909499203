"""Champion and challenger over REST: the page's own comparison."""

from __future__ import annotations

from projects.models import Evaluation
from tests.api.people import Team, refused
from tests.kpis.rival_world import deployed, measured, paired
from tests.kpis.world import aimed


def two(team: Team) -> tuple[Evaluation, Evaluation]:
    """Return production's evaluation and a challenger's, paired."""
    initiative = aimed(team.principal)
    live = deployed(team.principal, initiative)
    champion, challenger = measured(initiative, "live", run=live.external_id), measured(initiative, "new")
    paired(champion, challenger)
    return champion, challenger


def path(evaluation: Evaluation, query: str = "") -> str:
    return f"initiatives/CHURN/evaluations/{evaluation.public_id}/versus/{query}"


def test_the_comparison(team: Team) -> None:
    champion, challenger = two(team)
    answer = team.viewer.call("get", path(challenger)).json()
    found = answer["comparison"]
    assert (found["basis"], found["champion"]["id"], found["champion"]["in_production"]) == (
        "paired",
        champion.public_id,
        True,
    )
    assert (found["overall"]["champion_only"], found["overall"]["challenger_only"]) == (45, 60)
    assert found["parts"][0]["part"] == "region=US" and found["worse"] == ["region=US"]
    assert found["challenger"]["coverage"]["n"] == 1000
    assert answer["components"][0]["in_production"] is True
    assert {each["part"]: each["state"] for each in answer["components"][1]["parts"]}["labels"] == "unknown"
    assert answer["words"] == []


def test_the_one_that_is_named(team: Team) -> None:
    champion, challenger = two(team)
    answer = team.viewer.call("get", path(champion, f"?with={challenger.public_id}")).json()["comparison"]
    assert (answer["champion"]["id"], answer["overall"]["champion_only"]) == (challenger.public_id, 60)


def test_what_is_not_there_is_not_found(team: Team) -> None:
    _, challenger = two(team)
    refused(team.viewer.call("get", path(challenger, "?with=evl_none")), 404)
    refused(team.stranger.call("get", path(challenger)), 404)
    refused(team.viewer.call("get", path(challenger, "?against=x")), 400)


def test_an_only_evaluation(team: Team) -> None:
    only = measured(aimed(team.principal), "only")
    answer = team.viewer.call("get", path(only)).json()
    assert answer["comparison"] is None and len(answer["components"]) == 1

"""What an evaluation says at the gate and on its page: a slice that gets worse, and other data than asked for."""

from __future__ import annotations

from html import unescape

import pytest

from kpis.services.targets import propose_target
from projects.connectors.records import DatasetRecord
from projects.models import Evaluation, Initiative
from tests.api.people import Team, ok
from tests.kpis.evaluation_world import measured as evaluated
from tests.kpis.rival_world import deployed, measured, paired
from tests.kpis.views.conftest import browser
from tests.kpis.world import aimed, check_of

pytestmark = pytest.mark.django_db
GATE = "initiatives/CHURN/gate/"


@pytest.fixture
def initiative(team: Team) -> Initiative:
    return aimed(team.principal)


def challenged(team: Team, initiative: Initiative, us_lost: int) -> Evaluation:
    """Return a challenger that gains 60 cases in the EU, and loses some in the US, against what is in production."""
    live = deployed(team.principal, initiative)
    champion = measured(initiative, "champion", run=live.external_id)
    challenger = measured(initiative, "challenger")
    counts = {"region=EU": [600, 5, 60, 35], "region=US": [280 - us_lost, us_lost, 5, 15]}
    paired(champion, challenger, **{"": [sum(each) for each in zip(*counts.values())], **counts})
    return challenger


@pytest.mark.parametrize("us_lost,worse", [(30, True), (5, False)])
def test_better_on_average_and_worse_in_one_slice_fails_the_gate(
    team: Team, initiative: Initiative, us_lost: int, worse: bool
) -> None:
    challenger = challenged(team, initiative, us_lost)
    document = ok(team.contributor.call("post", GATE, {"evaluation": challenger.public_id}))
    check = check_of(document, "model.not_worse_than_production")
    assert (check["result"] == "fail") is worse
    assert ("worse on region=US" in check["reason"]) is worse
    assert "region=EU" not in check["reason"]
    assert (document["verdict"] == "not_ready") is worse
    assert any("region=US" in each for each in document["reasons"]) is worse
    page = browser(team.principal).get(
        f"/w/{team.principal.workspace.key}/initiatives/CHURN/evaluations/{challenger.public_id}/versus/"
    )
    # 65 gained, and 35 or 10 lost: the average gets better either way.
    text = unescape(page.content.decode())
    assert ("Worse by more than the margin in region=US" in text) is worse


def test_an_evaluation_on_other_data_is_not_used_at_the_gate_and_on_the_page(
    team: Team, initiative: Initiative
) -> None:
    propose_target(
        team.principal,
        initiative,
        metric="accuracy",
        comparator=">=",
        value=0.9,
        dataset_digest="wanted",
        reason="Data",
    )
    other = evaluated(initiative, "other", dataset=DatasetRecord("cases", "0ther", rows=1000))
    right = evaluated(initiative, "right", dataset=DatasetRecord("cases", "wanted", rows=1000))
    found = {}
    for name, each in (("other", other), ("right", right)):
        document = ok(team.contributor.call("post", GATE, {"evaluation": each.public_id}))
        found[name] = check_of(document, "model.accuracy")
    assert (found["other"]["result"], found["other"]["observed"]) == ("missing", None)
    assert (
        "the evaluation is on cases@0ther, and the target counts only data with the digest wanted"
        in (found["other"]["reason"])
    )
    assert found["right"]["result"] == "pass" and found["right"]["observed"] == pytest.approx(630 / 650)
    here = f"/w/{team.principal.workspace.key}/initiatives/CHURN/evaluations/"
    for each, says in ((other, True), (right, False)):
        page = unescape(browser(team.principal).get(f"{here}{each.public_id}/").content.decode())
        assert ("Measured on other data than a target asks for" in page) is says
        assert ("this evaluation was measured on cases@0ther" in page) is says

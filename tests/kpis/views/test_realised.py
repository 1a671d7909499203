"""The value tab with what came of it: results with their evidence, experiments, costs and decisions, as pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kpis.models import ContributionResult, ExperimentResult, InitiativeCost, ValueDecision
from kpis.services.results import keep_result
from kpis.services.value import add_cost
from mltrack.accounts.models import Workspace
from tests.kpis.realised_world import TRIAL, Stepped, stepped, trial
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, home, post, text

THIN = "\u202f"
SOON = (timezone.now().date() + timedelta(days=90)).isoformat()


@pytest.fixture
def world(place: Place) -> Stepped:
    return stepped(place.owner, place.initiative)


def keep(world: Stepped, method: str = "its", **given: object) -> ContributionResult:
    return keep_result(world.owner, world.initiative, world.kpi, method=method, since=world.since, **given)


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("value/kept/measure/", "viewer"), ("value/kept/experiment/", "contributor"), ("costs/", "viewer"),
        ("decide/", "manager"),
    ],
)  # fmt: skip
def test_who_sees_which_page(place: Place, world: Stepped, path: str, least: str) -> None:
    order = ("viewer", "contributor", "manager", "owner")
    assert browser(place.stranger).get(place.url(path)).status_code == 404
    for name in order:
        expected, person = 200 if order.index(name) >= order.index(least) else 403, place.people[name]
        assert browser(person).get(place.url(path)).status_code == expected, name


def test_asking_keeps_an_answer_and_leads_to_it(place: Place, world: Stepped) -> None:
    url = place.url("value/kept/measure/")
    given = {"method": "did", "since": world.since.isoformat(), "control_segment": "north", "note": "As agreed."}
    assert post(place.viewer, url, given).status_code == 403
    answer = post(place.owner, url, given)
    kept = ContributionResult.objects.get()
    assert answer.status_code == 302 and answer["Location"].endswith(f"/results/{kept.public_id}/")
    page = text(get(place.viewer, answer["Location"]))
    for words in ("Moved", "would have moved as its control did", "dates where nothing happened", "As agreed."):
        assert words in page, words
    assert "north" in page and kept.digest[:16] in page
    assert f"/results/{kept.public_id}/" in text(get(place.viewer, url))


def test_no_credible_answer_is_an_answer_that_says_why(place: Place, world: Stepped) -> None:
    answer = post(place.owner, place.url("value/kept/measure/"), {"method": "did", "since": world.since.isoformat()})
    page = text(get(place.viewer, answer["Location"]))
    assert "There is no credible answer, because it needs a control" in page and "No credible answer" in page


def test_a_claim_beyond_what_moved_is_refused_at_its_field(place: Place, world: Stepped) -> None:
    given = {"method": "claim", "since": world.since.isoformat(), "effect": "99"}
    answer = post(place.owner, place.url("value/kept/measure/"), given)
    assert answer.status_code == 422 and "more cannot be claimed" in text(answer)
    assert not ContributionResult.objects.exists()


def test_the_value_tab_and_the_kpi_show_expected_against_realised(place: Place, world: Stepped) -> None:
    url = place.url("value/")
    assert "Nobody has asked yet." in text(get(place.viewer, url))
    kept = keep(world)
    page = text(get(place.viewer, url))
    assert f"+6{THIN}%" in page and "45 periods before, 15 after" in page and "1 answer" in page
    assert page.count("iv-placebo") == len(kept.document["placebos"]["effects"])
    assert "Interrupted time series" in page
    shown = text(get(place.viewer, home(place.owner, "kpis/kept/")))
    assert "What initiatives did" in shown and "the KPI itself moved" in shown


def test_costs_say_what_a_thousand_moved(place: Place, world: Stepped) -> None:
    Workspace.objects.filter(pk=place.owner.workspace.pk).update(currency="EUR")
    keep_result(world.owner, world.initiative, world.kpi, method="experiment", experiment=trial(world).public_id)
    given = {"kind": "labeling", "starts_on": "2026-01-01", "ends_on": "2026-02-01", "amount": "16000"}
    assert post(place.viewer, place.url("costs/"), given).status_code == 403
    assert post(place.owner, place.url("costs/"), given).status_code == 302
    add_cost(world.owner, world.initiative, kind="people", starts_on="2026-01-01", ends_on="2026-02-01", weeks=4)
    page = text(get(place.viewer, place.url("value/")))
    # 8 points for 16,000 are half a point per thousand.
    assert f"+0.5{THIN}% per 1{THIN}000 EUR" in page and "1 costs without an amount" in page
    assert f"Spent so far: 16{THIN}000 EUR, 4 people-weeks." in page
    cost = InitiativeCost.objects.get(kind="labeling")
    assert post(place.owner, place.url(f"costs/{cost.public_id}/remove/"), {}).status_code == 302
    assert post(place.owner, place.url("costs/"), {**given, "amount": "-1"}).status_code == 422
    assert InitiativeCost.objects.count() == 1


def test_an_experiment_is_entered_and_then_counted(place: Place, world: Stepped) -> None:
    given = {name: str(value) for name, value in TRIAL.items()}
    assert post(place.contributor, place.url("value/kept/experiment/"), given).status_code == 302
    found = ExperimentResult.objects.get()
    answer = post(place.owner, place.url("value/kept/experiment/"), {**given, "treated": "2000"})
    assert answer.status_code == 422 and "Of so many cases" in text(answer)
    asked = {"method": "experiment", "experiment": found.public_id}
    page = text(get(place.viewer, post(place.owner, place.url("value/kept/measure/"), asked)["Location"]))
    assert f"+8{THIN}%" in page and "1,000 cases with it, 1,000 without" in page and "Calls by score" in page


def test_decisions_stay_with_their_reasons(place: Place, world: Stepped) -> None:
    for decision, review in (("adjust", SOON), ("retire", "")):
        given = {"decision": decision, "reason": f"To {decision}.", "review_on": review}
        assert post(place.owner, place.url("decide/"), given).status_code == 302
    page = text(get(place.viewer, place.url("value/")))
    assert page.index("To retire.") < page.index("To adjust.") and SOON in page
    missing = post(place.owner, place.url("decide/"), {"decision": "sustain", "reason": "It pays.", "review_on": ""})
    assert missing.status_code == 422 and ValueDecision.objects.count() == 2


def test_results_leave_as_a_file(place: Place, world: Stepped) -> None:
    keep(world, note="=1+1")
    rows = b"".join(get(place.viewer, place.url("results/results.csv")).streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert rows[0].startswith("kpi,unit,method,grade,since") and len(rows) == 2
    assert rows[1].startswith("kept,%,its,C,") and rows[1].endswith("'=1+1")


def test_another_workspace_has_none_of_it(place: Place, world: Stepped) -> None:
    kept = keep(world)
    for path in (f"results/{kept.public_id}/", "results/results.csv", "results/res_none/"):
        who = place.stranger if "none" not in path else place.owner
        assert browser(who).get(place.url(path)).status_code == 404, path

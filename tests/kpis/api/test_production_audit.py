"""The audit of what is live, on the production tab and by REST: over time, by group, against the shadow."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.scoring.evaluations.continuous_rows import COLUMNS
from kpis.selectors.production_audit import production_audit
from kpis.services.targets import propose_target
from projects.models import Initiative, Run
from projects.progress.evaluations.tally import Cell, Stratum, Tally, tally_cells
from projects.selectors.production import environments_of
from projects.services.deployments import record_deployment
from tests.api.people import Team, content_of, ok
from tests.factories import make_initiative
from tests.kpis.evaluation_world import DATA, measured
from tests.kpis.views.kpi_world import get
from tests.kpis.views.test_forecast_pages import words
from tests.kpis.world import COMMIT, GOOD, report
from tests.sheets import differences, opened, table_rows

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/production/audit/"
SHADOW = "f" * 40


def grouped(right: int, small: int = 4) -> Tally:
    """Return women right so often of a hundred, ninety of a hundred men right, and a few others."""
    rows = (("F", right, 100 - right), ("M", 90, 10), ("X", small, 0), ("Y", 15, 0))
    return tally_cells([Cell(Stratum(groups=(sex,)), 9000, *each) for sex, *each in rows], (), ("sex",))


@pytest.fixture
def churn(team: Team) -> Initiative:
    """Version 1 is live, trained 100 days ago; version 2 is its shadow."""
    initiative = make_initiative(team.principal)
    now = timezone.now()
    report(initiative, "one", GOOD, ended_at=now - timedelta(days=100))
    report(initiative, "two", GOOD, tags={"mlflow.source.git.commit": SHADOW})
    for version, state, commit in (("1", "live", COMMIT), ("2", "shadow", SHADOW)):
        record_deployment(
            team.principal, initiative, environment="production", version=version, state=state, commit=commit
        )
    return initiative


def evaluate(initiative: Initiative, name: str, tally: Tally, days: int, run: str = "one", **fields: Any) -> None:
    values = {"purpose": "production", "dataset": None, **fields}
    at = timezone.now() - timedelta(days=days)
    kept = measured(initiative, name, tally=tally, at=at, **values)
    kept.run = Run.objects.get(external_id=run)
    kept.save(update_fields=["run"])


def page_of(team: Team) -> str:
    return words(get(team.principal, f"/w/{team.principal.workspace.key}/initiatives/CHURN/production/"))


def test_without_evaluations_there_is_none(team: Team, churn: Initiative) -> None:
    assert ok(team.viewer.call("get", HERE)) == {"evaluations": [], "shadow": None, "retrain_days": None}
    assert "Measured in production" not in page_of(team)


def test_metrics_and_groups_over_time(team: Team, churn: Initiative) -> None:
    propose_target(team.principal, churn, metric="accuracy", comparator=">=", value=0.95, threshold=0.5)
    evaluate(churn, "may", grouped(95), 40)
    evaluate(churn, "june", grouped(60), 10)
    measured(churn, "test")
    june, may = ok(team.viewer.call("get", HERE))["evaluations"]
    # By hand: 60 + 90 + 4 + 15 of 219 are right.
    assert (june["label"], june["accuracy"]["n"], june["coverage"]["value"]) == ("Model june", 219, 1.0)
    assert june["accuracy"]["value"] == pytest.approx(169 / 219) and june["accuracy"]["low"] < 169 / 219
    # Four people are hidden, and with them the next smallest, whom the total would give away.
    assert [each["group"] for each in june["groups"]] == ["sex=F", "sex=M"] and june["hidden_groups"] == 2
    assert [each["accuracy"]["value"] for each in may["groups"]] == [0.9, 0.95]
    assert (june["targets"][0]["result"], june["targets"][0]["n"]) == ("fail", 219)
    page = page_of(team)
    assert "Measured in production" in page and "sex=F" in page and "sex=X" not in page
    assert "2 groups are not shown" in page


def test_the_champion_against_its_shadow_on_the_same_data(team: Team, churn: Initiative) -> None:
    evaluate(churn, "champion", tally_cells([Cell(Stratum(), 9000, 900, 100)]), 3, dataset=DATA)
    evaluate(churn, "newer", tally_cells([Cell(Stratum(), 9000, 800, 200)]), 1)
    shadow = tally_cells([Cell(Stratum(), 9000, 940, 60)])
    evaluate(churn, "shadow", shadow, 2, run="two", dataset=DATA, purpose="shadow")
    found = ok(team.viewer.call("get", HERE))["shadow"]
    assert (found["champion"]["label"], found["challenger"]["label"]) == ("Model champion", "Model shadow")
    overall = found["overall"]
    assert overall["difference"] == pytest.approx(0.04)
    # Newcombe's interval of 0.94 − 0.90 with n = 1,000 each, by hand from Wilson's ends: 0.0164 to 0.0640.
    assert (overall["low"], overall["high"]) == (pytest.approx(0.0164, abs=5e-4), pytest.approx(0.0640, abs=5e-4))
    page = page_of(team)
    assert "Champion against shadow" in page and "differs by +4" in page


def test_a_shadow_of_another_period_is_not_compared(team: Team, churn: Initiative) -> None:
    evaluate(churn, "champion", tally_cells([Cell(Stratum(), 9000, 900, 100)]), 30)
    evaluate(churn, "shadow", tally_cells([Cell(Stratum(), 9000, 940, 60)]), 2, run="two", purpose="shadow")
    assert ok(team.viewer.call("get", HERE))["shadow"] is None
    evaluate(churn, "same day", tally_cells([Cell(Stratum(), 9000, 900, 100)]), 2)
    assert ok(team.viewer.call("get", HERE))["shadow"]["basis"] == "separate"


def test_when_to_train_again_is_shown(team: Team, churn: Initiative) -> None:
    assert "Trained 100 days ago" in page_of(team)
    propose_target(team.principal, churn, metric="model_age_days", comparator="<=", value=90)
    page = page_of(team)
    due = (timezone.now() - timedelta(days=10)).date().isoformat()
    assert f"Overdue every 90 days: due on {due}" in page
    assert ok(team.viewer.call("get", HERE))["retrain_days"] == 90


def test_the_files_hold_what_the_page_shows_with_intervals_n_age_and_reasons(team: Team, churn: Initiative) -> None:
    propose_target(team.principal, churn, metric="accuracy", comparator=">=", value=0.95, threshold=0.5)
    evaluate(churn, "june", grouped(60), 10, dataset=DATA)
    shadow = tally_cells([Cell(Stratum(), 9000, 240, 10)])
    evaluate(churn, "shadow", shadow, 9, "two", dataset=DATA, purpose="shadow")
    place = f"/w/{team.principal.workspace.key}/initiatives/CHURN/production/audit"
    lines = content_of(get(team.principal, f"{place}.csv")).decode().splitlines()
    rows = list(csv.DictReader(lines))
    assert [(each["kind"], each["part"], each["metric"]) for each in rows] == [
        *[("all", "", "accuracy"), ("all", "", "coverage")],
        *[("group", part, metric) for part in ("sex=F", "sex=M") for metric in ("accuracy", "coverage")],
        *[("group", "", ""), ("target", "", "accuracy"), ("shadow", "", "accuracy")],
        *[("shadow", "sex=F", "accuracy"), ("shadow", "sex=M", "accuracy"), ("shadow", "", "coverage")],
    ]
    june, women, hidden, target, beside, apart = rows[0], *rows[2:3], *rows[6:10]
    assert (june["label"], june["age_days"], june["n"], june["interval"]) == ("Model june", "10", "219", "Wilson, 95 %")
    # Wilson's interval of 60 of 100, as published (Agresti 2013): 0.502 to 0.691.
    assert (float(women["low"]), float(women["high"])) == pytest.approx((0.502, 0.691), abs=5e-4)
    assert hidden["reason"].startswith("2 hidden") and "sex=X" not in "".join(lines)
    assert (target["result"], target["n"]) == ("fail", "219") and "n = 219" in target["reason"]
    assert "95 %" in target["expected"] and target["interval"] == "that decides, 95 %" and float(target["high"]) < 0.95
    assert float(beside["value"]) == pytest.approx(240 / 250 - 169 / 219) and beside["interval"] == "Newcombe, 95 %"
    assert (beside["n"], beside["n_against"], beside["age_days"]) == ("250", "219", "9")
    assert (apart["value"], apart["n"], apart["n_against"], apart["result"]) == ("", "0", "100", "nothing")
    assert beside["against"] == june["evaluation"] != beside["evaluation"] and "separate samples" in beside["reason"]
    book = list(table_rows(opened(content_of(get(team.principal, f"{place}.xlsx")))))
    assert differences(list(csv.reader(lines)), book) == []
    assert f"{place}.csv" in get(team.principal, place.removesuffix("audit")).content.decode()


def test_the_file_without_evaluations_names_its_columns(team: Team, churn: Initiative) -> None:
    viewer = team.principal_of(team.viewer)
    answer = get(viewer, f"/w/{viewer.workspace.key}/initiatives/CHURN/production/audit.csv")
    assert content_of(answer).decode().strip() == ",".join(COLUMNS)


def test_it_takes_five_queries_at_most(team: Team, churn: Initiative) -> None:
    counts = []
    (place,) = environments_of(churn, timezone.now())
    for size in (1, 9):
        for number in range(size):
            evaluate(churn, f"of {size} {number}", grouped(95), size + number, dataset=DATA)
            shadow: dict[str, Any] = {"run": "two", "dataset": DATA, "purpose": "shadow"}
            evaluate(churn, f"beside {size} {number}", grouped(96), size + number, **shadow)
        with CaptureQueriesContext(connection) as queries:
            assert production_audit(churn, place.champion, place.shadow, timezone.now()).shadow is not None
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5, counts

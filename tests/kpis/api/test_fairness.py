"""The fairness audit and the counts over REST: the page's own audit, with the same cells hidden."""

from __future__ import annotations

import csv

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from projects.models import Evaluation
from tests.api.people import Team, refused
from tests.kpis.rival_world import counted, measured
from tests.kpis.views.test_fairness_page import FEW
from tests.kpis.world import aimed


def path(evaluation: Evaluation, rest: str = "fairness/") -> str:
    return f"initiatives/CHURN/evaluations/{evaluation.public_id}/{rest}"


def test_the_audit(team: Team) -> None:
    answer = team.viewer.call("get", path(measured(aimed(team.principal), "a"), "fairness/?threshold=0.8")).json()
    [table] = answer["tables"]
    gaps = {each["rate"]: each for each in table["gaps"]}
    assert (answer["threshold"], answer["operating"], answer["n"]) == (0.8, "asked", 1000)
    # Decided: 320 of 500 women, 470 of 500 men. Selected of the decided: 150 of 320 and 365 of 470.
    assert gaps["coverage"]["difference"] == pytest.approx(0.3)
    assert gaps["selection_rate"]["difference"] == pytest.approx(365 / 470 - 150 / 320)
    assert (gaps["coverage"]["highest"], gaps["coverage"]["lowest"]) == ("sex=M", "sex=F")
    selected = gaps["selection_rate"]
    low, high = confint_proportions_2indep(150, 320, 365, 470, method="log", compare="ratio")
    assert selected["ratio"] == pytest.approx(150 / 320 / (365 / 470))
    assert [selected["ratio_low"], selected["ratio_high"]] == pytest.approx([low, high])
    assert [selected["ratio_least"], selected["ratio_most"]] == pytest.approx([low, high])
    women = table["four_fifths"]["groups"][0]
    assert [women["low"], women["high"]] == pytest.approx([low, high])
    assert table["four_fifths"]["label"].endswith("not legal advice")
    assert [each["adverse"] for each in table["four_fifths"]["groups"]] == [True, False]
    assert answer["history"][0]["gaps"][0]["column"] == "sex"


def test_groups_of_few_people_are_null(team: Team) -> None:
    evaluation = measured(aimed(team.principal), "a", counted(*FEW))
    answer = team.viewer.call("get", path(evaluation)).json()
    hidden = {group["group"]: group for group in answer["tables"][0]["groups"] if group["hidden"]}
    assert set(hidden) == {"sex=X", "sex=M"}
    assert {rate["value"] for group in hidden.values() for rate in group["rates"]} == {None}
    assert {rate["n"] for group in hidden.values() for rate in group["rates"]} == {None}
    cells = team.viewer.call("get", path(evaluation, "cells/"))
    assert cells["Content-Type"] == "text/csv; charset=utf-8"
    body = b"".join(cells.streaming_content).decode()
    assert {row["group:sex"] for row in csv.DictReader(body.splitlines())} == {"F", "(hidden)"}


def test_what_cannot_be_asked(team: Team) -> None:
    evaluation = measured(aimed(team.principal), "a")
    for query in ("threshold=2", "threshold=NaN", "level=1"):
        refused(team.viewer.call("get", path(evaluation, f"fairness/?{query}")), 400)
    for rest in ("fairness/", "cells/"):
        refused(team.stranger.call("get", path(evaluation, rest)), 404)

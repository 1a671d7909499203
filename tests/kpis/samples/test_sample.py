"""The sample stories: what the pages say of them follows from the counts of the trained models."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from scipy.stats import beta, binom

from kpis.models import ReadinessSnapshot
from kpis.samples.labels import labels_of
from kpis.samples.story import HERE, stories
from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.labeling.summary import summary_of
from kpis.selectors.labeling import labeling_facts
from kpis.services.sample import make_sample
from mltrack.accounts.models import User, Workspace
from projects.models import Evaluation, Initiative
from projects.selectors.evaluations import tally_of

RESULTS = json.loads((HERE / "results.json").read_text())["stories"]


@pytest.fixture
def workspace(db: None) -> Workspace:
    return make_sample(User.objects.create_user("demo@example.org", "a long enough phrase"))


def _document(key: str) -> dict[str, Any]:
    document: dict[str, Any] = ReadinessSnapshot.objects.get(initiative__key=key, is_latest=True).document
    return document


def _check(document: dict[str, Any], check_id: str) -> dict[str, Any]:
    return next(c for section in document["sections"] for c in section["checks"] if c["id"] == check_id)


@pytest.mark.parametrize(
    "key,verdict,health",
    [("DIGITS", "ready", "on_track"), ("BIOPSY", "not_ready", "on_track"), ("CELLAR", "not_ready", "off_track")],
)
def test_each_story_ends_as_it_is_told(workspace: Workspace, key: str, verdict: str, health: str) -> None:
    document = _document(key)
    assert (document["verdict"], document["health"]) == (verdict, health), document["blockers"]


def test_the_ready_verdict_follows_from_the_cases(workspace: Workspace) -> None:
    """The fixed-sequence test, walked here with scipy's binomial over the cases that are kept beside the results.

    From 1 down in steps of 0.01; it begins where a fifth of the cases, the minimum n of 500, and the 149 that prove
    0.98 without an error are accepted. The bound is scipy's beta quantile (Clopper-Pearson, one-sided, 95 %).
    """
    document = _document("DIGITS")
    names = [run["name"] for run in RESULTS["digits"]["runs"]]
    cases = json.loads((HERE / "cases.json").read_text())["digits"]
    said = cases["runs"][names.index(document["candidate"]["label"])]
    rows = list(zip(said["levels"], said["predictions"], cases["labels"], strict=True))
    accepted = wrong = 0
    for level in range(10_000, -1, -100):
        inside = [(predicted, label) for sure, predicted, label in rows if sure >= level]
        errors = sum(predicted != label for predicted, label in inside)
        if len(inside) < max(200, 500, 149):
            continue
        if binom.cdf(errors, len(inside), 0.02) > 0.05:
            break
        accepted, wrong = len(inside), errors
    accuracy, coverage = _check(document, "model.accuracy"), _check(document, "model.coverage")
    assert (accuracy["n"], coverage["n"]) == (accepted, len(rows))
    assert accuracy["observed"] == pytest.approx((accepted - wrong) / accepted)
    assert accuracy["low"] == pytest.approx(beta.ppf(0.05, accepted - wrong, wrong + 1))
    assert coverage["observed"] == pytest.approx(accepted / len(rows))
    assert coverage["low"] == pytest.approx(beta.ppf(0.05, accepted, len(rows) - accepted + 1))


def test_no_run_of_the_second_story_reaches_the_coverage(workspace: Workspace) -> None:
    story = next(s for s in stories() if s.name == "breast_cancer")
    assert all(run["decided"] / run["n"] < story.text["coverage"] for run in RESULTS["breast_cancer"]["runs"][1:])
    assert _check(_document("BIOPSY"), "model.coverage")["result"] == "fail"


def test_each_run_is_evaluated_on_its_held_out_rows(workspace: Workspace) -> None:
    """The counts of the cases say the same at each run's threshold as the file of results.

    Confidences are kept in ten-thousandths, so that a row just below the threshold may count at it, never another.
    """
    for story in stories():
        for run, record in zip(story.trained["runs"], story.evaluations(timezone.now()), strict=True):
            kept = Evaluation.objects.get(initiative__key=story.text["key"], external_id=record.external_id)
            assert kept.run is not None and kept.run.name == run["name"]
            assert (kept.n, kept.n - kept.right) == (run["n"], run["errors_all"])
            whole = tally_of(kept).whole
            point, above = point_at(whole, run["threshold"]), point_at(whole, run["threshold"] + 1e-4)
            assert above.accepted <= run["decided"] <= point.accepted
            assert above.wrong <= run["errors_decided"] <= point.wrong


def test_the_sample_says_that_it_is_one(workspace: Workspace) -> None:
    assert workspace.is_sample
    assert all("Sample" in initiative.problem for initiative in workspace.initiatives.all())


@pytest.mark.django_db
def test_the_command_is_harmless_twice(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTRACK_HOME", str(tmp_path))
    call_command("seed_demo", if_empty=True)
    call_command("seed_demo", if_empty=True)
    call_command("seed_demo")
    assert Workspace.objects.count() == 1
    password = (tmp_path / "demo_password").read_text().strip()
    assert User.objects.get().check_password(password)


def test_the_labels_of_a_story_are_judged(workspace: Workspace) -> None:
    document = _document("DIGITS")
    found = {name: _check(document, f"labels.{name}") for name in ("enough", "agreement", "audit")}
    assert {name: each["result"] for name, each in found.items()} == {
        "enough": "fail",
        "agreement": "pass",
        "audit": "pass",
    }
    assert (found["agreement"]["n"], found["audit"]["n"], found["audit"]["observed"]) == (200, 150, 0.0)
    initiative = Initiative.objects.get(workspace=workspace, key="DIGITS")
    summary = summary_of(labeling_facts(initiative, timezone.now()))
    assert summary.counts is not None and (summary.counts.labeled, summary.counts.total) == (600, 1000)
    assert summary.forecast is not None and summary.burnup.scope_changes
    assert {each.name for each in summary.quotas.unmet} <= set(map(str, range(10)))
    assert summary.ceiling is not None and summary.ceiling.high == 1


def test_labels_are_given_on_workdays_before_today() -> None:
    now = timezone.now()
    found = labels_of(stories()[0].text, stories()[0].cases)
    assert found is not None
    times = [datetime.fromisoformat(each["time"]) for each in found.annotations(now)]
    assert max(times).date() < now.date() and {each.weekday() for each in times} <= set(range(5))
    assert len(times) == 800
    assert labels_of(stories()[1].text, stories()[1].cases) is None

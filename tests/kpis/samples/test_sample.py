"""The sample stories: what the pages say of them follows from the counts of the trained models."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from scipy.stats import beta, binom

from kpis.models import ContributionResult, InitiativeCost, ReadinessSnapshot, ValueDecision
from kpis.samples.labels import labels_of
from kpis.samples.past import past
from kpis.samples.story import HERE, stories
from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.labeling.summary import summary_of
from kpis.selectors.dashboard_page import dashboard_page
from kpis.selectors.labeling import labeling_facts
from kpis.selectors.portfolio_analysis import funnel
from kpis.selectors.portfolio_histories import Asked
from kpis.services.sample import bring_back_sample, make_sample
from kpis.services.sample_removal import remove_sample
from mltrack.accounts.access import principal_in
from mltrack.accounts.models import User, Workspace
from projects.models import (
    DataSource,
    Deployment,
    Evaluation,
    Finding,
    Initiative,
    Observation,
    Sprint,
    SprintMove,
    Task,
)
from projects.selectors.evaluations import tally_of
from projects.services.initiatives import create_initiative
from projects.services.tasks import create_task

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


def test_the_past_is_told_by_its_moves_and_put_away(workspace: Workspace) -> None:
    told = Initiative.objects.filter(workspace=workspace, archived_at__isnull=False)
    assert sorted(told.values_list("key", flat=True)) == sorted(each.key for each in past())
    ended = {each.key: (each.days[-1][0], "cancelled" if each.reason else "active") for each in past()}
    assert {each.key: (each.stage, each.state) for each in told} == ended
    owner = principal_in(User.objects.get(email="demo@example.org"), workspace.key)
    counted = funnel(owner, Asked(), timezone.now())["stages"]
    assert {each["stage"]: (each["entered"], each["cancelled"]) for each in counted}["framing"] == (15, 1)


def test_the_second_story_has_a_date(workspace: Workspace) -> None:
    kept = ReadinessSnapshot.objects.get(initiative__key="BIOPSY", is_latest=True).document["forecast"]
    today = timezone.now().date()
    assert today < date.fromisoformat(kept["p50"]) < date.fromisoformat(kept["p85"]) < today + timedelta(days=120)


def test_the_first_story_tells_what_it_moved_and_what_it_took(workspace: Workspace) -> None:
    """796 of 1200 against 1188 of 1200, times 100: by hand."""
    result = ContributionResult.objects.get(initiative__workspace=workspace)
    assert result.effect == pytest.approx((796 - 1188) / 12)
    assert (result.grade, result.problem) == ("A", "")
    assert InitiativeCost.objects.filter(initiative__workspace=workspace).count() == 2
    assert ValueDecision.objects.get(initiative__workspace=workspace).decision == "expand"


def test_one_counter_is_silent_and_one_feature_has_drifted(workspace: Workspace) -> None:
    """38 forms a day, and 22 at the smallest that is watched; the bus brings one in five days."""
    found = Finding.objects.filter(workspace=workspace, closed_at=None).order_by("kind")
    assert [(each.kind, each.name, each.segment) for each in found] == [
        ("drift", "ink", ""),
        ("silent", "forms", "Harbour"),
    ]
    assert found[0].words == "ink: drift 0.141 is at or above 0.1, by psi"
    assert 35 <= found[1].evidence["expected"] <= 41 and found[1].evidence["observed"] == 0
    assert all(each.evidence["source"].startswith("Sample") for each in found)
    assert set(Observation.objects.values_list("reference", flat=True)) == {"Sample: made up"}
    complete = _check(_document("DIGITS"), "data.complete")
    assert (complete["result"], complete["observed"]) == ("fail", "1 open finding")
    assert Deployment.objects.get().state == "canary"


def test_each_story_says_what_is_being_done(workspace: Workspace) -> None:
    owner = principal_in(User.objects.get(email="demo@example.org"), workspace.key)
    (board,) = (each for each in dashboard_page(owner, "leadership", {}).panels if each.kind == "kpi_board")
    assert [row.doing is not None and row.doing.words.startswith("Sample: ") for row in board.data.rows] == [True] * 3


def test_what_the_sample_never_made_stays(workspace: Workspace) -> None:
    owner = principal_in(User.objects.get(email="demo@example.org"), workspace.key)
    remove_sample(owner)
    assert not Initiative.objects.filter(workspace=workspace).exists()
    assert not DataSource.objects.filter(workspace=workspace).exists()
    create_initiative(owner, name="Ours", key="STOCK")
    bring_back_sample(owner)
    assert Initiative.objects.filter(workspace=workspace).count() == 3 + len(past())
    remove_sample(owner)
    assert Initiative.objects.get(workspace=workspace).name == "Ours"


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


def test_the_stories_have_tasks_in_two_sprints(workspace: Workspace) -> None:
    first, second = Sprint.objects.filter(workspace=workspace).order_by("starts_on")
    assert first.closed_at is not None and second.state(timezone.now().date()) == "active"
    carried = SprintMove.objects.get(kind="rolled_over")
    assert (carried.task.title, carried.to_sprint) == ("Look at its errors with a pathologist", second)
    assert _check(_document("DIGITS"), "delivery.tasks_done")["observed"] == "7 of 7 tasks done"
    assert _check(_document("BIOPSY"), "delivery.tasks_done")["reason"] == "3 tasks are not done"
    assert _check(_document("CELLAR"), "delivery.tasks_done")["result"] == "missing"
    assert not Task.objects.filter(done_at__lt=F("started_at")).exists()


def test_the_sprints_go_with_the_sample_unless_somebody_uses_them(workspace: Workspace) -> None:
    user = User.objects.get(email="demo@example.org")
    owner = principal_in(user, workspace.key)
    used = Sprint.objects.filter(workspace=workspace).latest("starts_on")
    own = create_initiative(owner, name="Own", key="OWN")
    create_task(owner, own, title="Ours", sprint=used)
    remove_sample(owner)
    assert list(Sprint.objects.filter(workspace=workspace)) == [used]
    bring_back_sample(owner)
    assert Sprint.objects.filter(workspace=workspace).count() == 2

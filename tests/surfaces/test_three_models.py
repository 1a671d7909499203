"""Three models evaluated by the CI client end in one portfolio: one ready, one open, one failing on its worst slice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kpis.services.contributions import tie_new_kpi
from kpis.services.targets import propose_target
from projects.models import Initiative
from tests.factories import make_initiative
from tests.kpis.world import check_of, judged
from tests.mltrack.cli.conftest import clean_environment
from tests.projects.faults.upload_parts import CLIENT, counting
from tests.surfaces.asking import Surfaces
from tests.surfaces.trained import UNSEEN, held_out_rows, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def aimed(surfaces: Surfaces, key: str, accuracy: float) -> Initiative:
    """Return an initiative whose targets hold overall and on each digit."""
    initiative = make_initiative(surfaces.owner, key, criticality="experiment", candidate_rule="evaluation")
    tie_new_kpi(surfaces.owner, initiative, {"name": f"Forms typed by hand ({key})"}, expected=-70.0)
    for metric, value, part in (("accuracy", accuracy, ""), ("coverage", 0.8, ""), ("accuracy", 0.6, "digit=*")):
        propose_target(surfaces.owner, initiative, metric=metric, comparator=">=", value=value, slice=part)
    return initiative


def evaluate(surfaces: Surfaces, key: str, file: Path) -> str:
    """Upload the rows as CI does, while a worker counts; return what the client says."""
    arguments = [
        f"--initiative={key}",
        f"--file={file}",
        "--slice=digit",
        "--dataset=digits@held-out",
        "--commit=abc123",
    ]
    environment = {**clean_environment(), "MLTRACK_URL": surfaces.url, "MLTRACK_TOKEN": surfaces.token}
    with counting():
        done = subprocess.run(
            [sys.executable, str(CLIENT), "evaluate", *arguments],
            env=environment,
            cwd=file.parent,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout


def document_of(initiative: Initiative) -> dict[str, Any]:
    document: dict[str, Any] = judged(initiative).document
    return document


def test_one_ready_one_open_one_failing_on_its_worst_slice(surfaces: Surfaces, tmp_path: Path) -> None:
    sure, few, blind = (aimed(surfaces, key, value) for key, value in (("SURE", 0.9), ("FEW", 0.95), ("BLIND", 0.8)))
    said = evaluate(surfaces, "SURE", written(tmp_path / "sure.csv", held_out_rows()))
    assert "n 1,000" in said or "n 1000" in said
    evaluate(surfaces, "FEW", written(tmp_path / "few.csv", held_out_rows(cases=40)))
    evaluate(surfaces, "BLIND", written(tmp_path / "blind.csv", held_out_rows(without=UNSEEN)))
    ready, undecided, failing = document_of(sure), document_of(few), document_of(blind)
    assert (ready["verdict"], undecided["verdict"], failing["verdict"]) == ("ready", "unknown", "not_ready")
    assert check_of(undecided, "model.accuracy")["result"] == "insufficient"
    assert "more case" in check_of(undecided, "model.accuracy")["reason"]
    assert check_of(failing, "model.accuracy")["result"] == "pass"
    worst = check_of(failing, "model.other_targets")
    assert worst["result"] == "fail" and f"digit={UNSEEN}" in worst["reason"]
    rows = {row["key"]: row["verdict"] for row in surfaces.fetch("/api/v1/portfolio/")["data"]}
    assert rows == {"SURE": "ready", "FEW": "unknown", "BLIND": "not_ready"}

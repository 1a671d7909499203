"""A workspace can be taken away whole, without secrets, and deleted without a trace and without touching others."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from kpis.models import Reading
from kpis.services.contributions import set_contribution
from kpis.services.gates import decide_gate
from kpis.services.kpis import create_kpi
from kpis.services.portability import APPS, LEFT_OUT, SECRETS, delete_workspace, export_workspace, exported_models
from kpis.services.quotas import set_quota
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from mltrack.accounts.models import User, Workspace
from mltrack.accounts.services.members import invite
from projects.connectors.records import DatasetRecord
from projects.models import Annotation, Annotator, CaseBlock, Evaluation, Initiative, JudgeDue, LabelTask, Run
from projects.models.secrets import seal
from projects.services.label_audits import draw_audit
from tests.factories import make_connection, make_evaluation, make_workspace
from tests.kpis.world import COMMIT, GOOD, aimed, judged, report
from tests.projects.labeling_world import pull, task_record

pytestmark = pytest.mark.django_db
CANARY = "canary-5f3a"


def fill(name: str) -> Principal:
    """Return the owner of a workspace with something in most tables, and a secret."""
    owner = make_workspace(name=name)
    initiative = aimed(owner, problem=f"The problem of {name}: π ≠ 3")
    report(initiative, f"run of {name}", GOOD)
    for number in (1, 2):
        data = DatasetRecord("cards", "9f")
        make_evaluation(initiative, 20, cases=True, external_id=f"e{number}", dataset=data, scope=name)
    connection = make_connection(owner, initiative=initiative)
    connection.sealed_secret = seal(CANARY)
    connection.save()
    pull(connection, [task_record("1", {"ann@tool": "cat", "bob@tool": "dog"}), task_record("2", {"ann@tool": "dog"})])
    draw_audit(owner, initiative, n=1, seed=name)
    set_quota(owner, initiative, **{"class": "cat", "wanted": 9})
    kpi = create_kpi(owner, name="Churn", baseline=1.0, target=2.0, owner=owner.user)
    set_contribution(owner, initiative, kpi)
    record_readings(kpi, {"times": ["2026-01-05", "2026-01-06"], "values": [1.5, 2]})
    judged(initiative)
    decide_gate(owner, initiative, commit=COMMIT)
    invite(owner, email=f"new@{owner.workspace.key}.example", role="viewer")
    return owner


def exported(owner: Principal) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of an export by table."""
    target = io.BytesIO()
    counts = export_workspace(owner, target)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        names = [name for name in archive.namelist() if name.endswith(".jsonl")]
        found = {name.removesuffix(".jsonl"): archive.read(name).decode().splitlines() for name in names}
    assert manifest["rows"] == counts == {name: len(lines) for name, lines in found.items()}
    return {name: [json.loads(line) for line in lines] for name, lines in found.items()}


def test_every_table_is_exported_or_left_out_by_name() -> None:
    every = {model for label in APPS for model in apps.get_app_config(label).get_models()}
    assert {model for model in every if model.__name__ not in LEFT_OUT} == set(exported_models())
    assert {model.__name__ for model in every} >= LEFT_OUT


def test_an_export_holds_what_is_there() -> None:
    owner = fill("Ours")
    rows = exported(owner)
    assert [row["key"] for row in rows["projects.initiative"]] == ["CHURN"]
    assert rows["projects.initiative"][0]["problem"] == "The problem of Ours: π ≠ 3"
    assert {row["key"]: row["value"] for row in rows["projects.metricvalue"]} == GOOD
    assert [row["value"] for row in rows["kpis.reading"]] == [1.5, 2.0]
    assert rows["kpis.kpi"][0]["owner"] == {"name": "", "email": str(owner.user)}
    assert rows["kpis.gatedecision"][0]["document"]["commit"] == COMMIT
    assert [row["external_id"] for row in rows["projects.evaluation"]] == ["e1", "e2"]
    assert base64.b64decode(rows["projects.caseblock"][0]["right"]).count(1) == 18
    assert rows["projects.pairing"][0]["counts"][""] == [18, 0, 0, 2]
    assert rows["accounts.member"][0]["role"] == "admin"
    assert rows["projects.labeltask"][0]["labels"] == [["cat", 1], ["dog", 1]]
    assert rows["projects.labelingsnapshot"][0]["labeled"] == 40
    assert rows["projects.auditedtask"][0]["external_id"] == "2" and rows["projects.labelaudit"][0]["drawn"] == 1
    assert rows["kpis.labelquota"][0]["wanted"] == 9


def test_an_export_does_not_tell_who_labeled_what() -> None:
    rows = exported(fill("Ours"))
    assert [each["label"] for each in rows["projects.annotation"]] == ["cat", "dog", "dog"]
    assert not {"annotator", "lead_time"} & set(rows["projects.annotation"][0])
    assert not {"projects.annotator", "projects.labelingtally"} & set(rows)
    assert "tool" not in str(rows["projects.annotation"])


def test_an_export_holds_nothing_of_others_and_no_secret() -> None:
    ours, theirs = fill("Ours"), fill("Theirs")
    target = io.BytesIO()
    export_workspace(ours, target)
    with zipfile.ZipFile(target) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "Theirs" not in text
    assert str(theirs.user) not in text
    assert CANARY not in text
    assert not any(f'"{name}"' in text for name in SECRETS)


def test_a_workspace_is_deleted_whole_once_its_name_is_typed() -> None:
    ours, theirs = fill("Ours"), fill("Theirs")
    kept = {name: len(rows) for name, rows in exported(theirs).items()}
    for typed in ("", "ours", "Theirs"):
        with pytest.raises(ValidationError):
            delete_workspace(ours, typed_name=typed)
    delete_workspace(ours, typed_name=" Ours ")
    assert list(Workspace.objects.values_list("name", flat=True)) == ["Theirs"]
    assert (Initiative.objects.count(), Run.objects.count(), Reading.objects.count()) == (1, 1, 2)
    assert (Evaluation.objects.count(), CaseBlock.objects.count(), JudgeDue.objects.count()) == (2, 2, 1)
    assert ours.user is not None
    assert User.objects.filter(email=ours.user.email).exists()
    assert (LabelTask.objects.count(), Annotation.objects.count(), Annotator.objects.count()) == (2, 3, 2)
    kept["accounts.auditevent"] += 1
    assert {name: len(rows) for name, rows in exported(theirs).items()} == kept

"""What a browser walks through: the sample workspace with everything in it, one with nothing, one with bare things."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.test import Client
from django.utils import timezone

from kpis.services.badges import badge_token
from kpis.services.gates import decide_gate
from kpis.services.kpis import create_kpi
from kpis.services.quotas import set_quota
from kpis.services.readings import record_readings
from kpis.services.sample import make_sample
from kpis.services.snapshots import judge_now
from kpis.services.targets import propose_target
from kpis.services.waivers import approve_waiver, request_waiver
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Role, User
from mltrack.accounts.services.members import invite
from mltrack.accounts.services.tokens import create_token
from mltrack.accounts.services.workspaces import create_workspace
from projects.connectors.labeling_records import (
    AnnotationRecord,
    LabelingPage,
    LabelingProjectRecord,
    LabelTaskRecord,
)
from projects.connectors.records import DatasetRecord
from projects.models import DatasetVersion, Initiative, RelabelSource
from projects.progress.datasets.splits import Overlap
from projects.services.annotator_figures import switch_annotator_figures
from projects.services.connections import create_connection
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset
from projects.services.deployments import record_deployment
from projects.services.initiatives import create_initiative, post_update
from projects.services.label_audits import close_audit, draw_audit
from projects.services.labeling_pages import record_labeling_page
from projects.services.nudges import nudge_token
from projects.services.relabels import record_relabels
from tests.factories import make_connection, make_evaluation, make_member
from tests.kpis.evaluation_world import measured
from tests.kpis.rival_world import rivals
from tests.kpis.world import report

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
COMMIT = "5eed" * 10
FILLER = {"any": "none", "key": "none"}


@dataclass(frozen=True)
class World:
    """A person and the names of what they may look at; `{w}` of a path with nothing else is the empty workspace."""

    user: User
    full: Mapping[str, str]
    bare: Mapping[str, str]

    def in_full(self, path: str) -> str:
        """Return a path of the catalogue in the full workspace."""
        return path.format_map(self.full)

    def without(self, path: str) -> str | None:
        """Return a path where there is nothing yet, None where such a page cannot be."""
        asked = {name for _, name, _, _ in string.Formatter().parse(path) if name}
        if not asked or asked - {"w", "i", "k"}:
            return None
        return path.format_map(self.bare if asked - {"w"} else {"w": "empty"})

    def cookie(self) -> str:
        """Return a session of the person."""
        client = Client()
        client.force_login(self.user, backend=BACKEND)
        return client.cookies["sessionid"].value


@transaction.atomic
def make_world() -> World:
    """Return the world, made through the product's services and judged."""
    user = User.objects.create_user("demo@example.org", "a long enough password", name="Demo", is_superuser=True)
    sample = make_sample(user)
    principal = Principal(workspace=sample, role=Role.ADMIN, user=user, is_approver=True)
    create_workspace(user, name="Nothing yet", key="empty")
    world = World(user, {**FILLER, **fill(principal)}, {**FILLER, **make_bare(user)})
    Member.objects.filter(user=user).update(is_labeling_lead=True)
    return world


def make_bare(user: User) -> dict[str, str]:
    """Make a workspace with an initiative and a KPI that hold nothing."""
    workspace, _ = create_workspace(user, name="Bare", key="bare")
    principal = Principal(workspace=workspace, role=Role.ADMIN, user=user, is_approver=True)
    initiative = create_initiative(principal, name="Bare", key="BARE")
    create_kpi(principal, name="Bare", key="bare")
    judge_now(initiative.pk)
    return {"w": "bare", "i": "BARE", "k": "bare"}


def fill(principal: Principal) -> dict[str, str]:
    """Add to the sample what its stories lack, and return the names of all."""
    workspace, user = principal.workspace, principal.user
    assert user is not None
    biopsy = Initiative.objects.get(workspace=workspace, key="BIOPSY")
    digits = Initiative.objects.get(workspace=workspace, key="DIGITS")
    runs = [report(biopsy, f"odd-{at}", {"accuracy": 0.9, "coverage": 0.8, "n": 200 + at}) for at in range(2)]
    runs[0].metrics.filter(key="accuracy").update(value=None, special="nan")
    about: dict[str, Any] = {"dataset": DatasetRecord("holdout", "9f2c"), "name": "Second clinic"}
    evaluated = [make_evaluation(biopsy, 200, cases=True, run=run.external_id, **about) for run in runs]
    datasets = known_data(principal, biopsy)
    record_deployment(principal, digits, environment="production", version="1", endpoint="https://digits.example.org")
    post_update(principal, biopsy, health="on_track", text="The **second** clinic agreed.")
    less = {"metric": "accuracy", "comparator": ">=", "reason": "A pilot needs less."}
    target = propose_target(principal, biopsy, value=0.5, **less)
    waive(principal, biopsy)
    evaluation = measured(biopsy, external_id="e1")
    label(principal, biopsy)
    closed_audit, label_audit = audit_labels(principal, biopsy)
    decision = decide_gate(principal, biopsy, commit=COMMIT, ref="refs/heads/main")["decision"]
    connection = create_connection(principal, kind="mlflow", name="Laboratory", base_url="http://mlflow.example.org")
    labels: dict[str, Any] = {"kind": "label_studio", "name": "Label Studio", "base_url": "http://labels.example.org"}
    studio = create_connection(principal, initiative=biopsy, **labels)
    create_token(principal, user=user, name="CI", scopes=["read", "gate"])
    _, secret = invite(principal, email="new@example.org", role="contributor")
    measure_range(principal)
    for initiative in Initiative.objects.filter(workspace=workspace):
        judge_now(initiative.pk)
    return {
        "w": workspace.key,
        "i": "BIOPSY",
        "ready": "DIGITS",
        "late": "CELLAR",
        "k": "forms-typed-by-hand",
        "range": "room",
        "tied": "double-readings",
        "dataset": datasets[1].public_id,
        "earlier_dataset": datasets[0].public_id,
        "run": runs[0].public_id,
        "other_run": runs[1].public_id,
        "target": target.public_id,
        "other_evaluation": evaluated[1].public_id,
        "decision": decision,
        "audited": rivals(principal, biopsy).public_id,
        "evaluation": evaluation.public_id,
        "label_audit": label_audit,
        "closed_audit": closed_audit,
        "connection": connection.public_id,
        "studio": studio.public_id,
        "badge": badge_token(biopsy),
        "nudge": nudge_token(connection),
        "invitation": secret,
        "reset": f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}",
    }


def known_data(principal: Principal, initiative: Initiative) -> list[DatasetVersion]:
    """Return two versions of the slides: the later one has splits, of which two share rows."""
    place = "https://data.example.org/slides"
    versions = [
        record_dataset(principal, initiative, name="slides", digest=f"{digest}f2c41d", rows=rows, uri=place)[0]
        for digest, rows in (("a", 900), ("b", 1000))
    ]
    splits = [
        SplitInput("train", 800, duplicates=3, groups=40, class_counts={"benign": 700, "malign": 100}),
        SplitInput("test", 200, duplicates=0, groups=12, class_counts={"benign": 170, "malign": 30}),
    ]
    record_splits(principal, initiative, versions[1], splits, [Overlap("test", "train", 7, 2)])
    return versions


def label(principal: Principal, initiative: Initiative) -> None:
    """Let a tool tell of a hundred labeled tasks in two batches, some of them disputed, and want more of a class."""
    connection, now = make_connection(principal, name="Labels", initiative=initiative), timezone.now()
    tasks = []
    for number in range(100):
        time, batch = now - timedelta(days=number % 30), f"clinic {number % 2}"
        labels = {"ann": "benign" if number % 9 else "malign", "bob": "benign" if number % 7 else "malign"}
        given = [AnnotationRecord(f"{number}-{who}", who, each, time) for who, each in labels.items()]
        gold, url = "benign" if number < 20 else None, f"https://labels.example.org/{number}"
        tasks.append(LabelTaskRecord(f"slide {number}", given, batch=batch, url=url, gold=gold))
    for ago, total in ((20, 150), (0, 180)):
        project = LabelingProjectRecord(
            "7", "Slides", total, 100, now - timedelta(days=ago), skipped=2, annotations=200
        )
        record_labeling_page(connection, LabelingPage(project=project, tasks=tasks))
    set_quota(principal, initiative, **{"class": "malign", "wanted": 40})
    Member.objects.filter(user=principal.user).update(is_labeling_lead=True)
    switch_annotator_figures(replace(principal, is_labeling_lead=True), initiative, on=True)


def audit_labels(principal: Principal, initiative: Initiative) -> tuple[str, str]:
    """Let forty labels be looked at again, one of them wrong, and draw more; return the ids of both audits."""
    closed, _ = draw_audit(principal, initiative, n=40, kind="by_class", least=5, seed="2026", note="Before training")
    given = [{"task": each.external_id, "label": each.label} for each in closed.tasks.all()]
    record_relabels(principal, closed, [*given, {**given[0], "label": "cyst"}], source=RelabelSource.CSV)
    close_audit(principal, closed)
    after, _ = draw_audit(principal, initiative, n=30, seed="2027")
    some = [{"task": each.external_id, "label": each.label} for each in after.tasks.filter(number__lte=5)]
    record_relabels(principal, after, some, source=RelabelSource.HERE)
    return closed.public_id, after.public_id


def waive(principal: Principal, initiative: Initiative) -> None:
    """Let a check pass by, and ask the same for another."""
    approver = make_member(initiative.workspace, "viewer", is_approver=True)
    until = timezone.now() + timedelta(days=60)
    given = request_waiver(principal, initiative, check="delivery.rollback", reason="Drill in May.", expires=until)
    approve_waiver(approver, given)
    request_waiver(principal, initiative, check="operations.monitoring", reason="A pilot of two weeks.", expires=until)


def measure_range(principal: Principal) -> None:
    """Make a KPI that should stay between two ends, with readings by segment."""
    kpi = create_kpi(principal, name="Room temperature", key="room", unit="°C", direction="range", low=18, high=22)
    now = timezone.now()
    readings = [{"time": now - timedelta(days=day), "value": 17.0 + day % 7} for day in range(40)]
    record_readings(kpi, readings, principal)

"""What a chaos run works on, made through the product's services in a process of the tree: prints it as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.db import transaction

from kpis.models import ReadinessSnapshot
from kpis.services.kpis import create_kpi
from kpis.services.snapshots import judge_now
from mltrack.accounts.services.tokens import create_token
from projects.models import Initiative
from projects.services.connections import create_connection
from tests.chaos.names import KEYS, World
from tests.factories import make_initiative, make_workspace
from tests.kpis.world import aimed

SCOPES = ("read", "runs:write", "readings:write", "connections:write")


def make(server_urls: list[str]) -> World:
    """Make a workspace with three initiatives, a KPI, a token, and a connection to each server."""
    owner = make_workspace("chaos")
    assert owner.user is not None
    first = aimed(owner, KEYS[0])
    for key in KEYS[1:]:
        make_initiative(owner, key)
    options = {"page_size": 20, "timeout_seconds": 8, "deleted_seconds": 0}
    connections = [
        create_connection(
            owner,
            kind="mlflow",
            name=f"server {number}",
            base_url=url,
            options=options,
            interval_seconds=10,
            initiative=first,
        )
        for number, url in enumerate(server_urls)
    ]
    _, token = create_token(owner, user=owner.user, name="chaos", scopes=SCOPES)
    kpi = create_kpi(owner, name="Revenue", key="revenue")
    return World(token, [each.public_id for each in connections], kpi.key)


def judged_otherwise() -> list[str]:
    """Judge everything anew and return the initiatives whose kept answer was not that, or was kept twice."""
    found = []
    for initiative in Initiative.objects.order_by("id"):
        kept = ReadinessSnapshot.objects.filter(initiative=initiative, is_latest=True)
        before = list(kept.values_list("pk", flat=True))
        with transaction.atomic():
            after = judge_now(initiative.pk).pk
        if before != [after]:
            found.append(initiative.key)
    return found


def main() -> None:
    """Run one of the two deeds: `make URL…` or `judged`."""
    deed, *arguments = sys.argv[1:]
    answer: Any = judged_otherwise() if deed == "judged" else make(arguments)
    if isinstance(answer, World):
        answer = asdict(answer)
    sys.stdout.write(json.dumps(answer) + "\n")

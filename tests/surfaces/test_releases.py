"""From CI into production and back by the command line client, with a hundred experiments beside it."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from projects.models import Deployment, Initiative
from tests.kpis.world import COMMIT, GOOD, aimed, judged, report
from tests.mltrack.cli.conftest import clean_environment
from tests.surfaces.asking import ROOT, Surfaces, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
HERE = "/api/v1/initiatives/CHURN/"
CHECKS = ("delivery.containerised", "delivery.canary", "delivery.rollback")


def ci(surfaces: Surfaces, deed: str, *more: str) -> str:
    """Run the client as a job does, and return what it says."""
    environment = {**clean_environment(), "MLTRACK_URL": surfaces.url, "MLTRACK_TOKEN": surfaces.token}
    command = [sys.executable, str(ROOT / "mltrack" / "cli.py"), deed, "--initiative", "CHURN", *more]
    told = run(command, {**environment, "PYTHONIOENCODING": "utf-8"})
    assert told.exit == 0, told
    return told.out


def placed(surfaces: Surfaces) -> tuple[str | None, ...]:
    """Return which versions are champion, canary and what a rollback goes to."""
    (place,) = surfaces.fetch(f"{HERE}production/")["environments"]
    return tuple(place[name] and place[name]["version"] for name in ("champion", "canary", "before"))


def told(surfaces: Surfaces, at: datetime | None = None) -> tuple[Any, ...]:
    """Return the verdict and the checks of releases, now or as of a moment."""
    asked = f"?as_of={quote(at.isoformat())}" if at else ""
    document = surfaces.fetch(f"{HERE}readiness/{asked}")
    checks = {each["id"]: each for section in document["sections"] for each in section["checks"]}
    return document["verdict"], *((checks[name]["result"], checks[name]["observed"]) for name in CHECKS)


def test_a_release_and_its_way_back(surfaces: Surfaces) -> None:
    initiative: Initiative = aimed(surfaces.owner, criticality="critical")
    report(initiative, "good", GOOD)
    days: list[tuple[datetime, tuple[Any, ...]]] = []

    def day() -> None:
        judged(initiative)
        days.append((timezone.now(), told(surfaces)))

    day()
    ci(surfaces, "deploy", "--model-version", "1", "--image-digest", "sha256:1", "--commit", "0" * 40)
    day()
    row = Deployment.objects.values().get()
    runs = [{"external_id": f"try {n}", "status": "finished", "metrics": {"accuracy": n / 100}} for n in range(100)]
    assert {each["state"] for each in surfaces.fetch(f"{HERE}runs/batch/", {"runs": runs})["results"]} == {"created"}
    day()
    assert Deployment.objects.values().get() == row and placed(surfaces) == ("1", None, None)

    ci(
        surfaces,
        "deploy",
        "--model-version",
        "2",
        "--state",
        "canary",
        "--commit",
        COMMIT,
        "--image-digest",
        "sha256:2",
    )
    assert placed(surfaces) == ("1", "2", None) and Deployment.objects.values().get(version="1") == row
    day()
    assert ci(surfaces, "promote").startswith("stored: 2 is live in production (dep_")
    assert placed(surfaces) == ("2", None, "1") and Deployment.objects.values().get(version="1") == row
    day()
    assert "2 → 1 in 30 s" in ci(surfaces, "rollback", "--seconds", "30", "--note", "It erred.")
    assert placed(surfaces)[:2] == ("1", None)
    day()
    assert [each[1][3][0] for each in days] == ["missing"] * 5 + ["pass"]
    assert days[-1][1][3][1] == "2 → 1 in production, took 30 seconds"
    assert [told(surfaces, at) for at, _ in days] == [then for _, then in days]

"""The labels of all initiatives: what each page and file shows, in as many queries for one as for many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.selectors.labeling_overview import COLUMNS, labeling_overview, overview_lines
from kpis.services.quotas import set_quota
from mltrack.accounts.access import Principal
from projects.models import RelabelSource
from projects.selectors.labeling import SNAPSHOT_COLUMNS, snapshot_lines
from projects.services.annotation_pushes import record_annotations
from projects.services.label_audits import close_audit, draw_audit
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from projects.services.relabels import record_relabels
from tests.api.people import Team, ok, refused
from tests.factories import make_connection, make_initiative, make_stranger, make_workspace
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, text
from tests.projects.labeling_world import pull, pushed, task_record

pytestmark = pytest.mark.django_db


def labeled(owner: Principal, key: str) -> None:
    """Let an initiative have labels from everywhere, and want more."""
    initiative = make_initiative(owner, key)
    now = timezone.now()
    for day in range(20):
        record = SnapshotRecord(now - timedelta(days=20 - day), 200, 100 + 5 * day, per_class={"=cat": 90})
        record_labeling_snapshot(owner, initiative, record)
    record_annotations(owner, initiative, [pushed(f"t{n}", who, "cat") for n in range(5) for who in ("ann", "bob")])
    pull(make_connection(owner, initiative=initiative), [task_record("1", {"ann": "cat", "bob": "dog"})])
    set_quota(owner, initiative, **{"class": "=cat", "wanted": 120})
    audit, _ = draw_audit(owner, initiative, n=4)
    relabels = [{"task": each.external_id, "label": each.label} for each in audit.tasks.all()]
    record_relabels(owner, audit, relabels, source=RelabelSource.API)
    close_audit(owner, audit)


def test_as_many_queries_for_many(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    owner = make_workspace()
    labeled(owner, "ONE")
    make_initiative(owner, "NONE")
    labeled(make_stranger(), "THEIRS")
    with django_assert_max_num_queries(5):
        assert [each.initiative.key for each in labeling_overview(owner, timezone.now()).rows] == ["ONE"]
    for key in ("TWO", "THREE", "FOUR"):
        labeled(owner, key)
    with django_assert_max_num_queries(5):
        found = labeling_overview(owner, timezone.now(), limit=3)
    assert [each.initiative.key for each in found.rows] == ["FOUR", "ONE", "THREE"] and found.after == "THREE"
    rest = labeling_overview(owner, timezone.now(), limit=3, after=found.after)
    assert [each.initiative.key for each in rest.rows] == ["TWO"] and rest.after == ""
    one = found.rows[1]
    assert one.summary.counts is not None and (one.summary.counts.total, one.wanted) == (300, 120)
    assert one.summary.agreement is not None and (one.summary.agreement.tasks, one.summary.agreement.disputed) == (6, 1)
    lines: list[Any] = list(overview_lines(owner, timezone.now()))
    assert lines[0] == COLUMNS and [line[0] for line in lines[1:]] == ["FOUR", "ONE", "THREE", "TWO"]
    # Four clean labels: at most 1 - 0.05 ** (1 / 4) may be wrong.
    for line in lines[1:]:
        assert (line[-3], line[-2], line[-1]) == (0.0, pytest.approx(1 - 0.05 ** (1 / 4)), 4)


def test_snapshots_as_rows() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    at = timezone.now() - timedelta(days=1)
    record_labeling_snapshot(owner, initiative, SnapshotRecord(at, 9, 4, None, 1, {"b": 1, "a": 3}))
    record_labeling_snapshot(owner, initiative, SnapshotRecord(at - timedelta(days=1), 9, 2, 1))
    rows = list(snapshot_lines(initiative))
    assert rows[0] == SNAPSHOT_COLUMNS
    assert [row[1:] for row in rows[1:]] == [
        ("", 9, 2, 1, None, "", None),
        ("", 9, 4, None, 1, "a", 3),
        ("", 9, 4, None, 1, "b", 1),
    ]


def test_page_and_files(place: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    path = f"/w/{place.owner.workspace.key}/labeling/"
    assert "No labels yet" in text(get(place.viewer, path))
    labeled(place.owner, "AONE")
    client = browser(place.viewer)
    client.get(path)
    with django_assert_max_num_queries(12):
        page = text(client.get(path))
    for words in ("AONE", "P50 to P85", "labels missing", 'href="' + path + 'overview.csv"'):
        assert words in page, words
    file = b"".join(get(place.viewer, path + "overview.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "AONE," in file and "attachment" in get(place.viewer, path + "overview.csv")["Content-Disposition"]
    answer = get(place.viewer, place.url("labeling/snapshots.csv").replace(place.initiative.key, "AONE"))
    assert ",'=cat,90" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_by_rest() -> None:
    team = Team()
    for key in ("ONE", "TWO"):
        labeled(team.principal, key)
    first = ok(team.viewer.call("get", "labeling/overview/?limit=1"))
    [row] = first["data"]
    assert (row["initiative"], row["total"], row["quotas"]["wanted"]) == ("ONE", 300, 120)
    assert row["agreement"]["tasks"] == 6 and row["forecast"]["p50"] <= row["forecast"]["p85"]
    second = ok(team.viewer.call("get", first["next"].partition("/api/v1/")[2]))
    assert [each["initiative"] for each in second["data"]] == ["TWO"] and second["next"] is None
    assert ok(team.stranger.call("get", "labeling/overview/"))["data"] == []
    refused(team.viewer.call("get", "labeling/overview/?limit=51"), 400)

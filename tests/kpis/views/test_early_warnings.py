"""Early warnings on their page, on the portfolio, and as a file: told from facts, in a fixed number of queries."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kpis.models import KPI, ReadinessSnapshot
from kpis.scoring.filters import Filters
from kpis.selectors.analysis_page import warnings_page
from kpis.selectors.portfolio_warnings import all_warned
from kpis.services.contributions import set_contribution
from kpis.services.kpis import create_kpi
from kpis.services.snapshots import judge_initiative
from mltrack.accounts.access import Principal
from projects.models import Initiative, Sprint, Update
from projects.models.tasks import Task
from projects.services.initiatives import change_stage, edit_initiative, post_update
from projects.services.labeling_snapshots import SnapshotRecord, record_labeling_snapshot
from projects.services.rhythms import set_rhythm
from projects.services.task_pushes import push_tasks
from tests.factories import make_initiative, make_member, make_stranger, make_workspace
from tests.kpis.views.conftest import browser

pytestmark = pytest.mark.django_db
FAR = date(2190, 1, 1)


def page(person: Principal, rest: str = "warnings/", workspace: Principal | None = None, part: bool = False) -> str:
    key = (workspace or person).workspace.key
    answer = browser(person).get(f"/w/{key}/portfolio/analysis/{rest}", headers={"HX-Request": "true"} if part else {})
    body = b"".join(answer) if answer.streaming else answer.content
    return f"{answer.status_code} {unescape(body.decode())}"


def kinds(owner: Principal, filters: Filters | None = None) -> dict[str, list[str]]:
    """Return the kinds of warnings by initiative."""
    found = all_warned(owner, filters or Filters(), timezone.now())
    return {row.initiative.key: [each.kind for each in row.warnings] for row in found}


def sound(owner: Principal, key: str = "CHURN", kpi: str = "calls") -> Initiative:
    """Return an initiative with an owner, a date, and a KPI with owner and baseline: nothing to warn of."""
    initiative = make_initiative(owner, key, target_date=FAR)
    known = KPI.objects.filter(workspace=owner.workspace, key=kpi).first()
    measure = known or create_kpi(
        owner, name="Calls", key=kpi, owner=owner.user, baseline=10.0, target=20.0, due="2190-01-01"
    )
    set_contribution(owner, initiative, measure)
    return initiative


def test_nothing_is_warned_of_where_all_is_told() -> None:
    owner = make_workspace()
    sound(owner)
    assert kinds(owner) == {}
    assert "Nothing to warn of" in page(owner)


def test_kpis_without_owner_or_baseline() -> None:
    owner = make_workspace()
    sound(owner)
    KPI.objects.update(owner=None)
    bare = make_initiative(owner, "BARE", target_date=FAR)
    assert kinds(owner) == {"BARE": ["no_kpi"], "CHURN": ["no_kpi_owner"]}
    set_contribution(owner, bare, create_kpi(owner, name="Cost", key="cost", owner=owner.user))
    assert kinds(owner)["BARE"] == ["no_baseline"]
    text = page(make_member(owner.workspace, "viewer"))
    assert f'href="/w/{owner.workspace.key}/kpis/calls/edit/owner/">Name who answers for the KPI.' in text
    assert f'href="/w/{owner.workspace.key}/kpis/cost/goal/">' in text
    Initiative.objects.update(owner=None)
    assert kinds(owner)["CHURN"] == ["no_owner", "no_kpi_owner"]


def test_labels_that_nobody_looked_at_again() -> None:
    owner = make_workspace()
    initiative = sound(owner)
    record_labeling_snapshot(owner, initiative, SnapshotRecord(timezone.now(), 100, 40))
    assert kinds(owner) == {}
    change_stage(owner, initiative, stage="modeling")
    judge_initiative(initiative.pk)
    assert kinds(owner) == {"CHURN": ["unvalidated_truth"]}
    assert "40 labeled tasks, and no sample of them was labeled again." in page(owner)
    latest = ReadinessSnapshot.objects.get(is_latest=True)
    (check,) = [
        each for section in latest.document["sections"] for each in section["checks"] if each["id"] == "labels.audit"
    ]
    check["result"] = "pass"
    latest.save()
    assert kinds(owner) == {}


def test_a_scope_that_widens_and_a_date_that_slips() -> None:
    owner = make_workspace()
    initiative = sound(owner)
    edit_initiative(owner, initiative, {"scope_in": "Claims by mail"})
    edit_initiative(owner, initiative, {"scope_in": "Claims by mail and phone"})
    for day in (date(2190, 6, 1), date(2190, 9, 1)):
        edit_initiative(owner, initiative, {"target_date": day})
    assert kinds(owner) == {"CHURN": ["target_slipped"]}
    change_stage(owner, initiative, stage="data")
    edit_initiative(owner, initiative, {"scope_in": "Claims by mail and phone and letters"})
    assert kinds(owner) == {"CHURN": ["scope_widened", "target_slipped"]}
    assert "The target date slipped 2 times, from 1 Jan 2190 to 1 Sep 2190." in page(owner)


def test_tasks_that_stand_still_for_two_sprints() -> None:
    owner = make_workspace()
    initiative = sound(owner)
    push_tasks(owner, initiative, [{"title": "Label", "external_id": "t1"}], atomic=True)
    today = timezone.now().date()
    for weeks in (3, 2, 1):
        start = today - timedelta(weeks=weeks)
        Sprint.objects.create(
            workspace=owner.workspace, name=f"{weeks}", starts_on=start, ends_on=start + timedelta(days=6)
        )
    assert kinds(owner) == {}
    Task.objects.update(created_at=timezone.now() - timedelta(days=15))
    assert kinds(owner) == {"CHURN": ["no_movement"]}
    push_tasks(owner, initiative, [{"external_id": "t1", "status": "doing"}], atomic=True)
    assert kinds(owner) == {}


def test_an_initiative_that_falls_silent() -> None:
    owner = make_workspace()
    initiative = sound(owner)
    Initiative.objects.update(created_at=timezone.now() - timedelta(days=30))
    assert kinds(owner) == {"CHURN": ["no_update"]}
    set_rhythm(owner, initiative, every="off", weekday=4, hour=10, zone="UTC")
    assert kinds(owner) == {}
    set_rhythm(owner, initiative, every="weekly", weekday=4, hour=10, zone="UTC")
    post_update(owner, initiative, health="on_track", text="Fine")
    assert kinds(owner) == {}
    month = timezone.now() - timedelta(days=30)
    Update.objects.update(at=month, stale_at=month + timedelta(days=9))
    assert kinds(owner) == {"CHURN": ["no_update"]}


def test_a_pause_that_was_told_later_counts_from_its_moment() -> None:
    owner = make_workspace()
    initiative = sound(owner)
    change_stage(owner, initiative, state="paused", at=timezone.now() - timedelta(days=90))
    assert kinds(owner) == {"CHURN": ["long_pause"]}
    assert "Paused for 90 days." in page(owner)


def test_what_has_ended_is_not_warned_of() -> None:
    owner = make_workspace()
    change_stage(owner, make_initiative(owner, "GONE"), state="cancelled", reason="cost")
    change_stage(owner, make_initiative(owner, "OLD"), stage="retired")
    assert kinds(owner) == {}


def test_the_portfolio_shows_those_whose_date_comes_first() -> None:
    owner, stranger = make_workspace(), make_stranger()
    for number in range(6):
        make_initiative(owner, f"BARE-{number}", name=f"Bare {number}", target_date=date(2190, 1, 10 - number))
    home = browser(owner).get(f"/w/{owner.workspace.key}/").content.decode()
    assert f'hx-get="/w/{owner.workspace.key}/portfolio/analysis/first/"' in home
    part = page(owner, "first/", part=True)
    assert "<html" not in part and "6 initiatives with early warnings" in part
    assert [part.index(f">Bare {number}<") for number in (5, 4, 3, 2, 1)] == sorted(
        part.index(f">Bare {number}<") for number in (5, 4, 3, 2, 1)
    )
    assert "Bare 0" not in part and "<html" in page(owner, "first/")
    assert page(stranger, "first/", workspace=owner).startswith("404")


def test_a_long_list_comes_in_pages() -> None:
    owner = make_workspace()
    for key in ("A", "B", "C"):
        make_initiative(owner, key, target_date=FAR)
    first = warnings_page(owner, Filters(), "", timezone.now(), limit=2)
    assert ([row.initiative.key for row in first.rows], first.total, first.after) == (["A", "B"], 3, "B")
    last = warnings_page(owner, Filters(), "no_kpi", timezone.now(), after=first.after, limit=2)
    assert ([row.initiative.key for row in last.rows], last.total, last.after) == (["C"], 3, "")
    assert "3 initiatives to look at" in page(owner, "warnings/?cursor=B") and ">A<" not in page(
        owner, "warnings/?cursor=B"
    )


def test_kinds_and_filters_narrow_and_the_file_has_all() -> None:
    owner = make_workspace()
    sound(owner)
    make_initiative(owner, "BARE", name="Bare", target_date=FAR)
    make_initiative(owner, "LATE", name="Late", target_date=date(2020, 1, 1))
    narrowed = page(owner, "warnings/?kind=target_passed")
    assert ">Late<" in narrowed and ">Bare<" not in narrowed and 'aria-current="true"' in narrowed
    assert ">Late<" in page(owner, "warnings/?kind=nonsense&q=late") and ">Bare<" not in page(owner, "warnings/?q=late")
    assert "This filter is not understood" in page(owner, "warnings/?q=colour:red")
    lines = page(owner, "warnings.csv").splitlines()
    assert lines[0] == "200 initiative,name,kind,title,reason,what_to_do" and len(lines) == 4
    assert len(page(owner, "warnings.csv?q=late").splitlines()) == 3


def test_the_number_of_queries_does_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    owner = make_workspace()
    for keys in (("A",), [f"B-{number}" for number in range(10)]):
        for key in keys:
            initiative = sound(owner, key)
            record_labeling_snapshot(owner, initiative, SnapshotRecord(timezone.now(), 100, 40))
            change_stage(owner, initiative, stage="modeling")
        with django_assert_num_queries(11):
            found = all_warned(owner, Filters(), timezone.now())
    assert len(found) == 11

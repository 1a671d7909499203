"""A workspace's data: exported, deleted, and the sample taken out."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from kpis.models import KPI
from kpis.services.contributions import set_contribution
from kpis.services.sample import make_sample
from kpis.services.sample_removal import remove_sample
from mltrack.accounts.access import Principal, principal_in
from mltrack.accounts.models import AuditEvent, User, Workspace
from projects.models import Initiative, Run
from tests.factories import make_initiative
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text

PAGE = "settings/data/"


@pytest.fixture
def sample(db: None) -> Principal:
    user = User.objects.create_user("demo@example.org", "a long enough phrase")
    return principal_in(user, make_sample(user).key)


def test_only_admins_see_and_use_it(place: Place) -> None:
    assert get(place.owner, home(place.owner, PAGE)).status_code == 200
    for person, status in ((place.manager, 403), (place.stranger, 404)):
        assert get(person, home(place.owner, PAGE)).status_code == status
        for rest in ("export/", "delete/", "sample/"):
            sent = {"typed_name": place.owner.workspace.name}
            assert post(person, home(place.owner, PAGE + rest), sent).status_code == status
    assert Workspace.objects.filter(pk=place.owner.workspace.pk).exists()


def test_the_export_holds_the_workspace_and_no_other(place: Place) -> None:
    make_initiative(place.stranger, "THEIRS")
    answer: Any = browser(place.owner).post(home(place.owner, f"{PAGE}export/"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    lines = archive.read("projects.initiative.jsonl").decode().splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["CHURN"]
    assert not any(b"THEIRS" in archive.read(name) for name in archive.namelist())
    assert AuditEvent.objects.filter(workspace=place.owner.workspace, action="export").exists()


def test_deletion_needs_the_name(place: Place) -> None:
    path, workspace = home(place.owner, f"{PAGE}delete/"), place.owner.workspace
    for wrong in ("", "acme?", workspace.key):
        answer = post(place.owner, path, {"typed_name": wrong})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in text(answer)
    assert post(place.owner, path, {"typed_name": workspace.name}).status_code == 302
    assert not Workspace.objects.filter(pk=workspace.pk).exists()
    assert Workspace.objects.filter(pk=place.stranger.workspace.pk).exists()


def test_the_sample_goes_in_one_click_and_what_people_added_stays(sample: Principal) -> None:
    mine = make_initiative(sample, "MINE")
    kept = make_kpi(sample, name="Mine")
    tied = KPI.objects.filter(workspace=sample.workspace).exclude(pk=kept.pk).order_by("pk")[0]
    set_contribution(sample, mine, tied)
    assert "Remove the sample" in text(get(sample, home(sample, PAGE)))
    answer = browser(sample).post(home(sample, f"{PAGE}sample/"), follow=True)
    assert "The sample is gone: 3 initiatives and 2 KPIs." in text(answer)
    assert list(Initiative.objects.values_list("key", flat=True)) == ["MINE"]
    assert set(KPI.objects.all()) == {kept, tied}
    assert not Run.objects.exists()
    workspace = Workspace.objects.get()
    assert not workspace.is_sample
    assert "Remove the sample" not in text(get(sample, home(sample, PAGE)))


def test_a_workspace_that_is_no_sample_loses_nothing(place: Place) -> None:
    make_initiative(place.owner, "DIGITS")
    assert remove_sample(place.owner).initiatives == 0
    assert Initiative.objects.filter(workspace=place.owner.workspace).count() == 2

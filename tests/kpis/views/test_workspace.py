"""A workspace's data: exported, deleted, and the sample taken out."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from kpis.models import KPI, ReadinessSnapshot
from kpis.samples.story import stories
from kpis.services.contributions import set_contribution
from kpis.services.sample import bring_back_sample, make_sample
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
        for rest in ("export/", "delete/", "sample/", "sample/restore/"):
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


def test_the_portfolio_removes_the_sample_in_one_click_and_brings_it_back(sample: Principal) -> None:
    portfolio, remove = home(sample, ""), home(sample, f"{PAGE}sample/")
    assert f'action="{remove}"' in text(get(sample, portfolio))
    before = set(Initiative.objects.values_list("key", flat=True))
    mine = make_initiative(sample, "MINE")
    tied = KPI.objects.filter(workspace=sample.workspace).order_by("pk")[0]
    set_contribution(sample, mine, tied)
    gone = text(browser(sample).post(remove, follow=True))
    assert f'action="{remove}restore/"' in gone and f'action="{remove}"' not in gone
    assert "The sample is as it was at first" in text(browser(sample).post(f"{remove}restore/", follow=True))
    assert set(Initiative.objects.values_list("key", flat=True)) == before | {"MINE"}
    assert set(tied.contributions.values_list("initiative__key", flat=True)) > {"MINE"}
    assert ReadinessSnapshot.objects.filter(initiative__key__in=before, is_latest=True).count() == len(stories())
    assert f'action="{remove}"' in text(get(sample, portfolio))


def test_a_story_whose_key_is_taken_stays_away(sample: Principal) -> None:
    keys = sorted(Initiative.objects.values_list("key", flat=True))
    remove_sample(sample)
    mine = make_initiative(sample, keys[0])
    assert bring_back_sample(sample) == 2
    assert sorted(Initiative.objects.values_list("key", flat=True)) == keys
    assert Initiative.objects.get(key=keys[0]) == mine
    assert bring_back_sample(sample) == 0


def test_a_workspace_that_is_no_sample_gets_none(place: Place) -> None:
    assert bring_back_sample(place.owner) == 0
    assert Initiative.objects.filter(workspace=place.owner.workspace).count() == 1


def test_a_workspace_that_is_no_sample_loses_nothing(place: Place) -> None:
    make_initiative(place.owner, "DIGITS")
    assert remove_sample(place.owner).initiatives == 0
    assert Initiative.objects.filter(workspace=place.owner.workspace).count() == 2

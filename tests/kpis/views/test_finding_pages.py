"""The pages of findings: the list by cause, one with its evidence, what people say of it, and its files."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from projects.models import Finding
from projects.progress.faults import Fault
from projects.services.findings import keep_findings
from projects.services.tasks import delete_task
from tests.factories import make_initiative
from tests.kpis.views.conftest import Place
from tests.kpis.views.kpi_world import get, home, post, text

EVIDENCE = {"day": "2026-05-11", "observed": 0, "expected": 40.0, "low": 27, "high": 54, "source": "Pharmacy feed"}
WORDS = "refills of IL: nothing arrived on 2026-05-11, 40 expected (27 to 54)"


@pytest.fixture
def finding(place: Place) -> Finding:
    other = make_initiative(place.owner, "REFILLS", owner=place.manager.user)
    fault = Fault("silent:dts_1:refills:IL", "silent", "refills", "IL", "critical", WORDS, EVIDENCE)
    keep_findings(place.initiative, [(fault, [place.initiative.pk, other.pk])], (), timezone.now())
    return Finding.objects.get(initiative=place.initiative)


def shown(place: Place, who: str, path: str = "findings/") -> str:
    return unescape(text(get(place.people[who], home(place.owner, path))))


def test_the_list_has_one_row_for_a_cause(place: Place, finding: Finding) -> None:
    page = shown(place, "viewer")
    assert page.count(WORDS) == 1 and 'data-label="Initiatives">2<' in page
    assert "Critical" in page and "Silent segment" in page
    assert WORDS not in shown(place, "viewer", "findings/?kind=drift")
    assert "No finding fits the filter" in shown(place, "viewer", "findings/?state=closed")
    assert WORDS in shown(place, "viewer", "findings/?state=odd&cursor=x")


def test_nothing_wrong_is_said(place: Place) -> None:
    assert "Nothing is wrong" in shown(place, "viewer")


def test_a_finding_shows_its_numbers_and_all_that_it_hits(place: Place, finding: Finding) -> None:
    page = shown(place, "viewer", f"findings/{finding.public_id}/")
    for words in (WORDS, "Expected", "27", "54", "Pharmacy feed", "REFILLS", str(place.manager.user), "own none"):
        assert words in page
    assert f"You own {place.initiative.key}" in shown(place, "owner", f"findings/{finding.public_id}/")
    assert get(place.stranger, home(place.owner, f"findings/{finding.public_id}/")).status_code == 404


def test_people_acknowledge_and_explain(place: Place, finding: Finding) -> None:
    here = home(place.owner, f"findings/{finding.public_id}/")
    assert post(place.viewer, f"{here}acknowledge/", {}).status_code == 403
    assert post(place.contributor, f"{here}acknowledge/", {}).status_code == 302
    assert post(place.viewer, here, {"explanation": "A holiday."}).status_code == 403
    assert post(place.contributor, here, {"explanation": " "}).status_code == 422
    assert post(place.contributor, here, {"explanation": "A holiday."}).status_code == 302
    page = shown(place, "viewer", f"findings/{finding.public_id}/")
    assert "A holiday." in page and str(place.contributor.user) in page and "Acknowledged" in page
    keep_findings(place.initiative, [], (), timezone.now())
    assert "arrives again" in shown(place, "viewer", f"findings/{finding.public_id}/")
    assert "I know of it" not in shown(place, "contributor", f"findings/{finding.public_id}/")


def test_a_task_that_was_put_away_can_be_opened_again(place: Place, finding: Finding) -> None:
    here = f"findings/{finding.public_id}/"
    assert "Open a task" in shown(place, "contributor", here)
    assert post(place.contributor, home(place.owner, f"{here}task/"), {}).status_code == 302
    finding.refresh_from_db()
    assert finding.task is not None
    again = f"Open {finding.task.key} again"
    assert again not in shown(place, "contributor", here)
    delete_task(place.owner, finding.task)
    page = shown(place, "contributor", here)
    assert again in page and "put away" in page
    assert post(place.contributor, home(place.owner, f"{here}task/"), {}).status_code == 302
    assert again not in shown(place, "contributor", here)


def test_it_says_that_it_happened_before(place: Place, finding: Finding) -> None:
    keep_findings(place.initiative, [], (), timezone.now())
    assert "It happened before" not in shown(place, "viewer", f"findings/{finding.public_id}/")
    fault = Fault(finding.cause, "silent", "refills", "IL", "critical", WORDS, EVIDENCE)
    keep_findings(place.initiative, [(fault, [place.initiative.pk])], (), timezone.now())
    again = Finding.objects.get(initiative=place.initiative, closed_at=None)
    assert "It happened before" in shown(place, "viewer", f"findings/{again.public_id}/")


def test_inbox_and_portfolio_lead_to_all_that_is_open(place: Place, finding: Finding) -> None:
    here = home(place.owner, "findings/")
    for page in ("inbox/", ""):
        assert f'href="{here}"' in shown(place, "viewer", page), page
    assert WORDS in shown(place, "viewer")
    inbox = home(place.owner, "inbox/")
    assert re.search(f'<a[^>]*href="{inbox}"[^>]*aria-current="page"', shown(place, "viewer"))


@pytest.mark.parametrize("tab", ["data/", "production/"])
def test_the_tabs_lead_to_what_is_open(place: Place, finding: Finding, tab: str) -> None:
    page: Any = get(place.viewer, place.url(tab))
    assert f"findings/{finding.public_id}/" in text(page)
    keep_findings(place.initiative, [], (), timezone.now())
    assert f"findings/{finding.public_id}/" not in text(get(place.viewer, place.url(tab)))


def test_the_files_have_the_filter_of_the_list(place: Place, finding: Finding) -> None:
    for ending in ("csv", "xlsx"):
        answer = get(place.viewer, home(place.owner, f"findings/findings.{ending}?state=open"))
        assert answer.status_code == 200
    whole = b"".join(get(place.viewer, home(place.owner, "findings/findings.csv")).streaming_content).decode()  # type: ignore[attr-defined]
    assert whole.count(WORDS.split(",")[0]) == 2 and whole.startswith("id,initiative,owner,")
    none = get(place.viewer, home(place.owner, "findings/findings.csv?state=closed"))
    assert WORDS.split(",")[0] not in b"".join(none.streaming_content).decode()  # type: ignore[attr-defined]

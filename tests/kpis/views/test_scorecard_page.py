"""The scorecard's page: read by all, changed by admins after a rehearsal."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kpis.models import Scorecard
from kpis.scoring.scorecard_parse import DEFAULT_PATH
from projects.models import JudgeDue
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, home, post, text

PAGE = "settings/scorecard/"
DEFAULT = DEFAULT_PATH.read_text(encoding="utf-8")
NAMED = DEFAULT.replace('version = "default-5"', 'version = "ours-1"')
NO_OWNER = 'id = "value.kpi_linked"'


def softer() -> str:
    """Return a scorecard that asks for no KPI."""
    head, rest = NAMED.split(NO_OWNER, 1)
    asked = 'required = { experiment = "required", standard = "required", critical = "required" }'
    return head + NO_OWNER + rest.replace(asked, asked.replace('"required"', '"off"'), 1)


def test_everybody_reads_it(place: Place) -> None:
    page = text(get(place.viewer, home(place.owner, PAGE)))
    assert "A KPI is tied to the initiative" in page and "default-5" in page
    assert ">Rehearse<" not in page
    assert get(place.stranger, home(place.owner, PAGE)).status_code == 404


def test_the_export_is_the_text_in_force(place: Place) -> None:
    answer = get(place.viewer, home(place.owner, f"{PAGE}export/"))
    assert text(answer) == DEFAULT
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_rehearsal_keeps_nothing(place: Place) -> None:
    answer = post(place.owner, home(place.owner, PAGE), {"source": softer()})
    page = text(answer)
    assert answer.status_code == 200
    assert "What it would change" in page and place.initiative.name in page and "value.kpi_linked" in page
    assert not Scorecard.objects.exists()


def test_a_rehearsal_without_differences_says_so(place: Place) -> None:
    assert "No verdict and no check would change." in text(
        post(place.owner, home(place.owner, PAGE), {"source": NAMED})
    )


def test_activating_puts_it_in_force_and_judges_anew(place: Place) -> None:
    rehearsed: Any = browser(place.owner).post(home(place.owner, PAGE), {"source": softer()})
    sent = {"source": rehearsed.context["rehearsed"].replace("\n", "\r\n"), "activate": "1"}
    assert post(place.owner, home(place.owner, PAGE), sent).status_code == 302
    kept = Scorecard.objects.get()
    assert (kept.active, kept.source, kept.author) == (True, softer(), place.owner.user)
    assert JudgeDue.objects.filter(initiative=place.initiative).exists()
    assert "Version 1" in text(get(place.viewer, home(place.owner, PAGE)))
    assert post(place.owner, home(place.owner, f"{PAGE}reset/"), {}).status_code == 302
    assert not Scorecard.objects.filter(active=True).exists()


def test_a_file_wins_over_the_text(place: Place) -> None:
    file = SimpleUploadedFile("ours.toml", NAMED.encode())
    answer: Any = browser(place.owner).post(home(place.owner, PAGE), {"source": "x = 1", "file": file})
    assert answer.status_code == 200
    assert answer.context["rehearsed"] == NAMED


@pytest.mark.parametrize("source", ["", "version = ", 'version = "x"', "\x01"])
def test_what_is_no_scorecard_is_refused_in_words(place: Place, source: str) -> None:
    for sent in ({"source": source}, {"source": source, "activate": "1"}):
        answer = post(place.owner, home(place.owner, PAGE), sent)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in text(answer)
    assert not Scorecard.objects.exists()


def test_a_file_that_is_no_text_is_refused(place: Place) -> None:
    file = SimpleUploadedFile("ours.toml", b"\xff\xfe")
    assert browser(place.owner).post(home(place.owner, PAGE), {"file": file}).status_code == 422


@pytest.mark.parametrize("rest", [PAGE, f"{PAGE}reset/"])
def test_only_admins_change_it(place: Place, rest: str) -> None:
    assert post(place.manager, home(place.owner, rest), {"source": NAMED, "activate": "1"}).status_code == 403
    assert post(place.stranger, home(place.owner, rest), {"source": NAMED}).status_code == 404
    assert not Scorecard.objects.exists()

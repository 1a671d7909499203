"""Search as the palette asks for it, and as a page."""

from __future__ import annotations

from datetime import date

import pytest

from projects.services.sprints import create_sprint
from projects.services.tasks import create_task, delete_task
from tests.kpis.views.conftest import Place
from tests.kpis.views.kpi_world import get, home, make_kpi, text


def test_the_palette_gets_options_alone(place: Place) -> None:
    make_kpi(place.owner)
    answer = get(place.viewer, home(place.owner, "search/?q=churn"), X_Palette="true")
    found = text(answer)
    assert "<html" not in found
    assert found.count('role="option"') == 2
    assert place.url() in found and home(place.owner, "kpis/churn-rate/") in found
    assert "X-Palette" in answer.headers["Vary"]


def test_tasks_are_found_by_key_and_title_and_sprints_by_name(place: Place) -> None:
    sprint = create_sprint(place.owner, name="Autumn", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 15))
    for title in ("Look at CHURN-2", "Train", "<b>Bold</b>"):
        create_task(place.owner, place.initiative, title=title)
    delete_task(place.owner, create_task(place.owner, place.initiative, title="Train again"))
    found = text(get(place.viewer, home(place.owner, "search/?q=churn-2"), X_Palette="true"))
    assert found.index("tasks/CHURN-2/") < found.index("tasks/CHURN-1/")
    found = text(get(place.viewer, home(place.owner, "search/?q=train")))
    assert "tasks/CHURN-2/" in found and "CHURN-4" not in found
    assert "&lt;b&gt;Bold" in text(get(place.viewer, home(place.owner, "search/?q=bold")))
    assert f"sprints/{sprint.public_id}/" in text(get(place.viewer, home(place.owner, "search/?q=autumn")))


def test_the_page_works_without_scripts(place: Place) -> None:
    found = text(get(place.owner, home(place.owner, "search/?q=good")))
    assert "<h1" in found and "Run · CHURN" in found and 'value="good"' in found


def test_without_words_it_offers_places_and_deeds(place: Place) -> None:
    owner, viewer = (text(get(person, home(place.owner, "search/"))) for person in (place.owner, place.viewer))
    assert "New KPI" in owner and "New initiative" in owner and "Connections" in owner
    assert "New KPI" not in viewer and "Connections" in viewer


@pytest.mark.parametrize("q", ["zzzz", "%", "\x01", "<script>", "x" * 5000, "'; DROP"])
def test_odd_words_find_nothing_and_harm_nothing(place: Place, q: str) -> None:
    answer = get(place.owner, home(place.owner, "search/") + "?q=" + q.replace("%", "%25"))
    assert answer.status_code == 200
    assert "<script>" not in text(answer).replace("<script src", "")


def test_strangers_find_nothing(place: Place) -> None:
    assert get(place.stranger, home(place.owner, "search/?q=churn")).status_code == 404
    assert place.url() not in text(get(place.stranger, home(place.stranger, "search/?q=churn")))

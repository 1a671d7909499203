"""Odd characters in a question of the page of sources of observations: each is told at its own field."""

from __future__ import annotations

import re
from html import unescape

import pytest
from pytest_django import Settings

from tests.kpis.source_world import connect
from tests.kpis.views.conftest import Place, browser

PRINTABLE = "This has printable characters only."
ASKED = {"kind": "errors", "name": "answers", "statement": "a.csv", "threshold": "0.5", "segment": "", "method": ""}
ASKED |= {"time_column": "day", "value_column": "rate", "begins": "2026-01-01", "time_form": "iso", "delimiter": ""}


@pytest.mark.parametrize("field", ["name", "method", "segment", "time_column", "value_column"])
@pytest.mark.parametrize("odd", ["\u202egnp.exe", "👩\u200d🔬"])
def test_characters_that_do_not_print_are_told_at_their_field(
    place: Place, settings: Settings, field: str, odd: str
) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    files = connect(place.owner, "csv_link", "http://127.0.0.1:9")
    sent = {**ASKED, "connection": files.public_id, "try": "", field: odd}
    answer = browser(place.owner).post(place.url("data/observing/"), sent)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert re.search(f'id="id_{field}_error">.*?<span>{PRINTABLE}</span>', page, re.DOTALL)
    assert page.count('class="error"') == page.count(PRINTABLE) == 1

"""What is observed, on the data tab and as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.selectors import observed
from projects.selectors.observed import observed_lines, observed_of
from tests.factories import EPOCH, make_initiative, make_series
from tests.kpis.views.conftest import Place, browser


def test_a_series_stands_with_its_newest_value_and_its_history(place: Place) -> None:
    make_series(place.initiative, range(40), segment="IL")
    make_series(place.initiative, [], name="announced")
    make_series(make_initiative(place.owner, "OTHER"), [1], name="others")
    (line,) = observed_of(place.initiative).lines
    assert (line.value, line.at, line.failing) == (39, EPOCH + timedelta(days=39), None)
    assert list(line.history) == list(range(10, 40))
    page = unescape(browser(place.viewer).get(place.url("data/")).content.decode())
    assert "Table of observed series" in page and ">refills</th>" in page and ">IL</td>" in page
    assert "others" not in page


def test_nothing_stands_where_nothing_is_observed(place: Place) -> None:
    assert "observed series" not in browser(place.viewer).get(place.url("data/")).content.decode()


def test_two_queries_and_two_hundred_lines(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observed, "SHOWN", 3)
    for number in range(5):
        make_series(place.initiative, [number], name=f"s{number}")
    with CaptureQueriesContext(connection) as queries:
        found = observed_of(place.initiative)
    assert (len(found.lines), found.size, len(queries)) == (3, 5, 3)
    assert "The first 3 are shown" in browser(place.viewer).get(place.url("data/")).content.decode()


def test_the_file_has_the_newest_of_every_series(place: Place) -> None:
    make_series(place.initiative, [1, 2], segment="IL")
    make_series(place.initiative, [3], kind="quality", name="amount")
    text = b"".join(browser(place.viewer).get(place.url("data/observed.csv"))).decode().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["kind"], row["name"], row["segment"], float(row["value"])) for row in rows] == [
        ("quality", "amount", "", 3),
        ("volume", "refills", "IL", 2),
    ]
    with CaptureQueriesContext(connection) as queries:
        list(observed_lines(place.initiative))
    assert len(queries) == 1

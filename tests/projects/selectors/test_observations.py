"""The newest observations are read from an index: what a page costs does not grow with the table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from projects.models import Observation
from projects.selectors.observations import observation_list
from tests.factories import EPOCH, make_initiative, make_series, make_workspace

ADD = """
    INSERT INTO projects_observation (series_id, time, value, method, reference, recorded_at)
    SELECT id, day, 1, '', '', day FROM projects_observedseries, generate_series(%s, %s, interval '1 day') AS day
"""


def steps(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the steps of a query plan."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from steps(each)


@pytest.mark.django_db
def test_the_newest_page_is_read_from_the_index_by_time() -> None:
    owner = make_workspace()
    here, other = make_initiative(owner, "REFILLS"), make_initiative(owner, "CHURN")
    for n in range(20):
        make_series(here if n % 2 else other, segment=f"s{n}")
    with connection.cursor() as cursor:
        cursor.execute(ADD, [EPOCH, EPOCH + timedelta(days=999)])
        cursor.execute("ANALYZE projects_observation, projects_observedseries")
    assert Observation.objects.count() == 20_000
    asked = observation_list(here, {}).order_by("-time", "-pk")
    later = asked.filter(time__lt=EPOCH + timedelta(days=500))
    for page in (asked[:101], later[:101]):
        (plan,) = json.loads(page.explain(format="json", analyze=True))
        found = list(steps(plan["Plan"]))
        assert "observation_by_time" in [each.get("Index Name") for each in found]
        assert not [each for each in found if each["Node Type"] == "Sort"]
        # Half of the newest rows are another initiative's.
        assert all(each["Actual Rows"] * each["Actual Loops"] <= 500 for each in found)

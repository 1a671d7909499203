"""A moment is known here or not, whichever field it comes in by: 1970 to 2199."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from rest_framework import serializers

from kpis.services.fields import Fields
from kpis.services.reading_input import read_time
from mltrack.periods import parse_period
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import DayField
from projects.connectors.mlflow.values import moment
from projects.services.run_input import parse_run

ENDS = [("1969-12-31", False), ("1970-01-02", True), ("2199-12-31", True), ("2200-01-01", False)]


def given(kind: str, text: str) -> object:
    """Return what the fields of a service read; raise ValidationError."""
    fields = Fields({"at": text}, ("at",))
    found = fields.moment("at") if kind == "moment" else fields.day("at")
    fields.finish()
    return found


def known(text: str) -> object:
    """Return the run that ended then; raise ValueError."""
    run, faults = parse_run({"external_id": "r1", "ended_at": f"{text}T00:00:00Z"})
    if faults:
        raise ValueError(faults)
    return run


def reading(text: str) -> object:
    """Return the moment of a reading; raise ValueError."""
    found, why = read_time(f"{text}T00:00:00Z", ZoneInfo("UTC"))
    if why:
        raise ValueError(why)
    return found


READERS: dict[str, Callable[[str], object]] = {
    "moment of the API": lambda text: UTCDateTimeField().run_validation(f"{text}T00:00:00Z"),
    "day of the API": lambda text: DayField().run_validation(text),
    "moment of a service": lambda text: given("moment", f"{text}T00:00:00Z"),
    "day of a service": lambda text: given("day", text),
    "period": parse_period,
    "pushed run": known,
    "reading": reading,
    "MLflow's time": lambda text: moment(
        int(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp() * 1000)
    ),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("text", "is_known"), ENDS)
def test_the_first_and_the_last_year_are_the_same_everywhere(reader: str, text: str, is_known: bool) -> None:
    if is_known:
        assert READERS[reader](text)
        return
    with pytest.raises((serializers.ValidationError, ValidationError, ValueError)):
        READERS[reader](text)

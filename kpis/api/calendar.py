"""How the workspace counts weeks and fiscal years."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.models import Workspace
from mltrack.accounts.models.workspaces import Weekday
from mltrack.accounts.policy import Power
from mltrack.accounts.services.workspaces import set_calendar
from mltrack.rest.serializers import StrictSerializer, answer_of

WEEKDAYS: Final = {"monday": Weekday.MONDAY, "sunday": Weekday.SUNDAY}


class CalendarShape(StrictSerializer):
    """Whose days it lives by, on which day weeks begin, and in which month (1 is January) fiscal years do."""

    zone = serializers.CharField(max_length=64, required=False, help_text="An IANA name, as Europe/Berlin.")
    first_weekday = serializers.ChoiceField(list(WEEKDAYS), required=False)
    fiscal_month = serializers.IntegerField(min_value=1, max_value=12, required=False)


class Calendar(Endpoint):
    """The workspace's calendar."""

    powers = {"GET": Power.READ, "PATCH": Power.ADMINISTER}

    @extend_schema(responses=CalendarShape)
    def get(self, request: Request) -> Response:
        """Show how the workspace counts."""
        return self.ok(_shown(self.principal.workspace))

    @extend_schema(request=CalendarShape, responses=CalendarShape)
    def patch(self, request: Request) -> Response:
        """Count otherwise from now on; readings stay, the periods they fall into change."""
        given = self.body(CalendarShape, partial=True)
        if "first_weekday" in given:
            given["first_weekday"] = WEEKDAYS[given["first_weekday"]]
        return self.ok(_shown(set_calendar(self.principal, **given)))


def _shown(workspace: Workspace) -> Any:
    names = {day: name for name, day in WEEKDAYS.items()}
    shown = {
        "zone": workspace.zone,
        "first_weekday": names[Weekday(workspace.first_weekday)],
        "fiscal_month": workspace.fiscal_month,
    }
    return answer_of(CalendarShape, shown)

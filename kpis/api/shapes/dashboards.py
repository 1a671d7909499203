"""Dashboards, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from kpis.scoring.dashboards.kinds import COLUMNS, KINDS, LONGEST_TEXT, MOST_PANELS
from kpis.scoring.dashboards.ranges import NAMES
from kpis.scoring.filters import LONGEST
from kpis.services.dashboards import LIMITS
from kpis.services.panel_input import LONGEST_TITLE
from mltrack.rest.fields import JSONMapField, UTCDateTimeField
from mltrack.rest.plain_fields import DayField, optional_text
from mltrack.rest.query import Params
from mltrack.rest.serializers import StrictSerializer


class DashboardsParams(Params):
    """Which dashboards are listed."""

    archived = serializers.BooleanField(required=False, default=False, help_text="Those put away.")


class DataParams(Params):
    """What a dashboard is about."""

    q = serializers.CharField(
        max_length=LONGEST,
        required=False,
        default="",
        allow_blank=True,
        help_text="A filter of the portfolio, on top of those of the panels.",
    )
    range = serializers.ChoiceField(
        NAMES, required=False, help_text="A named period: what charts show and by when something is to be ready."
    )


class PanelIn(StrictSerializer):
    """One panel; what is left out is as usual for its kind. docs/dashboards.md lists the settings of each kind."""

    kind = serializers.ChoiceField(list(KINDS))
    title = optional_text(LONGEST_TITLE)
    width = serializers.IntegerField(min_value=1, max_value=COLUMNS, required=False)
    settings = JSONMapField(max_keys=10, value_length=LONGEST_TEXT, required=False)


class DashboardEdit(StrictSerializer):
    """What can be changed; `panels` replaces all of them, in order."""

    name = serializers.CharField(max_length=LIMITS["name"])
    team = optional_text(LIMITS["team"])
    description = optional_text(LIMITS["description"])
    panels = serializers.ListField(child=PanelIn(), required=False, max_length=MOST_PANELS)
    archived = serializers.BooleanField(required=False)


class DashboardIn(DashboardEdit):
    """A new dashboard; without a key one is made of the name."""

    key = serializers.CharField(max_length=60, required=False, allow_blank=True)
    archived = None  # type: ignore[assignment]


class PanelOut(StrictSerializer):
    """One panel; the id of a panel that ships is empty."""

    id = serializers.CharField(allow_blank=True)
    kind = serializers.CharField()
    title = serializers.CharField()
    width = serializers.IntegerField()
    settings = serializers.DictField()


class DashboardOut(StrictSerializer):
    """A dashboard with its panels in order; one that ships has version 0."""

    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    description = serializers.CharField()
    version = serializers.IntegerField()
    shipped = serializers.BooleanField(source="is_shipped")
    archived = serializers.BooleanField()
    panels = PanelOut(many=True)


class DashboardLineOut(StrictSerializer):
    """A dashboard in the list; `panels` says how many it has."""

    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    description = serializers.CharField()
    panels = serializers.IntegerField()
    shipped = serializers.BooleanField(source="is_shipped")


class RangeOut(StrictSerializer):
    """The time; `name` is "" for the present quarter that nobody asked for."""

    name = serializers.CharField(allow_blank=True)
    first = DayField()
    last = DayField()
    words = serializers.CharField()


class PanelDataOut(StrictSerializer):
    """What a panel shows: `data` by kind, null with the reason as `problem`."""

    id = serializers.CharField(allow_blank=True)
    position = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    width = serializers.IntegerField()
    problem = serializers.CharField(allow_blank=True)
    data = serializers.DictField(allow_null=True)  # type: ignore[assignment]


class DashboardDataOut(StrictSerializer):
    """A dashboard with what its panels show, as on its page."""

    key = serializers.CharField()
    name = serializers.CharField()
    as_of = UTCDateTimeField()
    range = RangeOut()
    panels = PanelDataOut(many=True)

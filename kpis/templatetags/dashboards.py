"""What the panels of dashboards draw: figures as JSON, and the numbers of a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from kpis.charts import kpi_figure
from kpis.selectors.dashboard_page import DashboardPage, ShownPanel
from kpis.selectors.panel_delivery import WeekRow
from kpis.selectors.panel_kpis import ChartData

register = template.Library()


@register.simple_tag
def chart_json(data: ChartData) -> str:
    """The figure of a chart as JSON, to be escaped as an attribute: the page needs no further request for it."""
    return json.dumps(kpi_figure(data.detail, timezone.now()), allow_nan=False)


@register.simple_tag
def chart_columns() -> tuple[str, str]:
    """The heads of a chart's numbers."""
    return gettext("Period"), gettext("Value")


@register.simple_tag
def weekly(weeks: Sequence[WeekRow]) -> tuple[int, ...]:
    """The tasks that were done by week."""
    return tuple(each.done for each in weeks)


@register.simple_tag(takes_context=True)
def panel_body(context: Mapping[str, Any], panel: ShownPanel) -> SafeString:
    """What a panel shows below its title, drawn once for as long as its data are kept. It knows of no request."""
    page: DashboardPage = context["page"]
    way = page.workspace.key, panel.position, page.is_shared, get_language(), timezone.get_current_timezone_name()
    drawn = {} if panel.drawn is None else panel.drawn
    if way not in drawn:
        drawn[way] = render_to_string(panel.template, {"page": page, "panel": panel, "data": panel.data})
    return drawn[way]


@register.simple_block_tag(takes_context=True)
def onward(context: Mapping[str, Any], content: str, to: str, css: str = "") -> str:
    """What leads to a page of its own, except where a link shows the dashboard to who has no account."""
    if context["page"].is_shared:
        return format_html('<span class="{}">{}</span>', css, content) if css else content
    if css:
        return format_html('<a class="{}" href="{}">{}</a>', css, to, content)
    return format_html('<a href="{}">{}</a>', to, content)

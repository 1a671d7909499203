"""The figures of views behind share links, by kind and name, from what their pages are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from kpis.charts import Figure
from kpis.charts.kpis import story_figure

FIGURES: Final[Mapping[str, Mapping[str, Callable[[Mapping[str, Any], datetime], Figure]]]] = {
    "kpi": {"history": lambda page, now: story_figure(page["detail"], page["marks"], page["ahead"], now)},
}

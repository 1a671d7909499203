"""How all kept forecasts of a workspace did, summed up by the database: as `kpis.scoring.forecast.calibration` says.

Whatever was kept, one row comes back. The index `forecast_scores` holds all that is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import connection

from kpis.scoring.forecast.calibration import Calibration, DateScore, Sharpness, date_score
from mltrack.accounts.models import Workspace

_LEVELS: Final[Mapping[str, float]] = {"p50": 0.5, "p85": 0.85, "owner": 0.5, "beside": 0.5}
# `kind` is what is scored; an owner's date counts where P50 of the same forecast is due too, and `beside` is that P50.
_SCORES: Final = """
WITH kept AS MATERIALIZED (
    SELECT f.initiative_id, f.as_of, f.p50, f.p85, f.mass50, f.mass85, f.target_date, f.reached_on, f.cancelled_on
    FROM kpis_forecast f JOIN projects_initiative i ON i.id = f.initiative_id
    WHERE i.workspace_id = %(workspace)s
), due AS (
    SELECT kept.initiative_id, asked.kind, asked.level, asked.claimed, asked.day, kept.reached_on,
        COALESCE(kept.reached_on, kept.cancelled_on, %(today)s + 1) AS actual
    FROM kept CROSS JOIN LATERAL (VALUES
        ('p50', 0.5::float8, kept.p50, kept.mass50, kept.p50),
        ('p85', 0.85::float8, kept.p85, kept.mass85, kept.p85),
        ('owner', 0.5::float8, kept.target_date, NULL::float8, kept.target_date),
        ('beside', 0.5::float8, kept.p50, kept.mass50, kept.target_date)
    ) asked (kind, level, day, claimed, other)
    WHERE kept.p50 IS NOT NULL AND asked.other IS NOT NULL AND asked.day < %(today)s
      AND (kept.cancelled_on IS NULL OR kept.cancelled_on > asked.day)
      AND (asked.kind IN ('p50', 'p85') OR (kept.target_date < %(today)s AND kept.p50 < %(today)s
          AND (kept.cancelled_on IS NULL OR kept.cancelled_on > GREATEST(kept.p50, kept.target_date))))
), of_initiatives AS (
    SELECT kind, initiative_id, count(*) AS forecasts, count(*) FILTER (WHERE reached_on IS NULL) AS unfinished,
        avg((reached_on IS NOT NULL AND reached_on <= day)::int::float8) AS hit, avg(claimed) AS claimed,
        avg(CASE WHEN actual >= day THEN level * (actual - day) ELSE (1 - level) * (day - actual) END) AS loss
    FROM due GROUP BY kind, initiative_id
), scores AS (
    SELECT kind, count(*) AS n, sum(forecasts)::int8 AS forecasts, avg(hit) AS coverage, avg(claimed) AS claimed,
        avg(loss) AS loss, sum(unfinished)::int8 AS unfinished
    FROM of_initiatives GROUP BY kind
), counts AS (
    SELECT count(*) AS kept, count(*) FILTER (WHERE p85 IS NULL) AS without_date,
        count(*) FILTER (WHERE cancelled_on <= p85) AS cancelled,
        count(*) FILTER (WHERE p85 >= %(today)s AND (cancelled_on IS NULL OR cancelled_on > p85)) AS open,
        avg((p85 - p50)::float8) AS width, avg((p85 - as_of)::float8) AS ahead,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY (p85 - p50)::float8) AS width_median
    FROM kept
)
SELECT (SELECT to_json(counts)::text FROM counts), (SELECT json_object_agg(kind, to_json(scores))::text FROM scores)
"""


def forecast_scores(workspace: Workspace, today: date) -> Calibration:
    """Return how forecasts did whose days were over before `today`, in one query that reads each one kept once."""
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, {"workspace": workspace.pk, "today": today})
        counted, scored = cursor.fetchone()
    found, told = json.loads(counted), json.loads(scored or "{}")
    dated = found["kept"] - found["without_date"]
    width = Sharpness(dated, found["width"], found["width_median"], found["ahead"]) if dated else None
    scores = {kind: _score(level, told.get(kind)) for kind, level in _LEVELS.items()}
    return Calibration(
        p50=scores["p50"],
        p85=scores["p85"],
        owner=scores["owner"],
        beside=scores["beside"],
        sharpness=width,
        **{name: found[name] for name in ("kept", "without_date", "open", "cancelled")},
    )


def _score(level: float, told: Mapping[str, Any] | None) -> DateScore | None:
    if told is None:
        return None
    return date_score(level, **{name: value for name, value in told.items() if name != "kind"})

"""How long each judgement and forecast is kept, and which are kept for ever."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from mltrack.batches import MOST, delete_in_batches

# A judgement stands from its own moment until the next one's. What goes stood only before the limit, said the same
# verdict as the one before it, and no gate decided while it stood.
_SNAPSHOTS: Final = """
DELETE FROM kpis_readinesssnapshot WHERE id IN (
    SELECT s.id FROM kpis_readinesssnapshot s
    CROSS JOIN LATERAL (
        SELECT n.at FROM kpis_readinesssnapshot n
        WHERE n.initiative_id = s.initiative_id AND (n.at, n.id) > (s.at, s.id) ORDER BY n.at, n.id LIMIT 1) next
    CROSS JOIN LATERAL (
        SELECT p.verdict FROM kpis_readinesssnapshot p
        WHERE p.initiative_id = s.initiative_id AND (p.at, p.id) < (s.at, s.id)
        ORDER BY p.at DESC, p.id DESC LIMIT 1) before
    WHERE NOT s.is_latest AND s.verdict = before.verdict
      AND s.at < now() - make_interval(days => %(days)s) AND next.at < now() - make_interval(days => %(days)s)
      AND NOT EXISTS (
        SELECT FROM kpis_gatedecision g
        WHERE g.initiative_id = s.initiative_id AND g.at >= s.at AND g.at < next.at)
    LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED)
"""


def drop_old_snapshots(most: int = MOST) -> int:
    """Drop judgements that ended to stand `MLTRACK_KEEP_SNAPSHOT_DAYS` ago and changed nothing.

    Kept for ever: the first of an initiative, the newest, each whose verdict differs from the one before, and each
    that stood when a gate decided. So the verdict at any moment stays what it was. Return how many went; 0 days
    keep everything.
    """
    days: int = settings.MLTRACK_KEEP_SNAPSHOT_DAYS
    return delete_in_batches(_SNAPSHOTS, {"days": days}, most) if days else 0


# The last forecast of each day of an initiative stays, and so the newest of all.
_FORECASTS: Final = """
DELETE FROM kpis_forecast WHERE id IN (
    SELECT f.id FROM kpis_forecast f
    WHERE f.made_at < now() - make_interval(days => %(days)s) AND EXISTS (
        SELECT FROM kpis_forecast later
        WHERE later.initiative_id = f.initiative_id AND later.as_of = f.as_of AND later.id > f.id)
    LIMIT %(limit)s FOR UPDATE OF f SKIP LOCKED)
"""


def drop_old_forecasts(most: int = MOST) -> int:
    """Drop of forecasts made `MLTRACK_KEEP_FORECAST_DAYS` ago all but the last of each day of an initiative.

    Return how many went; 0 days keep everything.
    """
    days: int = settings.MLTRACK_KEEP_FORECAST_DAYS
    return delete_in_batches(_FORECASTS, {"days": days}, most) if days else 0

"""How long the story of pulls and the cases of evaluations are kept."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from mltrack.batches import MOST, delete_in_batches

# The newest of each connection stays, however old: it says how the last pull ended.
_ATTEMPTS: Final = """
DELETE FROM projects_syncattempt WHERE id IN (
    SELECT a.id FROM projects_syncattempt a
    WHERE a.state IN ('done', 'failed') AND a.ended_at < now() - make_interval(days => %(days)s)
      AND EXISTS (SELECT FROM projects_syncattempt n WHERE n.connection_id = a.connection_id AND n.id > a.id)
    LIMIT %(limit)s FOR UPDATE OF a SKIP LOCKED)
"""
_CASES: Final = """
DELETE FROM projects_caseblock WHERE id IN (
    SELECT b.id FROM projects_caseblock b JOIN projects_evaluation e ON e.id = b.evaluation_id
    WHERE e.cases_until < now()
    LIMIT %(limit)s FOR UPDATE OF b SKIP LOCKED)
"""
_DELIVERIES: Final = """
DELETE FROM projects_nudgedelivery WHERE id IN (
    SELECT id FROM projects_nudgedelivery WHERE at < now() - interval '1 day' LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""


def drop_old_attempts(most: int = MOST) -> int:
    """Drop ended attempts older than `MLTRACK_KEEP_ATTEMPT_DAYS`, all but the newest of a connection.

    Return how many went; 0 days keep everything.
    """
    days: int = settings.MLTRACK_KEEP_ATTEMPT_DAYS
    return delete_in_batches(_ATTEMPTS, {"days": days}, most) if days else 0


def drop_old_cases(most: int = MOST) -> int:
    """Drop the cases of evaluations whose `cases_until` has come; return how many blocks went. Pairings stay."""
    return delete_in_batches(_CASES, {}, most)


def drop_old_deliveries(most: int = MOST) -> int:
    """Forget webhooks that came more than a day ago; return how many."""
    return delete_in_batches(_DELIVERIES, {}, most)

"""What a judgement knows of observed data and of production, from the rows that it reads of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from kpis.scoring.observed import Figure, ObservedFacts, OpenFinding, Seen
from kpis.selectors.paths import finding_path
from projects.models import Initiative

MOST_FIGURES: Final = 500
"""How many newest values of a kind are read: those with a target first, then those beyond their threshold, then the
oldest. Where there are more, a judgement says so."""
OBSERVED: Final = """
    (SELECT json_build_object('watch', (SELECT document FROM kpis_monitorwatch WHERE initiative_id = %(initiative)s),
        'open', (SELECT json_agg(json_build_array(kind, public_id, words)) FROM (
            SELECT kind, public_id, words FROM projects_finding WHERE initiative_id = %(initiative)s
                AND closed_at IS NULL AND kind IN ('silent', 'stopped', 'drift', 'quality', 'evaluation')
            ORDER BY id LIMIT %(named)s) row),
        'oldest', (SELECT json_object_agg(row.kind,
                json_build_array(row.kind, row.name, row.segment, row.last_at)) FROM (
            SELECT DISTINCT ON (series.kind) series.kind, series.name, series.segment, series.last_at
            FROM projects_observedseries series JOIN projects_observation value
                ON value.series_id = series.id AND value.time = series.last_at AND value.threshold IS NOT NULL
            WHERE series.initiative_id = %(initiative)s AND series.kind IN ('drift', 'quality')
                AND series.ended_at IS NULL
            ORDER BY series.kind, series.last_at, series.id) row),
        'figures', (SELECT json_agg(json_build_object('seen', json_build_array(row.kind, row.name, row.segment,
                row.last_at), 'value', row.value, 'n', row.n, 'threshold', row.threshold, 'series', row.series)
                ORDER BY row.kind, row.name, row.segment) FROM (
            SELECT series.kind, series.name, series.segment, series.last_at, value.value, value.n, value.threshold,
                count(*) OVER (PARTITION BY series.kind) AS series,
                row_number() OVER (PARTITION BY series.kind ORDER BY series.name IN (SELECT metric FROM kpis_target
                    WHERE initiative_id = %(initiative)s AND state = 'active') DESC,
                    coalesce(value.value > value.threshold, false) DESC, series.last_at, series.id) AS place
            FROM projects_observedseries series JOIN projects_observation value
                ON value.series_id = series.id AND value.time = series.last_at
            WHERE series.initiative_id = %(initiative)s AND series.kind IN ('latency', 'errors', 'cost')
                AND series.ended_at IS NULL) row
            WHERE row.place <= %(figures)s),
        'newest', (SELECT json_build_array(kind, name, segment, last_at) FROM projects_observedseries
            WHERE initiative_id = %(initiative)s AND kind IN ('volume', 'latency', 'errors') AND last_at IS NOT NULL
                AND ended_at IS NULL
            ORDER BY last_at DESC, id LIMIT 1),
        'probed_at', (SELECT max(last_at) FROM projects_endpointprobe
            WHERE initiative_id = %(initiative)s AND environment = 'production'),
        'audited', (SELECT json_build_array('evaluation', coalesce(nullif(told.name, ''), told.public_id), '', told.at)
            FROM projects_evaluation told LEFT JOIN (
                SELECT live.run_id, live.model_version_id, version.run_id AS version_run_id
                FROM projects_deployment live LEFT JOIN projects_modelversion version
                    ON version.id = live.model_version_id
                WHERE live.initiative_id = %(initiative)s AND live.environment = 'production' AND live.state = 'live'
                ORDER BY live.at DESC, live.id DESC LIMIT 1) live ON true
            WHERE told.initiative_id = %(initiative)s AND told.purpose = 'production'
                AND (coalesce(live.run_id, live.model_version_id) IS NULL OR told.run_id = live.run_id
                    OR told.run_id = live.version_run_id OR told.model_version_id = live.model_version_id)
            ORDER BY told.at DESC, told.id DESC LIMIT 1),
        'owned', EXISTS (SELECT 1 FROM projects_initiative ours JOIN accounts_member member
                ON member.workspace_id = ours.workspace_id AND member.user_id = ours.owner_id
            JOIN accounts_user person ON person.id = member.user_id AND person.is_active
            WHERE ours.id = %(initiative)s))) AS observed,"""


def observed_facts(initiative: Initiative, said: Mapping[str, Any]) -> ObservedFacts:
    """Return what `OBSERVED` reads as facts; each part is null where there is nothing.

    Moments bear the offset of the workspace's zone, so that words name its days; the initiative's workspace is loaded.
    """
    zone = ZoneInfo(initiative.workspace.zone)
    watch = said["watch"] or {}
    kinds = watch.get("kinds", {})
    probed = said["probed_at"]
    return ObservedFacts(
        watched=watch.get("watched", 0),
        small=watch.get("small_count", 0),
        new=watch.get("new_count", 0),
        judged={kind: count["judged"] for kind, count in kinds.items()},
        unjudged={kind: count["unjudged"] for kind, count in kinds.items()},
        open=tuple(
            OpenFinding(kind, finding_id, words, finding_path(initiative.workspace, finding_id))
            for kind, finding_id, words in said["open"] or ()
        ),
        oldest={kind: _seen(each, zone) for kind, each in (said["oldest"] or {}).items()},
        figures=tuple(
            Figure(_seen(each["seen"], zone), each["value"], each["n"], each["threshold"])
            for each in said["figures"] or ()
        ),
        series={each["seen"][0]: each["series"] for each in said["figures"] or ()},
        newest=_seen(said["newest"], zone) if said["newest"] else None,
        probed_at=_moment(probed, zone) if probed else None,
        audited=_seen(said["audited"], zone) if said["audited"] else None,
        owned=said["owned"],
    )


def _seen(row: list[Any], zone: tzinfo) -> Seen:
    kind, name, segment, at = row
    return Seen(kind, name, segment, _moment(at, zone))


def _moment(text: str, zone: tzinfo) -> datetime:
    """Return a moment with the offset that the zone had then: it stays fixed, as sums of days are sums of hours."""
    local = datetime.fromisoformat(text).astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))

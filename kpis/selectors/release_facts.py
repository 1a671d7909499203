"""What a judgement knows of deployments and rollbacks, from the rows that it reads of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from kpis.scoring.inputs import ReleaseFacts, RollbackFacts
from kpis.selectors.paths import production_path
from projects.models import Initiative

# Deployments of before have no kept changes: one that still is a canary has been one since it arrived.
RELEASES: Final = """
    (SELECT json_agg(row ORDER BY row.at DESC, row.id DESC) FROM (
        SELECT each.id, each.version, each.environment, each.state, each.at, each.image_digest AS image,
            coalesce(run.public_id, made.public_id, '') AS run, coalesce(model.public_id, '') AS model_version,
            coalesce((SELECT min(change.at) FROM projects_deploymentchange change
                WHERE change.deployment_id = each.id AND change.after IN ('canary', 'shadow')),
                CASE WHEN each.state IN ('canary', 'shadow') THEN each.at END) AS beside_at
        FROM projects_deployment each LEFT JOIN projects_run run ON run.id = each.run_id
            LEFT JOIN projects_modelversion model ON model.id = each.model_version_id
            LEFT JOIN projects_run made ON made.id = model.run_id
        WHERE each.initiative_id = %(initiative)s ORDER BY each.at DESC, each.id DESC LIMIT 100) row) AS releases,
    (SELECT row_to_json(row) FROM (
        SELECT kind, environment, at, seconds, from_version, to_version FROM projects_rollback
        WHERE initiative_id = %(initiative)s ORDER BY at DESC, id DESC LIMIT 1) row) AS rollback,"""


def release_facts(initiative: Initiative, rows: Iterable[Mapping[str, Any]] | None) -> tuple[ReleaseFacts, ...]:
    """Return deployments as facts, in their order."""
    url = production_path(initiative)
    return tuple(
        ReleaseFacts(
            version=row["version"],
            environment=row["environment"],
            state=row["state"],
            at=datetime.fromisoformat(row["at"]),
            image=row["image"],
            run=row["run"],
            model_version=row["model_version"],
            beside_at=datetime.fromisoformat(row["beside_at"]) if row["beside_at"] else None,
            url=url,
        )
        for row in rows or ()
    )


def rollback_facts(initiative: Initiative, row: Mapping[str, Any] | None) -> RollbackFacts | None:
    """Return the newest rollback as a fact, None without any."""
    if row is None:
        return None
    change = f"{row['from_version']} → {row['to_version']}" if row["to_version"] else ""
    at, url = datetime.fromisoformat(row["at"]), production_path(initiative)
    return RollbackFacts(row["kind"], row["environment"], at, row["seconds"], change, url)

"""What the sample tells of production: what runs where, where its data comes from, and what is observed of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kpis.samples.observed import observations_of
from mltrack.accounts.access import Principal
from projects.models import DataSource, Initiative
from projects.services.data_sources import create_source
from projects.services.deployments import record_deployment
from projects.services.observations import record_observations


def tell_production(principal: Principal, initiative: Initiative, text: Mapping[str, Any], now: datetime) -> None:
    """Keep what a story says of its deployment, of the source of its data and of what came from it."""
    if "deployed" in text:
        record_deployment(principal, initiative, **text["deployed"])
    if "observed" not in text:
        return
    told, source = text["observed"], text["source"]
    if not DataSource.objects.filter(workspace=principal.workspace, key=source["key"]).exists():
        features = [(initiative.key, told["name"]), (initiative.key, told["drift"])]
        create_source(principal, **source, features=features)
    record_observations(principal, initiative, observations_of(told, now))

"""Whether endpoints answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import Http404

from projects.models import Deployment, EndpointProbe, Initiative

NEWEST: Final = 50


def probes_of(initiative: Initiative) -> Mapping[str, EndpointProbe]:
    """Return the probes of an initiative by environment, in one query."""
    return {each.environment: each for each in EndpointProbe.objects.filter(initiative=initiative)}


def probe_of(deployment: Deployment) -> EndpointProbe:
    """Return the probe of a deployment's environment, with its newest answers as `newest`. Raises Http404."""
    ours = EndpointProbe.objects.filter(initiative=deployment.initiative_id, environment=deployment.environment)
    found = ours.first()
    if found is None:
        raise Http404("Nobody asks this endpoint.")
    found.newest = list(found.results.order_by("-id")[:NEWEST])  # type: ignore[attr-defined]
    return found

"""One slow endpoint stops nobody else."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mltrack.celery import app
from projects.models import EndpointProbe
from projects.services.deployments import record_deployment
from projects.services.probes import set_probe
from projects.tasks import probe_endpoint, sweep_probes
from tests.factories import make_initiative, make_workspace
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sweep_wakes_workers_of_the_pulls(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    owner = make_workspace()
    initiative = make_initiative(owner)
    with HostileServer(raw(200, b"ready")) as server:
        live, _ = record_deployment(owner, initiative, environment="production", version="1", endpoint=server.url)
        probe = set_probe(owner, live)
        with app.connection_for_write() as broker:
            queue = broker.SimpleQueue("pulls")
            queue.clear()
            sweep_probes()
            message = queue.get(timeout=5)
            queue.close()
        assert message.payload[0] == [probe.pk]
        probe_endpoint(probe.pk)
    assert EndpointProbe.objects.get().state == "up"

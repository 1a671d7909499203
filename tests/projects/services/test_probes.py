"""Probes against a server that misbehaves: slow, failing, redirecting inwards, answering with an error page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from mltrack.accounts.access import Principal
from projects.models import Deployment, EndpointProbe, Finding, Initiative, JudgeDue, ProbeResult
from projects.services import probes
from projects.services.deployments import record_deployment
from projects.services.endpoints import MOST_BYTES, ask_endpoint
from projects.services.findings import keep_findings
from projects.services.probes import due_probes, remove_probe, run_probe, set_probe
from tests.factories import make_initiative, make_workspace
from tests.servers.hostile import Answer, Handler, HostileServer, raw

pytestmark = pytest.mark.django_db
WELL = raw(200, b"ready")


@pytest.fixture
def server(settings: Settings) -> Iterator[HostileServer]:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with HostileServer(WELL) as server:
        yield server


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def live_at(owner: Principal, initiative: Initiative, address: str, **fields: Any) -> Deployment:
    return record_deployment(
        owner, initiative, **{"environment": "production", "version": "1", "endpoint": address, **fields}
    )[0]


def probed(owner: Principal, deployment: Deployment, **fields: Any) -> EndpointProbe:
    probe = set_probe(owner, deployment, **fields)
    run_probe(probe.pk)
    probe.refresh_from_db()
    return probe


def silent(handler: Handler) -> None:
    """Say nothing until the test ends."""
    handler.server.owner.released.wait(30)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (raw(500, b"boom"), 500, "The server failed (500)."),
        (raw(404, b"no"), 404, ""),
        (raw(302, b"", Location="http://169.254.169.254/latest/"), 302, "The server redirects (302)"),
        (raw(200, b"<h1>Something went wrong</h1>"), None, "It answered, but without the expected text 'ready'."),
        (raw(200, b"x" * (MOST_BYTES + 1)), None, ""),
        (silent, None, "did not finish its answer within 0.5 seconds"),
    ],
)
def test_what_is_no_answer_is_told(server: HostileServer, answer: Answer, status: int | None, words: str) -> None:
    server.script[:] = [answer]
    begun = time.monotonic()
    found = ask_endpoint(f"{server.url}/predict?dry=1", "ready", patience=0.5 if answer is silent else 20)
    assert (found.ok, found.status) == (False, status)
    assert words in found.words and found.words
    assert time.monotonic() - begun < 15
    assert [(seen[0], seen[1]) for seen in server.seen] == [("GET", "/predict?dry=1")]


def test_a_good_answer_has_its_time(server: HostileServer) -> None:
    found = ask_endpoint(f"{server.url}/health", "ready")
    assert (found.ok, found.words) == (True, "") and 0 <= found.ms < 5_000
    assert server.seen[0][1] == "/health"


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest/", "http://127.0.0.1:1/", "http://user:x@h.invalid/"]
)
def test_no_way_leads_inwards_by_default(settings: Settings, address: str) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = []
    found = ask_endpoint(address, "")
    assert not found.ok and found.words


def test_it_goes_down_and_up_and_asks_less_often_meanwhile(
    server: HostileServer, owner: Principal, initiative: Initiative
) -> None:
    live = live_at(owner, initiative, server.url)
    probe = probed(owner, live, interval_seconds=60)
    assert (probe.state, probe.failures, probe.last_words) == ("up", 0, "")
    assert run_probe(probe.pk) is None, "it is not due"
    server.script[:] = [raw(503)]
    waits = []
    for _ in range(9):
        EndpointProbe.objects.update(due_at=timezone.now())
        run_probe(probe.pk)
        probe.refresh_from_db()
        waits.append((probe.due_at - timezone.now()).total_seconds())
    assert (probe.state, probe.failures) == ("down", 9)
    # 5 s · 2^9 = 2,560 s, spread by half up and down.
    assert 50 < waits[0] < 70 and 1_270 < waits[-1] < 3_850
    server.script[:] = [WELL]
    EndpointProbe.objects.update(due_at=timezone.now())
    run_probe(probe.pk)
    probe.refresh_from_db()
    assert (probe.state, probe.failures) == ("up", 0)
    assert list(probe.results.order_by("id").values_list("ok", flat=True)) == [True, *[False] * 9, True]


def test_answers_are_bounded_in_number(
    server: HostileServer, owner: Principal, initiative: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "MOST_RESULTS", 3)
    probe = probed(owner, live_at(owner, initiative, server.url))
    for _ in range(5):
        EndpointProbe.objects.update(due_at=timezone.now())
        run_probe(probe.pk)
    assert ProbeResult.objects.count() == 3


def test_whatever_is_live_is_asked(server: HostileServer, owner: Principal, initiative: Initiative) -> None:
    live = live_at(owner, initiative, f"{server.url}/one")
    probe = probed(owner, live)
    live_at(owner, initiative, f"{server.url}/two", version="2")
    EndpointProbe.objects.update(due_at=timezone.now())
    run_probe(probe.pk)
    assert [each[1] for each in server.seen] == ["/one", "/two"]
    record_deployment(owner, initiative, environment="production", version="2", state="retired")
    record_deployment(owner, initiative, environment="production", version="1", state="retired", at=live.at)
    EndpointProbe.objects.update(due_at=timezone.now())
    assert run_probe(probe.pk) is None
    probe.refresh_from_db()
    assert (probe.state, probe.last_words) == ("unknown", "Nothing is live here that names an endpoint.")
    assert probe.due_at > timezone.now() + timedelta(seconds=200)


def test_those_that_fail_leave_room_for_those_that_answer(owner: Principal, initiative: Initiative) -> None:
    now = timezone.now()
    rows = [
        EndpointProbe(initiative=initiative, environment=f"e{n}", failures=n % 2, due_at=now - timedelta(seconds=n + 1))
        for n in range(20)
    ]
    EndpointProbe.objects.bulk_create(rows)
    due = due_probes()
    assert len(due) == 14
    assert set(due[:10]) == set(EndpointProbe.objects.filter(failures=0).values_list("pk", flat=True))


def test_what_cannot_be_asked_is_refused(owner: Principal, initiative: Initiative) -> None:
    live = live_at(owner, initiative, "")
    with pytest.raises(ValidationError) as error:
        set_probe(owner, live, interval_seconds=5, expected="x" * 201)
    assert set(error.value.message_dict) == {"interval_seconds", "expected", "endpoint"}


def test_it_can_be_removed_again(server: HostileServer, owner: Principal, initiative: Initiative) -> None:
    live = live_at(owner, initiative, server.url)
    probed(owner, live)
    remove_probe(owner, live)
    remove_probe(owner, live)
    assert not EndpointProbe.objects.exists() and not ProbeResult.objects.exists()


def test_an_endpoint_that_fails_is_a_finding_until_it_answers(
    server: HostileServer, owner: Principal, initiative: Initiative
) -> None:
    def ask(*, well: bool) -> None:
        server.script[:] = [WELL if well else raw(503)]
        EndpointProbe.objects.update(due_at=timezone.now())
        run_probe(probe.pk)

    probe = probed(owner, live_at(owner, initiative, server.url), interval_seconds=60)
    assert not Finding.objects.exists()
    JudgeDue.objects.all().delete()
    for failures in (1, 2):
        ask(well=False)
        found = Finding.objects.get()
        assert (found.kind, found.name, found.severity, found.closed_at) == ("endpoint", "production", "critical", None)
        assert (found.evidence["failures"], found.evidence["status"]) == (failures, 503)
    assert "(503)" in found.words and JudgeDue.objects.filter(initiative=initiative).exists()
    keep_findings(initiative, [], (), timezone.now())
    assert Finding.objects.get().closed_at is None, "monitors of observations do not close it"
    ask(well=True)
    assert Finding.objects.get().closing_words == "The endpoint in production answers again."
    ask(well=False)
    assert Finding.objects.filter(closed_at=None).count() == 1
    remove_probe(owner, Deployment.objects.get())
    assert not Finding.objects.filter(closed_at=None).exists()

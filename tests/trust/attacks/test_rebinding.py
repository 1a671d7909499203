"""Names that are rebound between two questions, by a resolver of the test's own: nothing inside is connected to.

What is dialled leads to the test's server, whatever its address, so that a judgement that fails is seen there.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from httpcore2 import ConnectError
from httpcore2._backends.sync import SyncBackend

from mltrack.accounts.access import Principal
from mltrack.outbound import OutboundClient, OutboundError
from projects.connectors.base import ConnectorError
from projects.connectors.mlflow import MLflowConnector
from projects.models import Run
from projects.services import pull
from projects.services.connections import create_connection
from projects.services.pages import record_page
from tests.factories import make_workspace
from tests.projects.little_mlflow import mlflow_run
from tests.servers.hostile import Answer, HostileServer, by_path, raw, reset
from tests.trust.attacks.test_addresses import INSIDE, LOOPBACK, METADATA

GLOBAL, OTHER = "93.184.215.14", "2606:4700:4700::1111"
ANSWERS = [
    "127.0.0.1", "127.8.8.8", "::1", "::1%lo", "::ffff:127.0.0.1", "::ffff:7f00:1", "::7f00:1", "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "0.0.0.0", "::", "10.0.0.1", "100.64.0.1", "172.16.0.1", "192.168.1.1",
    "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "169.254.169.254", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200",
    "0127.0.0.1", "2130706433", "0x7f000001", "localhost", "",
]  # fmt: skip
"""What a name may lead to at its second question, in the spellings in which resolvers answer, and in some others."""
INWARDS = [[each] for each in ANSWERS]
SPELLED = LOOPBACK + INSIDE + METADATA


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that is connected to; all of them lead to the server of the test."""
    found: list[str] = []
    real = SyncBackend.connect_tcp

    def dial(self: SyncBackend, host: str, port: int, *more: Any, **named: Any) -> Any:
        found.append(host)
        return real(self, "127.0.0.1", port, *more, **named)

    monkeypatch.setattr(SyncBackend, "connect_tcp", dial)
    return found


def rebinding(*answers: Sequence[str]) -> Any:
    """Return a resolver that gives one answer after the other, and the last one again."""
    left = list(answers)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]


def client_of(server: HostileServer, *answers: Sequence[str], retries: int = 0) -> OutboundClient:
    url = f"http://rebound.example:{server.port}"
    return OutboundClient(url, resolver=rebinding(*answers), retries=retries, pause=0.01, timeout=5)


def refused(client: OutboundClient, path: str) -> bool:
    with pytest.raises(OutboundError) as caught:
        client.get_text(path)
    return caught.value.code in ("address_refused", "unknown_host")


def paths(server: HostileServer) -> list[str]:
    return [path for _, path, _, _ in server.seen]


def test_the_second_answer_lies_inside(hostile_server: HostileServer, dialled: list[str]) -> None:
    hostile_server.script = [raw(200, b"fine", Connection="close")]
    with client_of(hostile_server, [GLOBAL], *INWARDS) as client:
        assert client.get_text("one") == "fine"
        for inside in ANSWERS:
            assert refused(client, "two"), inside
    assert dialled == [GLOBAL] and paths(hostile_server) == ["/one"]


def test_what_is_dialled_would_be_seen(hostile_server: HostileServer, dialled: list[str]) -> None:
    hostile_server.script = [raw(200, b"inside", Connection="close")]
    url, loopback = f"http://rebound.example:{hostile_server.port}", (ip_network("127.0.0.0/8"),)
    with OutboundClient(url, allowed_networks=loopback, resolver=rebinding([GLOBAL], ["127.0.0.1"])) as client:
        assert [client.get_text("one"), client.get_text("two")] == ["inside", "inside"]
    assert dialled == [GLOBAL, "127.0.0.1"] and paths(hostile_server) == ["/one", "/two"]


def test_a_retry_asks_anew_and_is_judged_anew(hostile_server: HostileServer, dialled: list[str]) -> None:
    hostile_server.script = [reset]
    answers = [answer for inside in INWARDS for answer in ([GLOBAL], inside)]
    with client_of(hostile_server, *answers, retries=2) as client:
        for inside in ANSWERS:
            assert refused(client, "one"), inside
    assert set(dialled) == {GLOBAL} and len(dialled) == len(ANSWERS)


def test_one_answer_with_both_leads_outside_alone(
    hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled: list[str] = []

    def nobody(self: SyncBackend, host: str, *more: Any, **named: Any) -> Any:
        dialled.append(host)
        raise ConnectError("nobody answers")

    monkeypatch.setattr(SyncBackend, "connect_tcp", nobody)
    answers = [[GLOBAL, OTHER] for _ in ANSWERS]
    for number, inside in enumerate(ANSWERS):
        answers[number].insert(number % 3, inside)
    with client_of(hostile_server, *answers) as client:
        for inside in ANSWERS:
            dialled.clear()
            with pytest.raises(OutboundError, match="does not accept connections"):
                client.get_text("x")
            assert dialled == [GLOBAL, OTHER], inside


def test_a_redirect_to_any_spelling_is_not_followed(hostile_server: HostileServer, dialled: list[str]) -> None:
    with client_of(hostile_server, [GLOBAL], ["127.0.0.1"]) as client:
        for host in SPELLED:
            spelled = f"http://{host}:{hostile_server.port}/inside".encode().decode("latin-1")
            hostile_server.script = [raw(302, Location=spelled), raw(200, b"inside")]
            with pytest.raises(OutboundError) as caught:
                client.get_text("one")
            assert caught.value.code == "redirect", host
    assert dialled == [GLOBAL] and set(paths(hostile_server)) == {"/one"}


def mlflow(token: str) -> Answer:
    """An MLflow whose every list goes on with this token, on connections that end after each answer."""

    def answer(of: dict[str, Any]) -> Answer:
        body = json.dumps({**of, "next_page_token": token}).encode()
        return raw(200, body, Content_Type="application/json", Connection="close")

    experiments = answer({"experiments": [{"experiment_id": "1", "name": "x", "lifecycle_stage": "active"}]})
    return by_path({"experiments/search": experiments}, otherwise=answer({"runs": [mlflow_run(1)]}))


def fetched(client: OutboundClient) -> ConnectorError:
    """Fetch all runs and return the error that ends it."""
    with pytest.raises(ConnectorError) as caught:
        list(MLflowConnector(client, {}).fetch_runs({}, datetime(2026, 11, 23, tzinfo=UTC)))
    return caught.value


def test_a_link_for_a_page_token_is_no_address(hostile_server: HostileServer, dialled: list[str]) -> None:
    with client_of(hostile_server, [GLOBAL]) as client:
        for host in SPELLED:
            hostile_server.script = [mlflow(f"http://{host}:{hostile_server.port}/inside")]
            fetched(client)
    assert set(dialled) == {GLOBAL}
    assert all(path.startswith("/api/2.0/mlflow/") for path in paths(hostile_server))


def test_a_name_that_is_rebound_between_two_pages(hostile_server: HostileServer, dialled: list[str]) -> None:
    hostile_server.script = [mlflow("t")]
    answers = [answer for inside in INWARDS for answer in ([GLOBAL], inside)]
    with client_of(hostile_server, *answers) as client:
        for inside in ANSWERS:
            assert fetched(client).code in ("address_refused", "unknown_host"), inside
    assert set(dialled) == {GLOBAL} and len(paths(hostile_server)) == len(ANSWERS)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the machine's resolver answers for `rebound.example`, one after the other, and the last one again."""
    answers: list[list[str]] = [[GLOBAL]]
    real = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **named: Any) -> Any:
        if host != "rebound.example":
            return real(host, *more, **named)
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


def test_a_pull_of_a_rebound_name_tells_its_owner(
    transactional_db: None, hostile_server: HostileServer, dialled: list[str], names: list[list[str]]
) -> None:
    owner: Principal = make_workspace()
    hostile_server.script = [mlflow("t")]
    names.append(["127.0.0.1"])
    made = create_connection(owner, kind="mlflow", name="m", base_url=f"http://rebound.example:{hostile_server.port}")
    pull.run(made.pk, record_page)
    made.refresh_from_db()
    assert made.last_error_code == "address_refused"
    assert dialled == [GLOBAL] and len(paths(hostile_server)) == 1
    assert Run.objects.count() == 0

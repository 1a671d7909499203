"""Addresses of connections: every spelling of what lies inside, redirects, rebinding, links in answers.

The judgement of numeric addresses stands in tests/mltrack/test_outbound_addresses.py, the client's own behaviour in
tests/mltrack/test_outbound_client.py; here they are attacked as people would: by the services, a pull and a page.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.outbound import BearerAuth, OutboundClient, OutboundError
from projects.connectors.base import ConnectorError
from projects.models import Connection, Run
from projects.services import pull
from projects.services.connections import create_connection, probe
from projects.services.pages import record_page
from tests.factories import make_initiative, make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import HostileServer, as_json, by_path, raw
from tests.trust.attacks.people import signed_in

LOOPBACK = [
    "127.0.0.1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001",
    "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[::7f00:1]", "[::1%25lo]",
    "[::1%lo]", "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "１２７.０.０.１", "⑫⑦.0.0.1", "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "localhoſt", "0", "0.0.0.0", "[::]", "127.255.255.254",
]  # fmt: skip
INSIDE = [
    "10.0.0.1", "0x0a000001", "167772161", "172.16.0.1", "192.168.1.1", "[fc00::1]", "[fd12::1]", "100.64.0.1",
    "100.127.255.254", "198.18.0.1", "192.0.0.1", "240.0.0.1", "[::ffff:10.0.0.1]", "[2002:a00:1::]",
    "[64:ff9b::a00:1]",
]  # fmt: skip
METADATA = [
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "0251.0376.0251.0376", "169.254.43518",
    "169.16689662", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]",
    "[fe80::1]", "[fe80::1%25eth0]", "[fd00:ec2::254]", "[fd20:ce::254]", "192.0.0.192", "100.100.100.200",
    "168.63.129.16", "169.254.170.2", "１６９.254.169.254", "169。254。169。254", "169.254.169.254.",
]  # fmt: skip
REFUSED = {"address_refused", "bad_url", "unknown_host"}
EVERYTHING = [str(ip_network("0.0.0.0/0")), str(ip_network("::/0"))]


def code_of(base_url: str) -> str:
    """Return why nothing can be asked of an address; empty where something was."""
    try:
        with OutboundClient(base_url, retries=0, timeout=2) as client:
            client.get_text("x")
    except OutboundError as error:
        return error.code
    return ""


@pytest.mark.parametrize("host", LOOPBACK + INSIDE + METADATA)
def test_no_spelling_reaches_inside(hostile_server: HostileServer, host: str) -> None:
    hostile_server.script = [raw(200, b"inside")]
    for address in (f"http://{host}:{hostile_server.port}", f"HTTP://{host}:{hostile_server.port}/x/../"):
        assert code_of(address) in REFUSED, address
    assert hostile_server.seen == []


@pytest.mark.parametrize("host", METADATA)
def test_metadata_stays_out_of_reach_where_all_is_allowed(settings: Settings, host: str) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = EVERYTHING
    with pytest.raises((ConnectorError, ValidationError)) as caught:
        probe("mlflow", f"http://{host}", "", {"timeout_seconds": 1})
    assert getattr(caught.value, "code", "bad_url") in REFUSED


SPLIT = [
    "http://example.org@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@example.org/", "http://127.0.0.1:{port}?@x/",
    "http://example.org:80@127.0.0.1:{port}/", "http://user:word@example.org/", "http://127.0.0.1:{port}\\@example.org/",
    "http://example.org\\@127.0.0.1:{port}/", "http://127.0.0.1:{port}%2f@example.org/", "//127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/", "http:127.0.0.1:{port}", "http:///127.0.0.1:{port}/", "http://127.0.0.1:{port}\r\nX: y/",
    "http://127.0.0.1\t:{port}/", "http://127.0.0.1 :{port}/", "gopher://127.0.0.1:{port}/_x", "file:///etc/passwd",
    "dict://127.0.0.1:{port}/x", "ftp://127.0.0.1:{port}/", "unix:///var/run/docker.sock", "http+unix://%2Fvar%2Frun",
    "javascript:alert(1)", "data:,x", "http://127.0.0.1:{port}:80/", "http://[127.0.0.1]:{port}/", "http://0:{port}/",
    "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://\x00127.0.0.1:{port}/", "http://.:{port}/", "http://..",
]  # fmt: skip


@pytest.mark.parametrize("address", SPLIT)
def test_no_way_of_splitting_an_address_reaches_inside(hostile_server: HostileServer, address: str) -> None:
    hostile_server.script = [raw(200, b"inside")]
    assert code_of(address.format(port=hostile_server.port)) in REFUSED
    assert hostile_server.seen == []


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


def pulled(owner: Principal, server: HostileServer, **more: Any) -> Connection:
    """Return a connection to a server after one pull."""
    options = {"timeout_seconds": 2, **more.pop("options", {})}
    made = create_connection(owner, kind="mlflow", name="m", base_url=server.url, options=options, **more)
    pull.run(made.pk, record_page)
    made.refresh_from_db()
    return made


def test_the_form_refuses_what_the_pull_refuses(owner: Principal, hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(200, b"{}")]
    browser = signed_in(owner)
    for host in ("127.0.0.1", "2130706433", "[::1]", "localhost"):
        form = {"kind": "mlflow", "name": "m", "auth": "none", "interval_seconds": "60"}
        address = f"http://{host}:{hostile_server.port}"
        answer = browser.post(f"/w/{owner.workspace.key}/connections/new/", {**form, "base_url": address, "save": "1"})
        assert answer.status_code == 422
    made = pulled(owner, hostile_server)
    assert made.last_error_code == "address_refused" and "MLTRACK_ALLOWED_NETWORKS" in made.last_error_text
    assert hostile_server.seen == []


@pytest.fixture
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.1/32"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(owner: Principal, loopback: None, status: int) -> None:
    with HostileServer(as_json({})) as inside:
        targets = [
            f"{inside.url}/api",
            "http://169.254.169.254/latest/",
            "//127.0.0.1/",
            "/elsewhere",
            "file:///etc/passwd",
        ]
        for number, target in enumerate(targets):
            with HostileServer(raw(status, Location=target)) as server:
                options = {"timeout_seconds": 2}
                given = {"base_url": server.url, "secret": "canary", "options": options}
                made = create_connection(owner, kind="mlflow", name=f"m{number}", **given)  # type: ignore[arg-type]
                pull.run(made.pk, record_page)
                made.refresh_from_db()
                assert made.last_error_code == "redirect"
                assert {path for _, path, _, _ in server.seen} & {"/elsewhere"} == set()
        assert inside.seen == []


@pytest.mark.parametrize("name", ["Refresh", "Content-Location", "Link", "Alt-Svc", "X-Accel-Redirect"])
def test_other_headers_lead_nowhere(owner: Principal, loopback: None, name: str) -> None:
    with HostileServer(as_json({})) as inside:
        value = {
            "Refresh": f"0; url={inside.url}",
            "Link": f'<{inside.url}>; rel="next"',
            "Alt-Svc": f'h2=":{inside.port}"',
        }
        answer = raw(200, b"{}", **{name.replace("-", "_"): value.get(name, inside.url)})
        with HostileServer(answer) as server:
            pulled(owner, server)
            assert server.seen
        assert inside.seen == []


def test_a_name_that_is_rebound_reaches_nothing_new(hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(200, b"fine", Connection="close")]
    asked: list[str] = []
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"], ["127.0.0.1", "169.254.169.254"]])

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    allowed = (ip_network("127.0.0.1/32"),)
    url = f"http://rebound.example:{hostile_server.port}"
    with OutboundClient(url, allowed_networks=allowed, resolver=rebinding, retries=0) as client:
        assert client.get_text("one") == "fine"
        for _ in range(2):
            with pytest.raises(OutboundError) as caught:
                client.get_text("two")
            assert caught.value.code == "address_refused"
        assert client.get_text("three") == "fine"
    assert len(asked) == 4 and [path for _, path, _, _ in hostile_server.seen] == ["/one", "/three"]


def test_the_address_that_was_judged_is_the_one_connected_to(
    hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile_server.script = [raw(200, b"fine")]
    looked_up: list[Any] = []
    real = socket.getaddrinfo

    def watched(host: Any, *more: Any, **named: Any) -> Any:
        looked_up.append(host)
        return real(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    allowed = (ip_network("127.0.0.1/32"),)
    url = f"http://rebound.example:{hostile_server.port}"
    with OutboundClient(url, allowed_networks=allowed, resolver=lambda host, port: ["127.0.0.1"]) as client:
        client.get_text("x")
    assert "rebound.example" not in looked_up


def test_links_in_answers_are_followed_nowhere(owner: Principal, loopback: None) -> None:
    with HostileServer(as_json({})) as inside:
        link = inside.url + "/secret"
        run = mlflow_run(1)
        run["info"] |= {"artifact_uri": link, "next": link, "url": link}
        run["data"]["tags"] = [
            {"key": key, "value": link} for key in ("mlflow.source.git.repoURL", "mlflow.note.content")
        ]
        little = LittleMLflow(runs=[run], versions=[{"name": "m", "version": "1", "source": link, "run_link": link}])
        little.models = [{"name": "m", "latest_versions": [{"source": link}]}]
        with little.serve() as server:
            pulled(owner, server, initiative=make_initiative(owner))
        assert Run.objects.count() == 1 and inside.seen == []


@pytest.mark.parametrize(
    "token",
    [
        "http://{inside}/x",
        "//{inside}/x",
        "../../admin",
        "x&page_token=y",
        "x\r\nHost: evil",
        "x#y",
        "/../../api/2.0/z",
    ],
)
def test_a_page_token_is_a_value_and_no_address(owner: Principal, loopback: None, token: str) -> None:
    with HostileServer(as_json({})) as inside:
        given = token.format(inside=inside.url.removeprefix("http://"))
        experiments = as_json({"experiments": [{"experiment_id": "1", "name": "x"}], "next_page_token": given})
        runs = as_json({"runs": [mlflow_run(1)], "next_page_token": given})
        other = as_json({"registered_models": [], "model_versions": [], "next_page_token": given})
        answers = {"experiments/search": experiments, "runs/search": runs}
        with HostileServer(by_path(answers, otherwise=other)) as server:
            pulled(owner, server)
            for _, path, headers, _ in server.seen:
                assert path.startswith("/api/2.0/mlflow/") or path == "/version", path
                assert headers["host"] == server.url.removeprefix("http://")
        assert inside.seen == []


def test_proxies_and_netrc_of_the_machine_are_not_used(
    owner: Principal, loopback: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login thief password netrc-canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with HostileServer(as_json({})) as proxy, HostileServer(as_json({})) as server:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        pulled(owner, server)
        assert server.seen and proxy.seen == []
        assert all("authorization" not in headers for _, _, headers, _ in server.seen)


def test_a_secret_goes_only_where_it_was_given_for(hostile_server: HostileServer) -> None:
    hostile_server.script = [raw(302, Location="http://127.0.0.1:9/"), raw(200, b"x")]
    allowed = (ip_network("127.0.0.1/32"),)
    with OutboundClient(hostile_server.url, allowed_networks=allowed, auth=BearerAuth("t")) as client:
        with pytest.raises(OutboundError, match="redirect"):
            client.get_text("x")
        for path in ("//127.0.0.2/x", "http://127.0.0.2/x", "/\\127.0.0.2", "@127.0.0.2/"):
            client.get_text(path)
    assert {headers["host"] for _, _, headers, _ in hostile_server.seen} == {f"127.0.0.1:{hostile_server.port}"}

"""The command lines of the roles, what children inherit, and where the web process listens."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from mltrack import env, listening, roles, up
from mltrack.healthcheck import healthy


def test_each_role_has_its_processes() -> None:
    found = {role: list(roles.commands(role, "127.0.0.1:1", 1)) for role in roles.ROLES}
    assert found == {"web": ["web"], "worker": ["worker", "pulls"], "beat": ["beat"]}


def test_pulls_have_a_queue_of_their_own() -> None:
    found = roles.commands("worker", "127.0.0.1:1", 1)
    queues = {name: line[line.index("--queues") + 1] for name, line in found.items()}
    assert queues == {"worker": "celery", "pulls": "pulls"}


def test_the_web_process_listens_where_it_is_told() -> None:
    line = roles.web("[::1]:8123", 3)
    assert line[line.index("--bind") + 1] == "[::1]:8123"
    assert line[line.index("--workers") + 1] == "3"


def test_private_networks_are_open_to_the_person_at_the_keyboard_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLTRACK_ALLOWED_NETWORKS", raising=False)
    assert roles.environment(whole=True, loopback=True)["MLTRACK_ALLOWED_NETWORKS"] == roles.PRIVATE_NETWORKS
    assert "MLTRACK_ALLOWED_NETWORKS" not in roles.environment(whole=True, loopback=False)
    assert "MLTRACK_ALLOWED_NETWORKS" not in roles.environment(whole=False, loopback=True)


@pytest.mark.parametrize("given", ["10.1.0.0/16", ""])
def test_the_operators_word_on_networks_counts(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("MLTRACK_ALLOWED_NETWORKS", given)
    assert roles.environment(whole=True, loopback=True)["MLTRACK_ALLOWED_NETWORKS"] == given


def test_words_go_to_files_in_a_whole_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEB_CONCURRENCY", raising=False)
    whole = roles.parts(["web", "beat"], "127.0.0.1:1", {}, tmp_path)
    assert [part.name for part in whole] == ["web", "beat"]
    assert roles.service_parts(None) == []


def test_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8200")
    options = up.parser().parse_args(["--worker", "--beat"])
    assert (options.roles, options.bind, options.port) == (["worker", "beat"], "127.0.0.1", 8200)
    assert up.parser().parse_args([]).roles is None


@pytest.mark.parametrize("given", ["0", "65536", "-1", "http", "80 "])
def test_a_port_that_is_none_is_one_line(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PORT", given)
    with pytest.raises(SystemExit, match="which is no port"):
        env.port()


def test_a_taken_port_is_seen_and_a_freed_one_too() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        assert not listening.is_free("127.0.0.1", port)
        threading.Timer(0.3, taken.close).start()
        assert listening.becomes_free("127.0.0.1", port)


def test_waiting_for_a_port_has_an_end() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        started = time.monotonic()
        assert not listening.becomes_free("127.0.0.1", taken.getsockname()[1], 0.3)
        assert time.monotonic() - started < 15


def test_an_address_of_another_machine_is_one_line() -> None:
    with pytest.raises(SystemExit, match=r"cannot listen on 192\.0\.2\.1:8000"):
        up.require_free("192.0.2.1", 8000)


@pytest.mark.parametrize(
    "address, loopback", [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
                          ("0.0.0.0", False), ("192.168.1.5", False), ("example.org", False)]
)  # fmt: skip
def test_who_reaches_it(address: str, loopback: bool) -> None:
    assert listening.is_loopback(address) is loopback


def test_addresses_in_words() -> None:
    assert listening.joined("::1", 80) == "[::1]:80"
    assert listening.joined("127.0.0.1", 80) == "127.0.0.1:80"
    assert listening.reachable_name("0.0.0.0") == "127.0.0.1"
    assert listening.reachable_name("10.0.0.1") == "10.0.0.1"


def test_nobody_answers_on_a_closed_port() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert not listening.answers(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "hosts, expected",
    [
        ("", "127.0.0.1"),
        ("ml.example.org,x", "ml.example.org"),
        (".b.example, a.example", "a.example"),
        ("*", "127.0.0.1"),
    ],
)
def test_the_health_check_names_a_host_that_is_served(
    monkeypatch: pytest.MonkeyPatch, hosts: str, expected: str
) -> None:
    monkeypatch.setenv("MLTRACK_ALLOWED_HOSTS", hosts)
    assert listening.served_host() == expected


def test_the_health_check_fails_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PORT", str(probe.getsockname()[1]))
    assert not healthy()

"""System checks: safe settings pass, each unsafe one is named once."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from pytest_django import Settings

from mltrack import checks

KEY = Fernet.generate_key().decode()


def ids(settings: Settings, **values: object) -> list[str]:
    """Return the ids of our checks' messages with some settings changed."""
    for name, value in {"ALLOWED_HOSTS": ["localhost"], **values}.items():
        setattr(settings, name, value)
    return [str(message.id) for message in run_checks() if str(message.id).startswith("mltrack.")]


def test_the_tests_own_settings_are_safe(settings: Settings) -> None:
    assert ids(settings) == []


@pytest.mark.parametrize("key, found", [("x" * 39, ["mltrack.E001"]), ("x" * 40, [])])
def test_the_length_of_the_signing_key(settings: Settings, key: str, found: list[str]) -> None:
    assert ids(settings, SECRET_KEY=key) == found


@pytest.mark.parametrize("keys", [[], ["no key"], [KEY, KEY[:-2]], ["ä" * 44]])
def test_encryption_keys_that_are_none(settings: Settings, keys: list[str]) -> None:
    assert ids(settings, MLTRACK_ENCRYPTION_KEYS=keys) == ["mltrack.E002"]


def test_several_encryption_keys_are_a_rotation(settings: Settings) -> None:
    assert ids(settings, MLTRACK_ENCRYPTION_KEYS=[KEY, Fernet.generate_key().decode()]) == []


def test_every_host_is_too_many(settings: Settings) -> None:
    assert "mltrack.E003" in ids(settings, ALLOWED_HOSTS=["*"], MLTRACK_HTTPS=True)


@pytest.mark.parametrize(
    "networks, found",
    [
        (["10.0.0.0/8", "fd00::/8", " 192.168.1.0/24"], []),
        (["ten"], ["mltrack.E004"]),
        (["10.0.0.1/8"], ["mltrack.E004"]),
        (["0.0.0.0/0"], ["mltrack.W001"]),
        (["::/0", "ten"], ["mltrack.E004", "mltrack.W001"]),
    ],
)
def test_networks(settings: Settings, networks: list[str], found: list[str]) -> None:
    assert sorted(ids(settings, MLTRACK_ALLOWED_NETWORKS=networks)) == found


@pytest.mark.parametrize(
    "hosts, https, debug, found",
    [
        (["localhost"], False, True, []),
        (["ml.example.org"], True, False, []),
        (["ml.example.org"], False, False, ["mltrack.W002"]),
        (["ml.example.org"], True, True, ["mltrack.E005"]),
    ],
)
def test_what_others_can_reach(
    settings: Settings, hosts: list[str], https: bool, debug: bool, found: list[str]
) -> None:
    assert ids(settings, ALLOWED_HOSTS=hosts, MLTRACK_HTTPS=https, DEBUG=debug) == found


def test_a_failpoint_left_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTRACK_FAILPOINT", "pull.after_lease")
    assert ids(settings) == ["mltrack.W003"]


def test_every_message_says_what_to_do(settings: Settings) -> None:
    settings.SECRET_KEY, settings.MLTRACK_ENCRYPTION_KEYS = "x", ["x"]
    settings.MLTRACK_ALLOWED_NETWORKS, settings.ALLOWED_HOSTS = ["x", "::/0"], ["*"]
    found = [message for message in run_checks() if str(message.id).startswith("mltrack.")]
    assert len(found) == 6
    assert all(message.hint for message in found)


def test_what_a_key_is() -> None:
    assert checks.works(KEY)
    assert not checks.works("")

"""What no line of a log may hold."""

from __future__ import annotations

import time

import pytest
from cryptography.fernet import Fernet

from mltrack.logs import redaction
from mltrack.logs.redaction import GONE, clean, clean_value, redact

CANARY = "c4n4ry5ecret"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"authorization='Basic {CANARY}'",
        f"{{'PRIVATE-TOKEN': '{CANARY}', 'Accept': '*/*'}}",
        f"Cookie: sessionid={CANARY}; csrftoken={CANARY}",
        f"Set-Cookie: sessionid={CANARY}",
        f"sent bearer {CANARY} to the server",
        f"mlt_abcdefghijkl_{CANARY}",
        f"GET /invitations/{CANARY}/ HTTP/1.1",
        f"POST /nudges/{CANARY}/ HTTP/1.1",
        f"GET /calendars/{CANARY}.ics HTTP/1.1",
        f"POST /mails/{CANARY}/off/ HTTP/1.1",
        f"GET /s/{CANARY}/ HTTP/1.1",
        f"GET /s/{CANARY}/history.csv HTTP/1.1",
        f"POST /subscriptions/{CANARY}/off/ HTTP/1.1",
        f"Error handling request /accounts/password/reset/key/{CANARY}/",
        f"postgres://mltrack:{CANARY}@db.example:5432/mltrack",
        f"redis://:{CANARY}@redis:6379/0",
        f"http://{CANARY}@tracking.example/",
        f"connection failed: password={CANARY} host=db",
        f'{{"api_key": "{CANARY}"}}',
        f"csrfmiddlewaretoken={CANARY}&email=a",
        f"SECRET_KEY='{CANARY}'",
        f"https://example.org/?access_token={CANARY}&page=2",
    ],
)
def test_a_secret_is_told_by_its_surroundings(text: str) -> None:
    assert CANARY not in clean(text)
    assert GONE in clean(text)


def test_keys_and_sealed_texts_are_told_by_their_shape() -> None:
    key = Fernet.generate_key().decode()
    sealed = Fernet(key).encrypt(b"hidden").decode()
    assert clean(f"key {key}, sealed {sealed}.") == f"key {GONE}, sealed {GONE}."


@pytest.mark.parametrize(
    "text",
    [
        "pull of conn_ab12cd34 failed",
        "GET /w/acme/initiatives/CHURN/ 200",
        "https://mlflow.example:5000/api/2.0/mlflow/runs/search",
        "The token is not valid",
        "2026-11-23T18:45:56Z 12 rows in 3.4 s",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert clean(text) == text


def test_known_texts_go_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", ())
    redaction.hide("odd words here", "odd words here and more", "short")
    assert clean("<odd words here and more|odd words here|short>") == f"<{GONE}|{GONE}|short>"


def test_fields_are_told_by_their_names() -> None:
    found = redact(
        None,
        "info",
        {
            "event": "saved",
            "password": CANARY,
            "new_secret": CANARY,
            "headers": {"Authorization": CANARY, "Accept": "*/*"},
            "tokens": [f"mlt_abc_{CANARY}"],
            "token": None,
            "rows": 3,
            "ratio": 0.5,
        },
    )
    assert CANARY not in str(found)
    assert (found["rows"], found["ratio"], found["token"], found["headers"]["Accept"]) == (3, 0.5, None, "*/*")


def test_odd_values_become_texts() -> None:
    class Odd:
        def __str__(self) -> str:
            return f"password={CANARY}"

    nested: object = f"password={CANARY}"
    for _ in range(20):
        nested = [nested]
    assert CANARY not in str(clean_value("odd", Odd()))
    assert CANARY not in str(clean_value("deep", nested))


def test_hostile_text_costs_little() -> None:
    began = time.perf_counter()
    for text in ("a" * 200_000, "token" * 40_000, "://" * 60_000, "=" * 200_000, "password=" * 20_000, "mlt_" * 50_000):
        clean(text)
    assert time.perf_counter() - began < 20

"""One line per event, in both formats, without local variables."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.conf import settings

from mltrack.logs.configuration import configuration, log_format

CANARY = "c4n4ry5ecret"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What the console handler writes, in the format that the environment names; the tests' own set-up comes back."""
    # What an earlier request of this process left is no part of these lines.
    structlog.contextvars.clear_contextvars()
    out = StringIO()
    yield out
    logging.config.dictConfig(settings.LOGGING)


def start(out: StringIO, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Let everything be logged in a format."""
    monkeypatch.setenv("MLTRACK_LOG_FORMAT", form)
    found = configuration()
    found["handlers"]["console"]["stream"] = out
    logging.config.dictConfig(found)


def crash(secret: str) -> None:
    """Fail with a local variable that must not be told."""
    if secret:
        raise ValueError(f"cannot use password={secret}")


def test_one_line_of_json_for_each_event(written: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    start(written, monkeypatch, "json")
    structlog.contextvars.bind_contextvars(request_id="abcdefgh")
    structlog.stdlib.get_logger("mltrack.request").info("request", route="home", status=200, ms=1.5)
    logging.getLogger("elsewhere").warning("two\nlines of %s", "a library")
    structlog.contextvars.clear_contextvars()
    first, second = map(json.loads, written.getvalue().splitlines())
    assert list(first)[:4] == ["timestamp", "level", "logger", "event"]
    assert first["timestamp"].endswith("Z")
    assert {**first, "timestamp": ""} == {
        "timestamp": "", "level": "info", "logger": "mltrack.request", "event": "request", "route": "home",
        "status": 200, "ms": 1.5, "request_id": "abcdefgh",
    }  # fmt: skip
    assert (second["event"], second["level"], second["request_id"]) == (
        "two\nlines of a library",
        "warning",
        "abcdefgh",
    )


@pytest.mark.parametrize("form", ["json", "text"])
def test_tracebacks_without_local_variables(written: StringIO, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    start(written, monkeypatch, form)
    try:
        crash(CANARY)
    except ValueError:
        logging.getLogger("a").exception("it broke")
        structlog.stdlib.get_logger("b").exception("it broke")
    text = written.getvalue()
    assert text.count("Traceback (most recent call last)") == 2
    assert text.count("in crash") == 2
    assert CANARY not in text
    if form == "json":
        assert all("ValueError" in json.loads(line)["exception"] for line in text.splitlines())


def test_text_keeps_foreign_words_on_their_line(written: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    start(written, monkeypatch, "text")
    logging.getLogger("a").info("run \x1b[31m\nFAKE line %s", "é")
    (line,) = written.getvalue().splitlines()
    assert line.split(" ", 1)[1] == "info a run \\u001b[31m\\nFAKE line \\u00e9"


def test_crashes_are_told_and_plain_answers_are_not(written: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    start(written, monkeypatch, "json")
    log = logging.getLogger("django.request")
    log.error("Service Unavailable: /readyz")
    try:
        crash("x")
    except ValueError as error:
        log.error("Internal Server Error: /", exc_info=error)
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["Internal Server Error: /"]


@pytest.mark.parametrize("given, tty, expected", [("json", True, "json"), ("text", False, "text"), ("", True, "text")])
def test_the_format(monkeypatch: pytest.MonkeyPatch, given: str, tty: bool, expected: str) -> None:
    monkeypatch.setenv("MLTRACK_LOG_FORMAT", given)
    monkeypatch.setattr("sys.stderr.isatty", lambda: tty, raising=False)
    assert log_format() == expected


def test_machines_read_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLTRACK_LOG_FORMAT", raising=False)
    monkeypatch.setattr("sys.stderr", StringIO())
    assert log_format() == "json"
    monkeypatch.setenv("MLTRACK_LOG_FORMAT", "yaml")
    with pytest.raises(RuntimeError, match="json or text"):
        log_format()


def test_no_mail_goes_to_anybody() -> None:
    found: dict[str, Any] = configuration()
    assert found["loggers"]["django"]["handlers"] == []
    assert list(found["handlers"]) == ["console"]

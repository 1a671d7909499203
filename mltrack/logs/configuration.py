"""How every process logs: `MLTRACK_LOG_FORMAT` and `MLTRACK_LOG_LEVEL` decide, one formatter writes."""

from __future__ import annotations

import json
import logging.config
import os
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from mltrack.logs.redaction import redact

FORMATS: Final = ("json", "text")
_LEADING: Final = ("timestamp", "level", "logger", "event")
# Their own words at INFO say again what our lines say, or come with every message.
_QUIET: Final = {"httpx2": "WARNING", "httpcore2": "WARNING", "celery": "WARNING", "django.request": "ERROR"}


class News(logging.Filter):
    """Leaves out what Django says of each answer of 500 or more: our line of the request says that. Crashes stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the record is to be written."""
        return record.name != "django.request" or bool(record.exc_info)


def log_format() -> str:
    """Return `json` or `text`: what is set, else text for a person at a terminal and JSON for everything else."""
    given = os.environ.get("MLTRACK_LOG_FORMAT") or ("text" if sys.stderr.isatty() else "json")
    if given not in FORMATS:
        raise RuntimeError(f"MLTRACK_LOG_FORMAT is {given!r}; it is json or text.")
    return given


def as_json(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """Return one line of JSON, the fields that all lines have in front."""
    ordered = {name: event[name] for name in _LEADING if name in event}
    return json.dumps({**ordered, **event}, default=str)


def as_text(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """Return one line for people; a traceback follows on lines of its own."""
    trace = event.pop("exception", "")
    words = " ".join(plain(event.pop(name, "")) for name in _LEADING)
    fields = "".join(f" {name}={plain(value)}" for name, value in event.items())
    return words + fields + (f"\n{trace}" if trace else "")


def plain(value: Any) -> str:
    """Return a value on one line, whatever foreign systems put into it."""
    text = str(value)
    return text if text.isprintable() else json.dumps(text)[1:-1]


def before_all() -> list[Processor]:
    """Return what adds the common fields to our own events and to those of libraries alike."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def configuration() -> dict[str, Any]:
    """Return the configuration for `logging.config`, and set structlog up to go through it."""
    structlog.configure(
        processors=[
            *before_all(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    after = [
        ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        as_json if log_format() == "json" else as_text,
    ]
    line = {"()": ProcessorFormatter, "processors": after, "foreign_pre_chain": before_all()}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "filters": {"news": {"()": News}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["news"]}},
        "root": {"handlers": ["console"], "level": os.environ.get("MLTRACK_LOG_LEVEL") or "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            **{name: {"level": level} for name, level in _QUIET.items()},
        },
    }


def configure() -> None:
    """Let this process log so: for processes that never load Django's settings."""
    logging.config.dictConfig(configuration())
    logging.captureWarnings(True)

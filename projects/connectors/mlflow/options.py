"""The options of an MLflow connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from projects.connectors.base import ConnectorError

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may set.

    `experiment_ids` empty means every visible experiment. `workspace` names an MLflow workspace.
    `window_seconds` is how far back ended runs are read again in each pull, `deleted_seconds` how often deleted runs
    and those that began within the window are asked for, `sweep_seconds` how often everything is read again.
    `page_size` is runs a page.
    """

    experiment_ids: tuple[str, ...] = ()
    workspace: str = ""
    window_seconds: int = 7 * _DAY
    deleted_seconds: int = 3_600
    sweep_seconds: int = _DAY
    page_size: int = 1_000

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Options:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        known = {each.name: each.type for each in fields(cls)}
        read: dict[str, Any] = {}
        for key, value in given.items():
            if key not in known:
                raise _bad(key, "is unknown")
            read[key] = _checked(key, value)
        return cls(**read)


def _bad(key: str, why: str) -> ConnectorError:
    return ConnectorError(f"The option {key!r} {why}.", permanent=True, code="bad_options")


def _checked(key: str, value: Any) -> Any:
    if key == "experiment_ids":
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
            raise _bad(key, "must be a list of experiment ids in quotes")
        return tuple(dict.fromkeys(value))
    if key == "workspace":
        if not isinstance(value, str):
            raise _bad(key, "must be text")
        return value
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _bad(key, "must be a whole number that is not negative")
    if key == "page_size" and not 1 <= value <= 50_000:
        raise _bad(key, "must be between 1 and 50000")
    return value

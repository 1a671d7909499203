"""The options of an MLflow connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from projects.connectors.options import bad_option, read_options, whole_number

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
        return cls(**read_options(given, {each.name for each in fields(cls)}, _checked))


def _checked(key: str, value: Any) -> Any:
    if key == "experiment_ids":
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
            raise bad_option(key, "must be a list of experiment ids in quotes")
        return tuple(dict.fromkeys(value))
    if key == "workspace":
        if not isinstance(value, str):
            raise bad_option(key, "must be text")
        return value
    return whole_number(key, value, 50_000)

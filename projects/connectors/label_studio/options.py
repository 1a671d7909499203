"""The options of a Label Studio connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from projects.connectors.options import bad_option, read_options, whole_number

_DAY: Final = 86_400
_TEXTS: Final = ("control", "batch_key", "dataset_key")
_LONGEST_TEXT: Final = 250


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may set.

    `project_ids` empty means every visible project. `control` names the control of the labeling configuration that is
    the label, `batch_key` and `dataset_key` the keys of a task's data that say its batch, and its dataset version.
    `window_seconds` is how far before the last pull changed tasks are read again, `present_seconds` how often deleted
    tasks and the projects' settings are asked for, `sweep_seconds` how often everything is read again. `page_size` is
    tasks a page.
    """

    project_ids: tuple[str, ...] = ()
    control: str = ""
    batch_key: str = ""
    dataset_key: str = ""
    window_seconds: int = 120
    present_seconds: int = 3_600
    sweep_seconds: int = 7 * _DAY
    page_size: int = 100

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Options:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        return cls(**read_options(given, {each.name for each in fields(cls)}, _checked))


def _checked(key: str, value: Any) -> Any:
    if key == "project_ids":
        if not isinstance(value, list | tuple) or not all(map(_is_id, value)):
            raise bad_option(key, "must be a list of project ids in quotes")
        return tuple(dict.fromkeys(value))
    if key in _TEXTS:
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
            raise bad_option(key, f"must be text of at most {_LONGEST_TEXT} characters")
        return value
    return whole_number(key, value, 1_000)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19

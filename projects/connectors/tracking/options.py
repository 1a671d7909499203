"""The options that every connection to a tracker has, and how options are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final, Self

from projects.connectors.options import bad_option, read_options
from projects.progress.delivery_words import STATUSES, TYPES

_DAY: Final = 86_400
_LONGEST_TEXT: Final = 250
_MOST: Final = 2_000
_BESIDE: Final = (
    *("statuses", "types", "page_size", "window_seconds", "present_seconds", "sweep_seconds"),
    *("may_open_tasks", "may_close_tasks", "new_tasks_in"),
)
_MAPPED: Final = {"statuses": STATUSES, "types": TYPES}


@dataclass(frozen=True, slots=True)
class TrackerOptions:
    """What a person may set for any tracker.

    `statuses` and `types` map the tracker's words to ours; they are for whoever stores the tasks. `window_seconds` is
    how far before the last pull changed tasks are read again, `present_seconds` how often deleted and moved tasks are
    asked for, `sweep_seconds` how often everything is read again. `page_size` is tasks a page. `may_open_tasks` permits
    to open tasks there, `may_close_tasks` to end and re-open those; `new_tasks_in` is the project that they go to, ""
    for the only one that is read. `CHOSEN` names the option that says which projects are read, "" where there is one
    place.
    """

    CHOSEN: ClassVar[str] = ""

    statuses: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    window_seconds: int = 120
    present_seconds: int = 3_600
    sweep_seconds: int = 7 * _DAY
    page_size: int = 100
    may_open_tasks: bool = False
    may_close_tasks: bool = False
    new_tasks_in: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        plain = cls()
        known = {each.name: getattr(plain, each.name) for each in fields(cls)}
        found = cls(**read_options(given, known, lambda key, value: _checked(key, value, known[key])))
        if found.may_open_tasks:
            found.check_home()
        return found

    @property
    def chosen(self) -> Sequence[str]:
        """Return the projects that are read, none for all that are visible."""
        return getattr(self, self.CHOSEN) if self.CHOSEN else ()

    @property
    def home(self) -> str:
        """Return the project that new tasks go to, "" where there is one place or none is known."""
        return self.new_tasks_in or (self.chosen[0] if len(self.chosen) == 1 else "")

    def check_home(self) -> None:
        """Raise ConnectorError `bad_options` unless new tasks have a project, one whose tasks are read."""
        if self.CHOSEN and not self.home:
            raise bad_option("new_tasks_in", "must name where new tasks go, since not exactly one project is chosen")
        if self.chosen and self.home not in self.chosen:
            raise bad_option("new_tasks_in", "must be one of those that are read")

    def reading(self) -> str:
        """Return what decides which tasks are read and how: another value makes everything be read anew."""
        return repr([(each.name, getattr(self, each.name)) for each in fields(self) if each.name not in _BESIDE])


def is_number(text: str) -> bool:
    """Say whether a text is a number as trackers give to projects."""
    return text.isascii() and text.isdigit()


def _checked(key: str, value: Any, default: Any) -> Any:
    """Return a value of the kind that the default is of."""
    if key in _MAPPED:
        return _mapping(key, value, _MAPPED[key])
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise bad_option(key, "must be true or false")
    elif isinstance(default, tuple):
        return _texts(key, value)
    elif isinstance(default, str):
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
            raise bad_option(key, f"must be text of at most {_LONGEST_TEXT} characters")
        return value.strip()
    elif isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10 * 365 * _DAY:
        raise bad_option(key, "must be a whole number that is not negative")
    elif key == "page_size" and not 1 <= value <= 100:
        raise bad_option(key, "must be between 1 and 100")
    return value


def _texts(key: str, value: Any) -> tuple[str, ...]:
    fits = isinstance(value, list | tuple) and len(value) <= _MOST
    if not fits or not all(isinstance(each, str) and 0 < len(each.strip()) <= _LONGEST_TEXT for each in value):
        raise bad_option(key, "must be a list of texts in quotes")
    return tuple(dict.fromkeys(each.strip() for each in value))


def _mapping(key: str, value: Any, allowed: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > _MOST:
        raise bad_option(key, "must be an object of the tracker's words and ours")
    for theirs, ours in value.items():
        if ours not in allowed:
            raise bad_option(key, f"maps {theirs[:60]!r} to something else than {', '.join(allowed)}")
    return dict(value)

"""The options of a Roundup connection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, Self

from projects.connectors.options import bad_option
from projects.connectors.tracking.options import TrackerOptions

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class RoundupOptions(TrackerOptions):
    """What a person may set. Trackers define their own properties, so that these are named here; "" is not read.

    `keywords` are those of which an issue has one, empty for all issues. `sprint_property` links to a class of sprints,
    `type_property` to one with names, `estimate_property` and `due_property` are a number and a date,
    `blocked_property` links to issues that come first.
    """

    CHOSEN: ClassVar[str] = "keywords"

    keywords: tuple[str, ...] = ()
    sprint_property: str = ""
    type_property: str = ""
    estimate_property: str = ""
    due_property: str = ""
    blocked_property: str = ""

    def check_home(self) -> None:
        """Raise ConnectorError `bad_options` unless a new issue gets one of the keywords that are read, if any are."""
        if self.keywords:
            super(RoundupOptions, self).check_home()

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the options of a JSON object. Raises ConnectorError `bad_options`, naming the key."""
        found = super(RoundupOptions, cls).read(given)
        for each in fields(cls):
            value = getattr(found, each.name)
            if each.name.endswith("_property") and value and not _NAME.fullmatch(value):
                raise bad_option(each.name, "must be the name of a property")
        return found

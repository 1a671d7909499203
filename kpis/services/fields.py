"""Reading what people and programs send: every wrong field is named at once, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from mltrack.accounts.models import Member, User, Workspace
from mltrack.periods import BEYOND, EARLIEST, parse_day

# Sums and squares of such numbers stay finite, here and in the database.
LARGEST = 1e100
_web_address = URLValidator(schemes=["http", "https"])


class Fields:
    """Reads declared fields from a mapping and collects one text per wrong field; `finish` raises them together."""

    def __init__(self, given: Mapping[str, Any], known: Collection[str]) -> None:
        self.given = given
        self.errors: dict[str, str] = {str(name): "There is no such field." for name in given if name not in known}

    def has(self, name: str) -> bool:
        """Say whether the field was sent, be it empty."""
        return name in self.given

    def fail(self, name: str, text: str) -> None:
        """Note what is wrong with a field; the first finding stays."""
        self.errors.setdefault(name, text)

    def finish(self) -> None:
        """Raise ValidationError with every wrong field, if there is one."""
        if self.errors:
            raise ValidationError(self.errors)

    def text(self, name: str, limit: int, *, required: bool = False) -> str:
        """Return a text without outer blanks."""
        value = self.given.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.fail(name, "This must be text.")
            return ""
        value = value.strip()
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            self.fail(name, "This holds characters that cannot be stored.")
        elif len(value) > limit:
            self.fail(name, f"This is longer than {limit} characters.")
        elif required and not value:
            self.fail(name, "This is needed.")
        return value

    def choice(self, name: str, values: Collection[str], default: str = "") -> str:
        """Return one of the allowed words."""
        value = self.given.get(name, default)
        if value not in values:
            self.fail(name, "This must be one of: " + ", ".join(values) + ".")
            return default
        return str(value)

    def zone(self, name: str) -> str:
        """Return the name of a time zone."""
        value = self.text(name, 64)
        if not is_zone(value):
            self.fail(name, "This must be a time zone such as Europe/Berlin.")
        return value

    def number(self, name: str, *, required: bool = False) -> float | None:
        """Return a finite number, or None where it is empty."""
        value = self.given.get(name)
        if value is None:
            if required:
                self.fail(name, "A number is needed.")
            return None
        found = finite(value)
        if found is None:
            self.fail(name, "This must be a number within ±1e100.")
        return found

    def count(self, name: str) -> int | None:
        """Return a whole number of at least 1, or None where it is empty."""
        value = self.given.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 2_000_000_000:
            self.fail(name, "This must be a whole number of at least 1.")
            return None
        return value

    def day(self, name: str) -> date | None:
        """Return a date (a date, or text such as 2027-03-31), or None where it is empty."""
        try:
            return parse_day(self.given.get(name))
        except ValueError as error:
            self.fail(name, str(error))
            return None

    def moment(self, name: str) -> datetime | None:
        """Return a moment with a zone (a datetime or ISO text); a plain date is its first moment in UTC."""
        value = self.given.get(name)
        if value in (None, ""):
            return None
        found = _moment(value)
        if found is None or not EARLIEST <= found < BEYOND:
            self.fail(name, "This must be a time with a zone, such as 2027-03-31T12:00:00Z, or a date.")
            return None
        return found

    def link(self, name: str) -> str:
        """Return a web address."""
        value = self.text(name, 1000, required=True)
        try:
            _web_address(value)
        except ValidationError:
            self.fail(name, "This must be a web address that begins with http:// or https://.")
        return value

    def person(self, name: str, workspace: Workspace) -> User | None:
        """Return a member's user, given as the user or their e-mail address; None where it is empty."""
        value = self.given.get(name)
        if value in (None, ""):
            return None
        members = Member.objects.filter(workspace=workspace).select_related("user")
        if isinstance(value, User):
            found = members.filter(user=value).first()
        else:
            found = members.filter(user__email=str(value).strip().lower()[:254]).first()
        if found is None:
            self.fail(name, "This is nobody's address in this workspace.")
            return None
        return found.user


def is_zone(name: str) -> bool:
    """Say whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def finite(value: object) -> float | None:
    """Return a number as a float, or None: true, false, text, NaN and what exceeds ±10¹⁰⁰ are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if abs(found) <= LARGEST else None


def _moment(value: object) -> datetime | None:
    if type(value) is date:
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        if found.tzinfo is None and len(str(value)) == 10:
            found = found.replace(tzinfo=UTC)
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

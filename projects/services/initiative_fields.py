"""What the fields of an initiative may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from mltrack.accounts.models import Member, User, Workspace
from projects.models import Initiative
from projects.services.texts import is_web_address, whole_text

LONGEST_TEXT = 20_000
MOST_LINKS = 20
EDITABLE = (
    "name",
    "problem",
    "scope_in",
    "scope_out",
    "owner",
    "sponsor",
    "stage",
    "state",
    "criticality",
    "target_date",
    "target_resolution",
    "links",
    "candidate_rule",
    "candidate_alias",
    "sample_size_key",
)
_FILLERS = frozenset(["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "our", "the", "to", "with"])
_LONGEST_KEY = 16


def key_of_name(name: str) -> str:
    """Return the key that a name suggests: its first telling words in capitals, at most 16 characters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    telling = [word.upper() for word in words if word.lower() not in _FILLERS] or [word.upper() for word in words]
    key = ""
    for word in telling:
        longer = f"{key}-{word}" if key else word[:_LONGEST_KEY]
        if len(longer) > _LONGEST_KEY:
            break
        key = longer
    return key if key[:1].isalpha() else f"ML-{key}".rstrip("-")


def apply_fields(initiative: Initiative, changes: Mapping[str, Any]) -> None:
    """Set the fields and check them all. Raises ValidationError({field: text}); unknown fields are named."""
    errors: dict[str, Any] = {name: "There is no such field." for name in changes if name not in EDITABLE}
    for name, value in changes.items():
        wrong = errors.get(name) or _wrong(initiative.workspace, name, value)
        if wrong:
            errors[name] = wrong
        else:
            setattr(initiative, name, value.strip() if name in ("name", "sponsor") else value)
    if not errors:
        try:
            initiative.clean_fields(exclude=["workspace", "owner", "key"])
        except ValidationError as found:
            errors = found.message_dict
    if errors:
        raise ValidationError(errors)


def _wrong(workspace: Workspace, name: str, value: Any) -> str | None:
    if name == "owner":
        return _wrong_owner(workspace, value)
    if name == "links":
        return _wrong_links(value)
    if name == "target_date":
        return None
    longest = {"name": 160, "sponsor": 160, "candidate_alias": 100, "sample_size_key": 250}.get(name, LONGEST_TEXT)
    wrong = whole_text(value, longest, empty=name not in ("name", "sample_size_key"))
    return f"This {wrong}." if wrong else None


def _wrong_owner(workspace: Workspace, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, User) or not Member.objects.filter(workspace=workspace, user=value).exists():
        return "The owner must be a member of this workspace."
    return None


def _wrong_links(value: Any) -> str | None:
    if not isinstance(value, list) or len(value) > MOST_LINKS:
        return f"Links are a list of at most {MOST_LINKS} entries."
    for each in value:
        if not isinstance(each, dict) or set(each) != {"title", "url"}:
            return "A link has a title and a url."
        if whole_text(each["title"], 200) or whole_text(each["url"], 1000, empty=False):
            return "A link's title has at most 200 characters, its url 1000."
        if not is_web_address(each["url"]):
            return "A link begins with http:// or https://."
    return None

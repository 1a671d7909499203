"""Every path that a URLconf serves, with its name, and what each varying part of it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

API: Final = "api/v1/"
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
# The paths that are written as regular expressions, as people see them.
WRITTEN: Final = {
    "account_reset_password_from_key": "accounts/password/reset/key/{reset}/",
    "short": "initiatives/{key}/",
}
# What a part called `key` or `public_id` stands for is told by the noun before it.
NOUNS: Final = {
    "alerts": "alert_id",
    "attestations": "attestation_id",
    "audits": "audit_id",
    "calendars": "calendar_id",
    "checks": "check",
    "connections": "connection_id",
    "costs": "cost_id",
    "dashboards": "dashboards",
    "data": "dataset_id",
    "estimates": "estimate_id",
    "evaluations": "evaluation_id",
    "gate": "decision_id",
    "goal": "goal_id",
    "inbox": "notice_id",
    "initiatives": "initiatives",
    "invitations": "invitation_id",
    "kpis": "kpis",
    "members": "member_id",
    "panels": "panel_id",
    "move": "initiatives",
    "notes": "note_id",
    "notices": "notice_id",
    "observing": "observing_id",
    "production": "deployment_id",
    "results": "result_id",
    "runs": "run_id",
    "shares": "share_id",
    "sources": "source_id",
    "sprints": "sprint_id",
    "subscriptions": "subscription_id",
    "targets": "target_id",
    "tokens": "token_id",
    "waivers": "waiver_id",
    "webhooks": "webhook_id",
}
NAMED: Final = {
    "workspace": "workspace",
    "field": "field",
    "kpi": "tied",
    "signed": "badge",
    "secret": "invitation",
    "calendar": "calendar",
    "mails": "mails",
    "part": "part",
    "share": "share",
    "subscription": "subscription",
    "task": "task_key",
    "task_field": "task_field",
}
# Kinds that only bodies and forms name.
IN_FORMS: Final = (
    *("owner", "connections", "source_connection", "blocker_key", "into_id", "project"),
    *("experiment_id", "earlier_id"),
)
WITHOUT_NOUN: Final = ("workspace", "tied", "task_key", "source_key", "stop_id", "delivery_id", "finding_id")
OBJECTS: Final = frozenset({*NOUNS.values(), *WITHOUT_NOUN} - {"check"})


@dataclass(frozen=True, slots=True)
class Route:
    """A path with its name; `{}` marks a part that varies. The API's paths have no name but themselves."""

    name: str
    path: str

    @property
    def is_api(self) -> bool:
        """Say whether it is an endpoint, which people reach with tokens."""
        return self.path.startswith(API) and self.name == self.path

    def kinds(self) -> list[str]:
        """Return what its varying parts stand for, in order. Raises KeyError for a part that nobody described."""
        return [_kind(noun, name) for noun, name in _PART.findall(self.path)]

    def filled(self, ids: Mapping[str, str]) -> str:
        """Return an address, from an id of each kind."""
        return "/" + _PART.sub(lambda found: f"{found[1]}{ids[_kind(found[1], found[2])]}", self.path)


_PART: Final = re.compile(r"((?:\w+/)?){(\w+)}")


def _kind(before: str, name: str) -> str:
    if name in ("key", "public_id", "check"):
        return NOUNS[before.rstrip("/")]
    if name in ("secret", "reset"):
        return {"secret": "invitation", "reset": "reset"}[name]
    return NAMED.get(name, name)


def routes(urlconf: str | None = None) -> list[Route]:
    """Return every path of a URLconf. Raises ValueError for a page without a name."""
    return list(_walk(get_resolver(urlconf).url_patterns, "", ""))


def pages(urlconf: str | None = None) -> list[Route]:
    """Return the paths outside the API's endpoints: pages, parts of pages, files, badges, health."""
    return [each for each in routes(urlconf) if not each.is_api]


def _walk(patterns: list[Any], space: str, before: str) -> Iterator[Route]:
    for each in patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, f"{each.namespace}:" if each.namespace else space, here)
        elif isinstance(each, URLPattern):
            yield _route(each, space, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", here))


def _route(pattern: URLPattern, space: str, path: str) -> Route:
    if not pattern.name:
        if not path.startswith(API):
            raise ValueError(f"{path} has no name")
        return Route(path, path)
    if isinstance(pattern.pattern, RegexPattern):
        path = WRITTEN[pattern.name]
    return Route(space + pattern.name, path)

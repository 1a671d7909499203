"""What a page needs around its content: addresses, preferences, places to go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.template import Context
from django.urls import reverse

from mltrack import navigation, standstill
from mltrack.preferences import preferences as read_preferences
from mltrack.templatetags.registry import register


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The present query string with changes; None or an empty text removes a key, and paging starts anew."""
    request: HttpRequest | None = context.get("request")
    params = request.GET.copy() if request is not None else None
    if params is None:
        return ""
    if "cursor" not in changes:
        params.pop("cursor", None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}" if params else "?"


@register.inclusion_tag("includes/_files.html")
def files(table: str, *places: str, asked: str = "", what: str = "", css: str = "btn") -> dict[str, str]:
    """Links to a table as CSV and as XLSX: `kpis:runs` stands for its two paths, `asked` is the query of both."""
    ways = {kind: reverse(f"{table}_{kind}", args=places) for kind in ("csv", "xlsx")}
    return {**ways, "asked": asked, "what": what, "css": css}


@register.simple_tag
def undo_of(message: Any) -> dict[str, str] | None:
    """Where a message's Undo button posts to, and the text that it sends; None for a message without one."""
    kind, _, rest = str(message.extra_tags or "").partition(":")
    if kind != "undo":
        return None
    url, _, token = rest.partition(" ")
    return {"url": url, "token": token}


@register.simple_tag(takes_context=True)
def preferences(context: Context) -> dict[str, str]:
    """Theme, density, sidebar and keys of this browser."""
    return read_preferences(context.get("request"))


@register.simple_tag(takes_context=True)
def places(context: Context) -> list[navigation.Place]:
    """The entries of the sidebar in the page's workspace; none outside of one."""
    workspace, request = context.get("workspace"), context.get("request")
    if not workspace:
        return []
    return navigation.places(workspace.key, request.path if request is not None else "")


@register.simple_tag
def address(name: str, workspace: Any) -> str:
    """The URL of a workspace's page, empty where that page does not exist."""
    return (navigation.address(name, workspace.key) or "") if workspace else ""


@register.simple_tag(takes_context=True)
def person(context: Context) -> Any:
    """Whoever is signed in, None for nobody."""
    principal, request = context.get("principal"), context.get("request")
    user = principal.user if principal else getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


@register.simple_tag(takes_context=True, name="standstill")
def stands_still(context: Context) -> Sequence[standstill.Standstill]:
    """What stands still though it should work, for whoever is signed in."""
    return standstill.for_pages() if person(context) else ()

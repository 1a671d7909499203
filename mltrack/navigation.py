"""The entries of the sidebar and the bottom bar. An entry appears when its page exists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """One place to go: its word, icon, URL name (with the keyword `workspace`), key after `g`; other pages of it."""

    label: str | Promise
    icon: str
    name: str
    key: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """An entry whose page exists in this workspace."""

    label: str | Promise
    icon: str
    url: str
    key: str
    current: bool


ENTRIES: Final = (
    Entry(_("Portfolio"), "layout-grid", "kpis:portfolio", "p"),
    Entry(_("Dashboards"), "chart-line", "kpis:dashboard_list", "d"),
    Entry(_("KPIs"), "trending-up", "kpis:kpi_list", "k"),
    Entry(_("Labeling"), "tag", "kpis:labeling_overview", "l"),
    Entry(_("Sprints"), "calendar", "kpis:sprint_list", "t", ("kpis:board", "kpis:calibration")),
    Entry(_("Inbox"), "inbox", "kpis:inbox", "i", ("kpis:findings",)),
    Entry(_("Connections"), "plug", "projects:connection_list", "o"),
    Entry(_("Settings"), "settings", "accounts:settings", "s"),
)


def address(name: str, workspace: str) -> str | None:
    """Return the URL of a page in a workspace, None where that page does not exist."""
    return _address(name, workspace, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=4096)
def _address(name: str, workspace: str, urls: str | None, prefix: str) -> str | None:
    """Look an address up once for each set of URLs and place where the product is served."""
    try:
        return reverse(name, kwargs={"workspace": workspace})
    except NoReverseMatch:
        return None


def places(workspace: str, path: str) -> list[Place]:
    """Return the entries that exist, at most one marked current: the one with the longest URL that `path` is under."""
    found = [(entry, url) for entry in ENTRIES if (url := address(entry.name, workspace))]
    known = [(url, url) for _entry, url in found]
    known += [(other, url) for entry, url in found for name in entry.also if (other := address(name, workspace))]
    _, under = max(
        (each for each in known if path.startswith(each[0])), key=lambda each: len(each[0]), default=("", None)
    )
    return [Place(e.label, e.icon, url, e.key, current=url == under) for e, url in found]

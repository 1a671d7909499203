"""What a share link shows: page, charts, files and a tile. No session is looked at, and no cookie but the theme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from kpis.charts.shared import FIGURES
from kpis.models import ShareLink
from kpis.selectors.shareable import View
from kpis.services.shares import note_opening, open_share
from kpis.views.figures import end_of_hour, figure_answer
from mltrack.accounts.throttling import Rate, count_missed_share, may_open_share
from mltrack.file_answer import file_answer
from mltrack.middleware.csp import HEADER, policy
from mltrack.preferences import preferences

HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that works, its view, and the theme that was chosen in this browser.

    Nothing that it shows tells its address, so that what is kept of a page gives no way in: paths are relative.
    """

    link: ShareLink
    view: View
    theme: str


Shown = Callable[Concatenate[HttpRequest, Opened, P], HttpResponseBase]


def opened(shown: Shown[P]) -> Callable[..., HttpResponseBase]:
    """Guard a view by the link's secret: 404 where the link does not work, 429 for who asks too often."""

    @wraps(shown)
    @require_safe
    def guarded(request: HttpRequest, share: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            link, view = open_share(share)
        except Http404:
            rate = count_missed_share(request)
            if rate.used > rate.limit:
                return _later(rate)
            raise
        rate = may_open_share(link.public_id)
        if rate.used > rate.limit:
            return _later(rate)
        found = Opened(link, view, preferences(request)["theme"])
        answer = shown(request, found, *args, **kwargs)
        for name, value in HEADERS.items():
            answer.headers[name] = value
        return answer

    return guarded


@opened
def page(request: HttpRequest, found: Opened) -> HttpResponse:
    """Show the view."""
    view = found.view
    context = {**view.page(), "exports": tuple(view.kind.exports), "columns": [_("Period"), _("Value")]}
    note_opening(found.link, "page")
    return HttpResponse(_rendered(view.name, found, context))


@opened
def figure(request: HttpRequest, found: Opened, part: str) -> HttpResponse:
    """Answer one of its charts."""
    drawn = FIGURES.get(found.view.name, {}).get(part)
    if drawn is None:
        raise Http404("No such chart.")
    note_opening(found.link, f"{part}.json")
    return figure_answer(request, drawn(found.view.page(), end_of_hour()))


@opened
def export(request: HttpRequest, found: Opened, part: str) -> HttpResponseBase:
    """Answer one of its files."""
    rows = found.view.export(part)
    note_opening(found.link, request.path.rpartition("/")[2])
    return file_answer(request, rows, f"{found.view.name}-{part}", is_secret=True)


@xframe_options_exempt
@opened
def tile(request: HttpRequest, found: Opened) -> HttpResponse:
    """Show a KPI's number small, for the frames of those whom `MLTRACK_FRAME_ANCESTORS` names."""
    if not found.view.kind.has_tile:
        raise Http404("This view has no tile.")
    shown = found.view.page()
    note_opening(found.link, "tile")
    answer = HttpResponse(_rendered("tile", found, {**shown, "line": shown["page"].line}))
    answer.headers[HEADER] = policy(
        {**settings.SECURE_CSP, "script-src": ["'none'"], "frame-ancestors": settings.MLTRACK_FRAME_ANCESTORS}
    )
    return answer


def _rendered(name: str, found: Opened, context: dict[str, Any]) -> str:
    """Return the page without the request in its context, so that nothing asks who is signed in."""
    name_of_all = found.view.principal.workspace.name
    values = {
        "view": found.view,
        "link": found.link,
        "theme": found.theme,
        "workspace_name": name_of_all,
    }
    return render_to_string(f"kpis/shares/{name}.html", {**context, **values})


def _later(rate: Rate) -> HttpResponse:
    return HttpResponse(status=429, headers={**HEADERS, "Retry-After": str(rate.reset)})

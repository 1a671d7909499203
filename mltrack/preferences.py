"""How a person likes to read: theme, density, sidebar, keys. Kept in cookies, so that the first byte is right."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "theme": ("system", "light", "dark"),
    "density": ("comfortable", "compact"),
    "nav": ("wide", "slim"),
    "keys": ("on", "off"),
}
YEAR: Final = 31_536_000


def preferences(request: HttpRequest | None) -> dict[str, str]:
    """Return every preference of this browser; the first choice where none, or an unknown one, is kept."""
    cookies = request.COOKIES if request is not None else {}
    return {
        name: kept if (kept := cookies.get(f"mltrack_{name}")) in choices else choices[0]
        for name, choices in CHOICES.items()
    }


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the preferences posted, then go back; 204 to scripts, 400 for an unknown name or value."""
    asked = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "next")}
    if not asked or any(value not in CHOICES.get(name, ()) for name, value in asked.items()):
        return HttpResponseBadRequest("Unknown preference.")
    back = str(request.POST.get("next", ""))
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    scripted = request.headers.get("X-Requested-With") == "fetch"
    response = HttpResponse(status=204) if scripted else HttpResponseRedirect(back)
    for name, value in asked.items():
        response.set_cookie(f"mltrack_{name}", str(value), max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response

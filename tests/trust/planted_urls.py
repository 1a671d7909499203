"""The product's paths and some that are wrong on purpose: what the checkers must not overlook."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from mltrack import urls
from mltrack.accounts.pages import page
from mltrack.accounts.policy import Power
from projects.models import Run

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@login_required
def unscoped(request: HttpRequest, workspace: str, public_id: str) -> HttpResponse:
    """Show a run to whoever is signed in."""
    return HttpResponse(Run.objects.get(public_id=public_id).name)


@page(Power.READ)
def sibling(request: HttpRequest, public_id: str) -> HttpResponse:
    """Guard the workspace, and forget that the run may be another's."""
    return HttpResponse(Run.objects.get(public_id=public_id).name)


@page(Power.READ)
def too_low(request: HttpRequest) -> HttpResponse:
    """Let a viewer do what is an admin's."""
    return HttpResponse("Done.")


@page(Power.READ)
def broken(request: HttpRequest) -> HttpResponse:
    """Break."""
    raise RuntimeError("broken on purpose")


@csrf_exempt
@page(Power.READ)
def forgeable(request: HttpRequest) -> HttpResponse:
    """Take a form of any site."""
    return HttpResponse("Done.")


urlpatterns = [
    path("w/<slug:workspace>/unscoped/runs/<slug:public_id>/", unscoped, name="planted_unscoped"),
    path("w/<slug:workspace>/sibling/runs/<slug:public_id>/", sibling, name="planted_sibling"),
    path("w/<slug:workspace>/too-low/", too_low, name="planted_too_low"),
    path("w/<slug:workspace>/broken/", broken, name="planted_broken"),
    path("w/<slug:workspace>/forgeable/", forgeable, name="planted_forgeable"),
    path("forgotten/", too_low, name="planted_forgotten"),
    *urls.urlpatterns,
]

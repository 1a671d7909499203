"""Share links in the settings: made for a view, shown once, listed with their openings, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import show_errors
from kpis.forms.shares import ShareForm
from kpis.selectors.shareable import KINDS
from kpis.services.shares import SHARE, create_share, revoke_share, share_of, shares_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power

NEWEST = 100
GIVEN = ("kind", "target", "query")


@page(Power.READ, write=SHARE)
def shares(request: PageRequest) -> HttpResponse:
    """List the links that one manages; POST makes one and shows its address once."""
    principal, address, tile = request.principal, "", ""
    initial = {name: request.GET[name] for name in GIVEN if name in request.GET}
    form = ShareForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            link, secret = create_share(principal, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            address = request.build_absolute_uri(reverse("shared", args=[secret]))
            tile = f"{address}tile/" if KINDS[link.kind].has_tile else ""
            form = ShareForm()
    context = {
        "form": form if principal.may(SHARE) else None,
        "address": address,
        "tile": tile,
        "links": shares_of(principal).order_by("-pk")[:NEWEST],
        "now": timezone.now(),
        "tab": "shares",
    }
    return render(request, "kpis/shares/index.html", context, status=422 if form.is_bound else 200)


@require_safe
@page()
def share(request: PageRequest, public_id: str) -> HttpResponse:
    """Show one link with the newest times that it was opened."""
    link = share_of(request.principal, public_id)
    openings = link.openings.order_by("-at", "-pk")[:NEWEST]
    context = {"link": link, "openings": openings, "now": timezone.now(), "tab": "shares"}
    return render(request, "kpis/shares/share.html", context)


@require_POST
@page()
def revoke(request: PageRequest, public_id: str) -> HttpResponse:
    """End one of the links that one manages."""
    revoke_share(request.principal, public_id)
    messages.success(request, _("The link no longer works."))
    return redirect("kpis:shares", workspace=request.principal.workspace.key)
